import { each, make } from "./page";
import { hold } from "./forms";

const LARGE = 4 * 1024 * 1024;
const LONGEST_SIDE = 2560;

const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** A photo of a phone is larger than anybody needs to read it; the server checks the result all the same. */
async function smaller(file: File): Promise<File> {
  if (file.size <= LARGE || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
  } catch {
    return file;
  }
}

export function enhanceFiles(root: Document | Element): void {
  each(root, "input[type=file]", function namedFiles(element) {
    const input = element as HTMLInputElement;
    const list = make("ul", { class: "file-list", "aria-live": "polite" });
    input.after(list);
    const urls: string[] = [];

    const put = (files: File[]): void => {
      const transfer = new DataTransfer();
      for (const file of files) transfer.items.add(file);
      input.files = transfer.files;
    };
    const show = (): void => {
      for (const url of urls.splice(0)) URL.revokeObjectURL(url);
      list.replaceChildren(
        ...[...(input.files ?? [])].map((file) => {
          const row = make("li", { class: "attachment" });
          if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) {
            const url = URL.createObjectURL(file);
            urls.push(url);
            row.append(make("img", { src: url, alt: "" }));
          }
          const remove = make("button", { type: "button", class: "btn btn-quiet btn-small" }, "移除");
          remove.setAttribute("aria-label", `移除 ${file.name}`);
          remove.addEventListener("click", () => {
            put([...(input.files ?? [])].filter((other) => other !== file));
            show();
            input.focus();
          });
          row.append(make("span", { class: "name" }, file.name, make("small", {}, size(file.size))), remove);
          return row;
        }),
      );
    };
    input.addEventListener("change", () => {
      show();
      const files = [...(input.files ?? [])];
      if (!files.some((file) => file.size > LARGE && file.type.startsWith("image/"))) return;
      if (input.form) hold(input.form, true);
      list.append(make("li", { class: "muted" }, "照片较大，正在缩小…"));
      void Promise.all(files.map(smaller)).then((shrunk) => {
        put(shrunk);
        show();
        if (input.form) hold(input.form, false);
      });
    });
  });
}
