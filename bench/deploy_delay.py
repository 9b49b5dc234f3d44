"""A network that takes its time: a way to a port that delays every byte, in a process of its own.

python bench/deploy_delay.py SECONDS ADDRESS PORT prints the port at which it listens.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from functools import partial

#: bytes on their way at most, each way
WINDOW = 1 << 22


async def forward(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float
) -> None:
    """Pass on what comes, each piece *seconds* after it came."""
    loop = asyncio.get_running_loop()
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WINDOW // 65536)

    async def deliver() -> None:
        while True:
            due, piece = await under_way.get()
            await asyncio.sleep(due - loop.time())
            if not piece:
                return
            target.write(piece)
            await target.drain()

    delivering = asyncio.create_task(deliver())
    try:
        while piece := await source.read(65536):
            await under_way.put((loop.time() + seconds, piece))
        await under_way.put((loop.time() + seconds, b""))
        await delivering
    except OSError:
        delivering.cancel()
    target.close()


async def accept(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    seconds: float,
    to: tuple[str, int],
) -> None:
    back, forth = await asyncio.open_connection(*to)
    ways: list[Awaitable[None]] = [
        forward(reader, forth, seconds),
        forward(back, writer, seconds),
    ]
    await asyncio.gather(*ways)


async def main(seconds: float, address: str, port: int) -> None:
    way = partial(accept, seconds=seconds, to=(address, port))
    server = await asyncio.start_server(way, address, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
