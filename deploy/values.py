"""What the value of a setting may be: each function makes it or says in a ValueError why not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HOST = re.compile(r"[A-Za-z0-9_.@:\[\]-]+")
_PORT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")
_QUOTED = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*\"""")


#: characters of a value that a sentence repeats
SHOWN = 80


def shown(value: Any) -> str:
    """Spell out a value for a sentence that any terminal can show."""
    said = repr(value)
    return said if len(said) <= SHOWN else f"{said[:SHOWN]}…"


def named(name: Any) -> str:
    """Give a name as it is if it can be one, or spell it out."""
    is_name = isinstance(name, str) and name.isprintable() and len(name) <= SHOWN
    return str(name) if is_name and name else shown(name)


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if any(ord(character) < 32 and character != "\t" for character in value):
        raise ValueError("must be one line without control characters")
    return _encodable(value)


def some_text(value: Any) -> str:
    if not text(value).strip():
        raise ValueError("must not be empty")
    return value.strip()  # type: ignore[no-any-return] # text() let it pass: it is a str


def text_or_function(value: Any) -> Any:
    """Make a text, or leave a function that takes nothing as it is."""
    if not callable(value) and not isinstance(value, str):
        raise ValueError("must be text, or a function")
    return value if callable(value) else text(value)


def program(value: Any) -> str:
    """Make a shell command that one exec can start."""
    line = some_text(value)
    try:
        first = shlex.split(line)[0]
    except ValueError as error:
        raise ValueError(f"must be a shell command: {error}") from None
    signs = re.findall(r"[();<>|&]+", _QUOTED.sub("''", line))
    if signs:
        raise ValueError(
            f"must be one program with its arguments, without {' '.join(signs)}: "
            "put more into a script of the release"
        )
    if first == "exec" or re.match(r"#|[A-Za-z_][A-Za-z0-9_]*=", first):
        raise ValueError(
            "must begin with a program: exec comes before it by itself, variables belong in env"
        )
    return line


def interpreter(value: Any) -> str:
    if some_text(value).startswith("-"):
        raise ValueError("must not begin with a dash")
    return some_text(value)


def arguments(value: Any) -> tuple[str, ...]:
    """Make a tuple of the words that a program is given."""
    if not isinstance(value, (list, tuple)):
        raise ValueError("must be a list of texts")
    return tuple(text(each) for each in value)


def service_name(value: Any) -> str:
    return _matching(
        _NAME, value, "letters, digits, - and _, at most 64, first no sign"
    )


def account(value: Any) -> str:
    return _matching(_ACCOUNT, value, "the name of a Unix account")


def optional_account(value: Any) -> str:
    return account(value) if value != "" else ""


def repository(value: Any) -> str:
    where = some_text(value)
    if where.startswith("-"):
        raise ValueError("must not begin with a dash")
    if re.match(r"(?i)[a-z+]+://[^/@]*:[^/@]*@", where):
        raise ValueError(
            "must not hold a password: let git's credential helper know it"
        )
    return where


def branch(value: Any) -> str:
    if some_text(value).startswith("-") or any(c.isspace() for c in some_text(value)):
        raise ValueError("must be a branch, tag or commit: no space, no dash in front")
    return some_text(value)


def optional_relative_path(value: Any) -> PurePosixPath:
    return relative_path(str(value)) if str(value) not in ("", ".") else PurePosixPath()


def absolute_path(value: Any) -> PurePosixPath:
    path = PurePosixPath(some_text(str(value)))
    if not path.is_absolute() or ".." in path.parts or len(path.parts) < 2:
        raise ValueError("must be an absolute path below / without ..")
    return path


def optional_absolute_path(value: Any) -> PurePosixPath | None:
    return absolute_path(value) if value not in (None, "") else None


