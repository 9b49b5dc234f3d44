"""The way from the operator to one host: it can be cut, on one side alone too, muted or closed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
_BLOCK = 1 << 16


class Loop:
    """One thread that carries what goes over all wires."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


@dataclass
class _Pair:
    """The two ends of one connection."""

    client: asyncio.StreamWriter
    host: asyncio.StreamWriter
    #: one end was cut, and the other is not to know before this
    halved: bool = False
    mended: asyncio.Event = field(default_factory=asyncio.Event)


class Wire:
    """A port in front of a host's sshd."""

    def __init__(self, loop: Loop, address: str, port: int) -> None:
        self.address, self.port = address, 0
        self._loop, self._target = loop, port
        self._pairs: list[_Pair] = []
        self._server: asyncio.Server | None = None
        self._loud = asyncio.Event()
        loop.do(self._open())

    def cut(self) -> None:
        """Break every connection; both sides learn it."""
        self._loop.do(self._abort("client", "host"))

    def cut_client(self) -> None:
        """Break every connection for the client; the host learns nothing."""
        self._loop.do(self._abort("client"))

    def cut_host(self) -> None:
        """Break every connection for the host; the client learns nothing."""
        self._loop.do(self._abort("host"))

    def mute(self) -> None:
        """Carry nothing any more, in either direction; connections open all the same."""
        self._loop.do(self._mute())

    def refuse(self) -> None:
        """Let nobody connect; what is connected stays."""
        self._loop.do(self._close())

    def mend(self) -> None:
        """Carry and connect again; what is left of a connection that was cut on one side ends."""
        self._loop.do(self._open())

    async def _abort(self, *ends: str) -> None:
        for pair in self._pairs:
            pair.halved = len(ends) == 1
            for end in ends:
                getattr(pair, end).transport.abort()

    async def _open(self) -> None:
        self._loud.set()
        for pair in self._pairs:
            pair.mended.set()
        if self._server is None:
            self._server = await asyncio.start_server(
                self._serve, self.address, self.port
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _mute(self) -> None:
        self._loud.clear()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            await self._loud.wait()
            there, back = await asyncio.open_connection(self.address, self._target)
            pair = _Pair(writer, back)
            self._pairs.append(pair)
            await asyncio.gather(
                self._carry(reader, back, pair), self._carry(there, writer, pair)
            )
            self._pairs.remove(pair)
            back.transport.abort()
        writer.transport.abort()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair
    ) -> None:
        """Carry one direction; its end is passed on, at once or when a cut is mended."""
        while block := await self._read(reader):
            await self._loud.wait()
            # what was cut takes nothing: asyncio would complain of each attempt
            if not writer.is_closing():
                with suppress(OSError):
                    writer.write(block)
                    await writer.drain()
        if pair.halved:
            await pair.mended.wait()
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.read(_BLOCK)
        except OSError:
            return b""
