"""The programs of a host, in front of the real ones: they count, and obey at a chosen moment.

A script finds them first on its path. So a round can strike between any two programs of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from sandbox import Host

#: what scripts call; a shell's own commands have no file
PROGRAMS = [
    "awk",
    "cat",
    "chmod",
    "cmp",
    "cp",
    "cut",
    "date",
    "df",
    "dirname",
    "env",
    "find",
    "flock",
    "grep",
    "gzip",
    "head",
    "id",
    "ln",
    "mkdir",
    "mkfifo",
    "mv",
    "od",
    "readlink",
    "realpath",
    "rm",
    "rmdir",
    "sed",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "svc",
    "svok",
    "sync",
    "tail",
    "tar",
    "tee",
    "timeout",
    "tr",
    "wc",
    "xargs",
    "git",
    "rsync",
    "setsid",
    "touch",
    "ls",
]

#: what stands in front of each of them
SHIM = Path(__file__).with_name("shim.sh")
#: more than any script starts
NEVER = 1_000_000


class Shims:
    """The shims of one host."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._folder = Path(f"/proc/{host.pid}/root/run/siege")
        self._programs = Path(f"/proc/{host.pid}/root/usr/local/bin")
        self._folder.mkdir()
        self._folder.chmod(0o777)
        self._install()

    def arm(self, wanted: int, action: str) -> None:
        """Have the program of this number do *action*: ``wait``, ``fail``, ``slay``."""
        self.disarm()
        (self._folder / "calls").touch()
        (self._folder / "calls").chmod(0o666)
        self._stand_before(_there(PROGRAMS))
        (self._folder / "new").write_text(f"{wanted} {action}\n")
        (self._folder / "new").rename(self._folder / "armed")

    def disarm(self) -> None:
        """Let everything go on, and forget."""
        for each in self._programs.iterdir():
            if each.is_symlink() and str(each.readlink()) == ".siege":
                each.unlink()
        if (self._folder / "skew").exists():
            self._stand_before(["date"])
        for name in ("armed", "calls"):
            (self._folder / name).unlink(missing_ok=True)
        (self._folder / "go").touch()
        shutil.rmtree(self._folder / "struck", ignore_errors=True)
        (self._folder / "go").unlink()

    def skew(self, seconds: int) -> None:
        """Let the clock that scripts ask be wrong from now on; 0: right again."""
        (self._folder / "skew").unlink(missing_ok=True)
        if seconds:
            (self._folder / "skew").write_text(f"{seconds}\n")
        self.disarm()

    def go_on(self) -> None:
        """Let the program that waits go on."""
        (self._folder / "go").touch()

    @property
    def struck(self) -> bool:
        return (self._folder / "struck").exists()

    @property
    def what(self) -> str:
        """Tell what was about to run at the moment."""
        try:
            return (self._folder / "struck" / "what").read_text().strip()[:120]
        except OSError:
            return ""

    @property
    def calls(self) -> int:
        """Count the programs that were started since it was armed."""
        calls = self._folder / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def flag(self, name: str, up: bool) -> None:
        """Leave a file that the product's own commands look for."""
        file = self._folder / name
        if up:
            file.touch()
        else:
            file.unlink(missing_ok=True)

    def _stand_before(self, programs: Iterable[str]) -> None:
        for each in programs:
            if not (self._programs / each).is_symlink():
                (self._programs / each).symlink_to(".siege")

    def _install(self) -> None:
        own = "/run/siege-programs"
        layers = f"lowerdir=/usr/local/bin,upperdir={own}/upper,workdir={own}/work"
        done = self._host.run(
            f"mkdir -p {own}/upper {own}/work && mount -t overlay siege -o {layers} /usr/local/bin && "
            f"cd /usr/local/bin && cat >.siege <<'END'\n{SHIM.read_text()}END\nchmod 755 .siege"
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self._host.name}: no shims: {done.stderr}")


def _there(programs: Iterable[str]) -> list[str]:
    return [each for each in programs if Path("/usr/bin", each).exists()]
