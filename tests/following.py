"""Somebody who follows a page: writes its files and types its commands into one shell, in a folder of his own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from tests.documents import Block

#: says that a block of commands has ended, and how
_MARK = "forklift-ended"
#: whose settings are not a newcomer's
_OURS = ("FABRIC_", "QUEUE_", "FORKLIFT_", "PYTHON")


class Follower:
    """A shell in *folder* that ends with the ``with`` block; *programs* come first on its PATH."""

    def __init__(self, home: Path, folder: Path, programs: Path | None = None) -> None:
        self.folder = folder
        path = [str(programs or ""), os.environ["PATH"]]
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(_OURS)},
            "HOME": str(home),
            "PATH": ":".join(each for each in path if each),
            # what was downloaded once need not be again
            "PIP_CACHE_DIR": os.environ.get(
                "PIP_CACHE_DIR", str(Path("~/.cache/pip").expanduser())
            ),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.org",
        }

    def __enter__(self) -> Follower:
        self._shell = subprocess.Popen(
            ["sh"],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._shell.kill()
        self._shell.communicate()

    def writes(self, block: Block) -> None:
        """Write a file of the page where the shell is."""
        Path(f"/proc/{self._shell.pid}/cwd", block.name).write_text(block.text)

    def does(self, lines: str, seconds: float = 240) -> str:
        """Type commands as they stand; gives what they say, and the last one has to succeed."""
        assert self._shell.stdin
        # in braces, what is changed in the shell stays so for the next commands
        self._shell.stdin.write(
            f"{{ {lines.rstrip()}\n}} </dev/null\necho {_MARK} $?\n"
        )
        self._shell.stdin.flush()
        limit = threading.Timer(seconds, self._shell.kill)
        limit.start()
        said, status = self._heard()
        limit.cancel()
        assert status == "0", f"{lines}\nended with {status}:\n{said}"
        return said

    def _heard(self) -> tuple[str, str]:
        assert self._shell.stdout
        said = ""
        for line in self._shell.stdout:
            before, mark, status = line.partition(f"{_MARK} ")
            said += before
            if mark:
                return said, status.strip()
        return said, "the end of the shell"


def with_our_programs(home: Path, folder: Path) -> Follower:
    """Somebody who has installed this forklift already."""
    return Follower(home, folder, Path(sys.executable).parent)
