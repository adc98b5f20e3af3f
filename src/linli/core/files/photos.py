"""Photos are decoded and written anew: nothing that came with the pixels (place, device, owner) stays."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from linli.core.files.kinds import JPEG, PNG, WEBP, Kind, refuse

# 60 megapixels decode into 180 MB; more is either a mistake or an attack.
MOST_PIXELS = 60_000_000
LONG_EDGE = 4096  # pixels kept; enough to read a certificate at A4
THUMBNAIL_EDGE = 480
# The decoder is the one the content was recognised for; pillow knows forty more, which no upload may reach.
_DECODERS = {JPEG.media_type: "JPEG", PNG.media_type: "PNG", WEBP.media_type: "WEBP"}


@dataclass(frozen=True)
class Photo:
    """A clean photo and its small picture."""

    kind: Kind
    content: bytes
    thumbnail: bytes
    width: int
    height: int


def clean_photo(file: IO[bytes], kind: Kind) -> Photo:
    """Decode, turn upright, shrink to LONG_EDGE, and encode without metadata.

    Raises BadInput for a damaged image and for one with more than MOST_PIXELS.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own, lower limit follows
            image = Image.open(file, formats=[_DECODERS[kind.media_type]])
        if image.width * image.height > MOST_PIXELS:
            size = f"{image.width}×{image.height}"
            raise refuse("pixels", f"这张图片有 {size} 像素，太大了。请截图或缩小到 8000×6000 以内再传。")
        if kind is JPEG:
            image.draft("RGB", (LONG_EDGE, LONG_EDGE))  # decode at a fraction where the photo is much larger
        image.load()
        upright = ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise refuse("pixels", "这张图片展开后太大。请截图或缩小到 8000×6000 以内再传。") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        raise refuse("damaged", "这张图片不完整，打不开。请在相册里点开看看，重新拍一张或重新保存再传。") from error
    picture = _plain(upright, keep_alpha=kind is not JPEG)
    picture.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
    small = picture.convert("RGBA") if picture.mode == "RGBA" else picture.convert("RGB")
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
    return Photo(
        kind, _encoded(picture, kind), _encoded(_on_white(small), JPEG, quality=80), picture.width, picture.height
    )


def _plain(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """The pixels in sRGB, on a fresh image that has no info of the old one."""
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    profile = image.info.get("icc_profile")
    mode = "RGBA" if has_alpha and keep_alpha else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        # A broken profile costs a shade of colour, not the photo.
        with contextlib.suppress(ImageCms.PyCMSError, ValueError, OSError):
            image = ImageCms.profileToProfile(  # type: ignore[assignment]
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=None if has_alpha else "RGB"
            )
    converted = image.convert(mode)
    fresh = Image.new(mode, converted.size)
    fresh.paste(converted)
    return fresh


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encoded(image: Image.Image, kind: Kind, quality: int = 88) -> bytes:
    out = io.BytesIO()
    if kind is JPEG:
        image.convert("RGB").save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    elif kind is PNG:
        image.save(out, "PNG", optimize=False)
    else:
        image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
