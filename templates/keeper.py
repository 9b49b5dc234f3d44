"""Keep a service's listening sockets open while one process of it takes over from another.

The release's `start` becomes this program, which runs it again as a child that inherits the sockets, as
systemd hands them over: LISTEN_FDS of them, from file descriptor 3 on. HUP has a child started from
where `current` leads to now. Once that one has stayed up, what served until then gets TERM. TERM ends all.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from fcntl import F_DUPFD_CLOEXEC, fcntl
from pathlib import Path
from typing import NamedTuple

#: where root's `run` left the note of which release serves open, for appending
NOTE = 8
FIRST = 3
#: descriptors from here on are in nobody's way
ASIDE = 64
PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGTERM, signal.SIGINT)
CAUGHT = (*STOPPING, signal.SIGHUP, signal.SIGCHLD)


class Wanted(NamedTuple):
    """What a release asks of its keeper."""

    listen: Sequence[str]
    settle: float


class Child(NamedTuple):
    process: "subprocess.Popen[bytes]"
    release: Path
    #: when it has stayed up for long enough
    proven_at: float

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def has_ended(self) -> bool:
        ended = self.process.poll() is not None
        if ended:
            self._end_orphans()
        return ended

    def wait(self) -> None:
        self.process.wait()
        self._end_orphans()

    def _end_orphans(self) -> None:
        """Tell what it has left behind to end: it would go on at the sockets, and nobody else could open them."""
        with suppress(OSError):
            os.killpg(self.process.pid, signal.SIGTERM)


class Keeper:
    """One child that serves, one that is coming while there is a handover, and those that were told to end."""

    def __init__(self, current: Path, note: int) -> None:
        self._current, self._note_file = current, note
        release = current.resolve()
        self._listen = wanted(release).listen
        keep_open(self._listen)
        self._serving = self._start(release)
        self._coming: Child | None = None
        self._leaving: list[Child] = []
        self._noted = False

    def keep(self) -> int:
        """Go on until told to end, or until what serves has ended; gives the exit status."""
        while not self._serving.has_ended():
            self._look()
            caught = signal.sigtimedwait(CAUGHT, self._patience())
            number = caught.si_signo if caught else 0
            if number in STOPPING or (
                number == signal.SIGHUP and not self._hand_over()
            ):
                return self._end()
        say(
            f"process {self._serving.process.pid} ended by itself: {ending(self._serving)}"
        )
        self._end()
        return 1

    def _patience(self) -> float:
        coming = self._coming
        return max(coming.proven_at - time.monotonic(), 0) if coming else 3600

    def _hand_over(self) -> bool:
        """Start what is current beside what serves; false if that one wants other sockets."""
        release = self._current.resolve()
        if wanted(release).listen != self._listen:
            say(f"{release.name} listens elsewhere: it begins anew")
            return False
        if self._coming:
            self._dismiss(self._coming)
        self._coming, self._noted = self._start(release), True
        return True

    def _look(self) -> None:
        """See what has become of the children."""
        self._leaving = [each for each in self._leaving if not each.has_ended()]
        coming = self._coming
        if coming and coming.has_ended():
            say(f"{coming.release.name} did not stay up: {ending(coming)}")
            self._coming, self._noted = None, False
        elif coming and time.monotonic() >= coming.proven_at:
            self._dismiss(self._serving)
            self._serving, self._coming, self._noted = coming, None, False
        if not self._noted and not self._leaving:
            self._note()

    def _dismiss(self, child: Child) -> None:
        child.tell(signal.SIGTERM)
        self._leaving.append(child)

    def _note(self) -> None:
        """Say who serves, alone: the same again after a handover that failed."""
        self._noted = True
        serving = self._serving
        line = f"{os.getpid()}.{serving.process.pid} {serving.release}\n"
        os.write(self._note_file, line.encode())

    def _start(self, release: Path) -> Child:
        number = len(self._listen)
        process = subprocess.Popen(
            ["./.forklift/start"],
            cwd=release,
            env={**os.environ, "APPROOT": str(release), "LISTEN_FDS": str(number)},
            pass_fds=range(FIRST, FIRST + number),
            preexec_fn=be_a_child,
        )
        return Child(process, release, time.monotonic() + wanted(release).settle)

    def _end(self) -> int:
        children = [self._serving, *self._leaving]
        children += [self._coming] if self._coming else []
        for each in children:
            each.tell(signal.SIGTERM)
        for each in children:
            each.wait()
        return 0


def wanted(release: Path) -> Wanted:
    """Read what a release asks for: nothing, if it was made without `listen`."""
    try:
        told = json.loads((release / ".forklift" / "keeper.json").read_text())
    except FileNotFoundError:
        return Wanted((), 0)
    return Wanted(told["listen"], told["settle"])


def keep_open(addresses: Sequence[str]) -> None:
    """Listen at the addresses, as descriptors from FIRST on."""
    for place, each in enumerate([bound(each) for each in addresses], FIRST):
        os.dup2(each, place, inheritable=False)


def bound(address: str) -> int:
    """Listen at an address; gives a descriptor that is in nobody's way."""
    bind = at_a_path if address.startswith("/") else at_a_port
    try:
        with bind(address) as made:
            made.listen(socket.SOMAXCONN)
            return fcntl(made, F_DUPFD_CLOEXEC, ASIDE)
    except OSError as error:
        raise OSError(f"{address} cannot be listened at: {error.strerror}") from None


def at_a_port(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    family, _, _, _, place = found[0]
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(place)
    return made


def at_a_path(path: str) -> socket.socket:
    """Take the place of what an earlier keeper left; any account of the host may connect, as to a port."""
    new = Path(f"{path}.new")
    new.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(new))
    new.chmod(0o666)
    new.rename(path)
    return made


def be_a_child() -> None:
    """Lead a group, take signals again, and end with a keeper that was killed: nobody else would end it."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def ending(child: Child) -> str:
    status = child.process.returncode
    return (
        f"status {status}"
        if status >= 0
        else f"killed by {signal.Signals(-status).name}"
    )


def say(sentence: str) -> None:
    sys.stderr.write(f"keeper: {sentence}\n")


def main(current: Path) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, CAUGHT)
    try:
        note = fcntl(NOTE, F_DUPFD_CLOEXEC, ASIDE)
    except OSError:
        say("the installed `run` knows nothing of `listen`: run setup once more")
        return 1
    # the release that it began in can be removed under it
    os.chdir("/")
    try:
        return Keeper(current, note).keep()
    except OSError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
