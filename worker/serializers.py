"""How an argument becomes the text of a row, and the way back: the text itself says who wrote it."""

from __future__ import annotations

import base64
import json
from typing import Any

from worker.errors import BadJob, UnknownSerializer

#: bytes of an argument in its row; the column's and MySQL's default packet's limit is 16 MB
LARGEST = 15_000_000
#: begins a text that is not JSON, followed by the serializer's name and a colon: no JSON begins so
MARK = "~"
PLAIN = "json"
#: json.dumps would make an encoder each time
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def write(
    value: Any, serializer: str = PLAIN, what: str = "argument", most: int = LARGEST
) -> str:
    """Write a value as ASCII, so that no connection's character set can change it."""
    try:
        text = (
            _ENCODER.encode(value)
            if serializer == PLAIN
            else f"{MARK}{serializer}:{_pack(value, serializer)}"
        )
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        name = NAMES.get(serializer, serializer)
        raise BadJob(f"the {what} is not {name}: {error}") from error
    if len(text) > most:
        raise BadJob(f"the {what} is {len(text)} bytes as text; {most} is the most")
    return text


def read(text: str) -> Any:
    """Read what write() wrote; raise UnknownSerializer if this process cannot."""
    if not text.startswith(MARK):
        return json.loads(text)
    serializer, _, packed = text[len(MARK) :].partition(":")
    return _module(serializer).unpackb(
        base64.b64decode(packed), strict_map_key=False, timestamp=3
    )


def readable(text: str) -> str:
    """Give an argument as JSON where it can be read, for people; what JSON lacks as Python spells it."""
    if not text.startswith(MARK):
        return text
    try:
        value = read(text)
    except (UnknownSerializer, ValueError):
        return text
    return json.dumps(_plain(value), default=repr, ensure_ascii=False)


def check(serializer: str) -> None:
    """Raise UnknownSerializer if this process cannot use it."""
    if serializer != PLAIN:
        _module(serializer)


NAMES = {PLAIN: "JSON", "msgpack": "MessagePack"}


def _pack(value: Any, serializer: str) -> str:
    packed: bytes = _module(serializer).packb(value, datetime=True)
    return base64.b64encode(packed).decode("ascii")


def _module(serializer: str) -> Any:
    """Import MessagePack when it is first needed: it is an extra."""
    if serializer != "msgpack":
        raise UnknownSerializer(
            f"there is no serializer {serializer!r} here; this release knows {', '.join(NAMES)}"
        )
    try:
        import msgpack  # type: ignore[import-untyped] # it comes without types

        return msgpack
    except ImportError:
        raise UnknownSerializer(
            "msgpack is not installed here: pip install 'forklift[msgpack]'"
        ) from None


def _plain(value: Any) -> Any:
    """Keys of a map may be anything in MessagePack, and texts only in JSON."""
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else repr(key): _plain(each)
            for key, each in value.items()
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value
