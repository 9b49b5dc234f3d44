"""Which paths may be the value of a setting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from deploy.values.showing import shown
from deploy.values.words import each, listed, some_text


def absolute_path(value: Any) -> PurePosixPath:
    path = PurePosixPath(some_text(str(value)))
    if not path.is_absolute() or ".." in path.parts or len(path.parts) < 2:
        raise ValueError(
            f"must be an absolute path such as /srv/sample, without .., not {shown(value)}"
        )
    return path


def relative_path(value: Any) -> PurePosixPath:
    path = PurePosixPath(some_text(value))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"must be a path inside the release, not {shown(value)}")
    return path


def optional_relative_path(value: Any) -> PurePosixPath:
    return relative_path(str(value)) if str(value) not in ("", ".") else PurePosixPath()


def relative_paths(value: Any) -> tuple[PurePosixPath, ...]:
    return each(_path_inside, listed(value, "paths"))


def rendered_files(value: Any) -> Mapping[str, str]:
    """Make a mapping of paths in a release to names of templates."""
    given = {} if value == () else value
    if not isinstance(given, Mapping):
        raise ValueError("must be a mapping of paths to templates")
    made = {
        str(_path_inside(path)): str(_path_inside(name)) for path, name in given.items()
    }
    if len(made) < len(given):
        raise ValueError("must name each path once")
    return MappingProxyType(made)


def _path_inside(value: Any) -> PurePosixPath:
    made_before = isinstance(value, PurePosixPath)
    return relative_path(str(value) if made_before else some_text(value))
