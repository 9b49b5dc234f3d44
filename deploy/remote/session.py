"""Run one command on a channel of an open transport, to its end, its deadline or the operator's wish."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from paramiko.agent import AgentRequestHandler

from deploy.remote.bell import Bell
from deploy.remote.flow import Incoming, Outgoing
from deploy.remote.outcome import Done, End, Terms
from deploy.remote.transport import BROKEN, Transport

#: seconds a new channel may take
OPENING = 20
#: seconds that output may still come after the exit status: a process left behind can hold the pipe
LINGER = 2
#: what ends a command that does not end, and the seconds each is given
SIGNALS = (("TERM", 3), ("KILL", 2))


def execute(
    transport: Transport,
    command: str,
    stdin: bytes | Iterable[bytes] = b"",
    terms: Terms | None = None,
) -> Done:
    """Run *command* to its end, sending *stdin* and reading both outputs at the same time.

    Raises one of transport.BROKEN when the host opens no channel. A stuck network can keep an upload
    past the deadline, for the 30 s until the kernel gives the connection up.
    """
    terms = Terms() if terms is None else terms
    with running(transport, command, stdin, terms) as begun:
        return begun.finish()


@contextmanager
def running(
    transport: Transport, command: str, stdin: bytes | Iterable[bytes], terms: Terms
) -> Iterator[Running]:
    """Begin *command*; the end of the block closes its channel, an exception ends the command."""
    begun = Running(transport, terms)
    try:
        begun.start(command, [stdin] if isinstance(stdin, bytes) else stdin)
        yield begun
    except BaseException:
        begun.signal("TERM")
        raise
    finally:
        begun.close()


class Running:
    """A command in flight: one thread does everything, and waits only on the bell."""

    def __init__(self, transport: Transport, terms: Terms) -> None:
        self._began = time.monotonic()
        self._limit = self._began + terms.deadline
        self._exited_at = 0.0
        self._killed_by = ""
        self._bell = Bell()
        self._transport, self._terms = transport, terms
        self._channel = transport.open_session(timeout=min(OPENING, terms.deadline))
        self._incoming = Incoming(self._channel, terms.on_line, terms.on_bytes)
        self._outgoing = Outgoing(self._channel, (), terms)

    def start(self, command: str, stdin: Iterable[bytes]) -> None:
        self._channel.settimeout(0)
        self._channel.in_buffer.set_event(self._bell)
        self._channel.in_stderr_buffer.set_event(self._bell)
        self._transport.listen(self._channel, self._listen)
        self._outgoing = Outgoing(self._channel, stdin, self._terms)
        # if it breaks here, the channel is closed too, and the end is End.LOST
        with suppress(*BROKEN):
            if self._terms.with_agent:
                AgentRequestHandler(self._channel)
            self._transport.request(self._channel, "exec", command, reply=True)

    def finish(self, seconds: float | None = None) -> Done:
        """Wait for the end, at most *seconds* from now if given; tell the command to stop then."""
        if seconds is not None:
            self._limit = time.monotonic() + seconds
        if self.until(self.over):
            return self._done(self._natural_end())
        cancelled = self._terms.cancel.is_set()
        self._stop()
        return self._done(End.CANCELLED if cancelled else End.DEADLINE)

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most *seconds*, and leave the command alone then."""
        self._limit = time.monotonic() + seconds
        self.until(self.over)

    def until(self, ready: Callable[[], bool]) -> bool:
        """Send and receive until *ready*; say no if the deadline or the operator comes first."""
        with self._terms.cancel.ringing(self._bell):
            return self._pump(ready, self._terms.cancel.is_set)

    def over(self) -> bool:
        """Say whether the command has ended, and all of its output was read."""
        if not (self._channel.exit_status_ready() or self._killed_by):
            return False
        self._exited_at = self._exited_at or time.monotonic()
        return self._incoming.at_end() or time.monotonic() > self._exited_at + LINGER

    def look(self) -> bool:
        """Say whether the command is over by now, without waiting."""
        self._incoming.read()
        return self.over()

    def end_input(self) -> None:
        self._outgoing.end()

    def signal(self, name: str) -> None:
        """Have the host send a signal to all processes of the command."""
        # in a thread: on a network that is stuck even this request waits
        threading.Thread(target=self._request_signal, args=(name,), daemon=True).start()

    def close(self) -> None:
        self._transport.forget(self._channel)
        with suppress(*BROKEN):
            self._channel.close()

    def _request_signal(self, name: str) -> None:
        with suppress(*BROKEN):
            command = self._terms.kill_with(name)
            # this first: after the request alone, sudo's shell is gone and its children are not
            if command:
                self._run_beside(command)
            # OpenSSH drops a connection that speaks of a channel which was closed
            with self._channel.lock:
                if not self._channel.closed:
                    self._transport.request(self._channel, "signal", name, reply=False)

    def _run_beside(self, command: str) -> None:
        with self._transport.open_session(timeout=OPENING) as channel:
            channel.exec_command(command)
            # sudo gives up if its channel closes before it began
            channel.status_event.wait(OPENING)

    def _listen(self, kind: str, detail: str) -> None:
        if kind == "exit-signal":
            self._killed_by = detail
        self._bell.set()

    def _stop(self) -> None:
        signals = SIGNALS if self._terms.may_be_killed else SIGNALS[:1]
        for name, seconds in signals:
            self.signal(name)
            self._limit = time.monotonic() + seconds
            if self._pump(self.over, lambda: False):
                return

    def _pump(self, ready: Callable[[], bool], unwanted: Callable[[], bool]) -> bool:
        while True:
            self._incoming.read()
            more = self._outgoing.write()
            if ready():
                return True
            if time.monotonic() >= self._limit or unwanted():
                return False
            if not more:
                self._bell.heard(self._patience())

    def _patience(self) -> float:
        limit = self._limit
        if self._exited_at:
            limit = min(limit, self._exited_at + LINGER + 0.01)
        return limit - time.monotonic()

    def _natural_end(self) -> End:
        if self._killed_by:
            return End.KILLED
        return End.LOST if self._channel.exit_status == -1 else End.EXITED

    def _done(self, end: End) -> Done:
        self._incoming.cut()
        return Done(
            end=end,
            status=self._channel.exit_status,
            signal=self._killed_by,
            out=self._incoming.text("out"),
            err=self._incoming.text("err"),
            seconds=time.monotonic() - self._began,
        )
