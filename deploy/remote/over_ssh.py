"""A host over ssh: how each script is sent, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

import paramiko

from deploy.errors import ConnectionLost
from deploy.remote.bell import Cancel
from deploy.remote.held import SshHeld
from deploy.remote.loader import Account, becoming, killing, starting
from deploy.remote.outcome import Terms
from deploy.remote.remote import DEADLINE
from deploy.remote.session import Running, running
from deploy.remote.terminal import attended, why_not
from deploy.remote.transcript import Onlooker, Transcript, failure
from deploy.remote.transport import BROKEN, Transport
from deploy.shell import Command, Question, Script, line_of, text_of

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Sending:
    """What is sent in one round."""

    sent: Script | Question[Any]
    payload: Iterable[bytes] = ()
    as_root: bool = False
    deadline: float = DEADLINE
    keep_stdin: bool = False
    take: Callable[[bytes], object] | None = None


@dataclass(frozen=True)
class SshRemote:
    """A host over ssh; the first script makes the connection."""

    host: str
    #: gives the open transport, and as whom scripts run; raises CannotConnect
    reach: Callable[[], tuple[Transport, Account]]
    onlooker: Onlooker = field(default_factory=Onlooker)
    cancel: Cancel = field(default_factory=Cancel)

    def ask(self, question: Question[Answer], deadline: float = DEADLINE) -> Answer:
        return question.read(self._execute(Sending(question, deadline=deadline)))

    def run(
        self,
        script: Script,
        payload: Iterable[bytes] = (),
        as_root: bool = False,
        deadline: float = DEADLINE,
    ) -> Any:
        return script.read(self._execute(Sending(script, payload, as_root, deadline)))

    def fetch(
        self,
        question: Question[Any],
        take: Callable[[bytes], object],
        deadline: float = DEADLINE,
    ) -> None:
        self._execute(Sending(question, deadline=deadline, take=take))

    def attend(self, line: Command, as_root: bool = False) -> int:
        transport, account = self.reach()
        words = becoming(line_of(line), account, as_root)
        try:
            return attended(transport, words)
        except BROKEN:
            raise ConnectionLost(self.host, why_not(transport)) from None

    def hold(self, script: Script, deadline: float = DEADLINE) -> SshHeld:
        sending = Sending(script, deadline=deadline, keep_stdin=True)
        with ExitStack() as until_held:
            begun, said = until_held.enter_context(self._begin(sending))
            if not begun.until(lambda: said.held or begun.over()) or not said.held:
                raise failure(begun.finish(), said, deadline) or _let_go(self.host)
            return SshHeld(script.read(said.answer), begun, until_held.pop_all())

    def _execute(self, sending: Sending) -> str:
        with self._begin(sending) as (begun, said):
            failed = failure(begun.finish(), said, sending.deadline)
        if failed is not None:
            raise failed
        return said.answer

    @contextmanager
    def _begin(self, sending: Sending) -> Iterator[tuple[Running, Transcript]]:
        aloud = getattr(sending.sent, "aloud", False)
        said = Transcript(self.host, self.onlooker.of(aloud))
        with ExitStack() as begun:
            yield self._open(sending, said, begun), said

    def _open(self, sending: Sending, said: Transcript, begun: ExitStack) -> Running:
        """Begin the script; over a new connection if the old one turns out to be gone."""
        for _ in range(2):
            transport, account = self.reach()
            flight = self._flight(sending, said, transport, account)
            try:
                return begun.enter_context(flight)
            except BROKEN as error:
                reason = error
                # its own words, or silence; a socket's error can come before paramiko has seen the end
                if isinstance(error, paramiko.SSHException) and transport.is_active():
                    break
                transport.close()
        raise _not_begun(self.host, reason) from None

    def _flight(
        self,
        sending: Sending,
        said: Transcript,
        transport: Transport,
        account: Account,
    ) -> AbstractContextManager[Running]:
        as_root = sending.as_root
        text = text_of(sending.sent).encode()
        terms = Terms(
            deadline=sending.deadline,
            cancel=self.cancel,
            on_line=said.take,
            on_sent=lambda size: self.onlooker.on_sent(self.host, size - len(text)),
            kill_with=lambda name: killing(said.process, name, account, as_root),
            may_be_killed=not getattr(sending.sent, "ends_by_itself", False),
            on_bytes=sending.take,
            keep_stdin=sending.keep_stdin,
            with_agent=sending.sent.with_agent,
        )
        command = starting(len(text), account, as_root)
        return running(transport, command, chain([text], sending.payload), terms)


def _let_go(host: str) -> ConnectionLost:
    return ConnectionLost(host, "the script ended by itself and holds nothing")


def _not_begun(host: str, error: Exception) -> ConnectionLost:
    if isinstance(error, paramiko.ChannelException):
        why = "sshd opens no more sessions on this connection (MaxSessions)"
    else:
        why = "the connection broke before the script began; nothing was run"
    return ConnectionLost(host, why)