def relative_paths(value: Any) -> tuple[PurePosixPath, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError("must be a list of paths")
    return tuple(_path_inside(part) for part in parts if part != "")


def _path_inside(value: Any) -> PurePosixPath:
    made_before = isinstance(value, PurePosixPath)
    return relative_path(str(value) if made_before else some_text(value))


def texts(value: Any) -> tuple[str, ...]:
    """Make a tuple of texts; one text stands for several with commas between."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError("must be a list of texts")
    return tuple(some_text(part) for part in parts if part != "")


def hosts(value: Any) -> tuple[str, ...]:
    names = tuple(
        _matching(_HOST, each, "host, user@host or user@host:port")
        for each in texts(value)
    )
    if len(set(names)) < len(names):
        raise ValueError("must name each host once")
    if any(name.startswith("-") for name in names):
        raise ValueError("must not hold a host that begins with a dash")
    return names


def addresses(value: Any) -> tuple[str, ...]:
    """Make a tuple of addresses that a program can listen at."""
    found = texts(value)
    if len(set(found)) < len(found):
        raise ValueError("must name each address once")
    for each in found:
        port = _PORT.fullmatch(each)
        if not (port and 0 < int(port[2]) < 65536) and not _is_socket(each):
            raise ValueError(
                f"must be addresses such as 127.0.0.1:8000, [::1]:8000 or /run/sample/http, not {shown(each)}"
            )
    return found


def _is_socket(path: str) -> bool:
    # unix(7): sun_path has 108 bytes, and the keeper binds a name with .new at its end
    return path.startswith("/") and bool(text(path)) and len(path.encode()) < 100


def variables(value: Any) -> tuple[str, ...]:
    """Make a tuple of names of environment variables."""
    names = texts(value)
    for each in names:
        # what is no name may be the secret itself: it is not shown
        if not _VARIABLE.fullmatch(each):
            raise ValueError("must be names of environment variables, without values")
    return names


def optional_variable(value: Any) -> str:
    """Make the name of an environment variable, or nothing."""
    if value == "":
        return ""
    # what is no name may be the secret itself: it is not shown
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError("must be the name of an environment variable, not its value")
    return value


def environment(value: Any) -> Mapping[str, str]:
    if value == ():
        value = {}
    if not isinstance(value, Mapping):
        raise ValueError("must be a mapping of names to texts")
    for name, content in value.items():
        _matching(_VARIABLE, name, "the name of an environment variable")
        if not isinstance(content, (str, int, float)) or isinstance(content, bool):
            raise ValueError(f"must hold texts or numbers, and {name} is neither")
        if "\0" in str(content):
            raise ValueError(f"must not hold a NUL character, and {name} does")
        _encodable(str(content))
    return MappingProxyType({name: str(content) for name, content in value.items()})


def secret_commands(value: Any) -> Mapping[str, str]:
    """Make a mapping of names of environment variables to shell commands."""
    lines = environment(value)
    if not all(line.strip() for line in lines.values()):
        raise ValueError("must hold a command for each name")
    return lines


def seconds(value: Any) -> float:
    number = _number(value, float)
    if not 0 <= number <= 86_400:
        raise ValueError("must be seconds from 0 to 86400")
    # a shell takes neither 1e-05 nor many digits
    return round(number, 3)


def seconds_from_3(value: Any) -> float:
    """Make seconds in which a word can come, or 0."""
    made = seconds(value)
    if 0 < made < 3:
        raise ValueError("must be 0, or seconds from 3 to 86400")
    return made


def count(value: Any) -> int:
    number = _number(value, int)
    if not 1 <= number <= 10_000:
        raise ValueError("must be a whole number from 1 to 10000")
    return int(number)


def number(value: Any) -> int:
    made = _number(value, int)
    if not 0 <= made <= 10_000:
        raise ValueError("must be a whole number from 0 to 10000")
    return int(made)


def place(value: Any) -> int:
    made = _number(value, int)
    if not -100 <= made <= 100:
        raise ValueError("must be a whole number from -100 to 100")
    return int(made)


def percentage(value: Any) -> int:
    made = _number(value, int)
    if not 0 <= made <= 99:
        raise ValueError("must be a whole number from 0 to 99")
    return int(made)


def batch_size(value: Any) -> str:
    """Make the text of a number of hosts, or of a percentage of them."""
    text = str(value).strip()
    percent = re.fullmatch(r"([1-9]\d{0,2})\s*%", text)
    if text == "" or (percent and int(percent[1]) <= 100):
        return f"{percent[1]}%" if percent else ""
    try:
        return str(count(value))
    except ValueError:
        raise ValueError(
            "must be a number of hosts from 1, or a percentage from 1% to 100%"
        ) from None


def yes_or_no(value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False}
    known = {**words, "0": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError("must be true or false")
    return known[value.lower()]


def one_of(*allowed: str) -> Any:
    def chosen(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return str(value)

    return chosen


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("must be text that can be written as UTF-8") from None
    return value


def _number(value: Any, kind: type[int] | type[float]) -> float:
    try:
        if isinstance(value, bool) or float(value) != kind(value):
            raise ValueError
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        whole = "whole " if kind is int else ""
        raise ValueError(f"must be a {whole}number") from None


def _matching(pattern: re.Pattern[str], value: Any, meaning: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"must be {meaning}, not {shown(value)}")
    return value


def relative_path(value: Any) -> PurePosixPath:
    path = PurePosixPath(some_text(value))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"must hold paths inside a release, not {shown(value)}")
    return path
