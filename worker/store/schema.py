"""Which versions a schema has had, and what a database of another version is told; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.errors import QueueNotSetUp

#: the table that says which version the tables are of; one row for each step that was taken
TABLE = "job_schema_version"

Steps = Mapping[int, Sequence[str]]


def steps_after(steps: Steps, version: int) -> list[int]:
    return [each for each in sorted(steps) if each > version]


def check(version: int, steps: Steps, shown: str) -> None:
    """Refuse a queue that this release cannot work with."""
    newest = max(steps)
    if version > newest:
        raise QueueNotSetUp(
            f"{shown} has schema version {version}, made by a newer release; this one knows {newest}"
        )
    if version < newest:
        raise QueueNotSetUp(
            f"{shown} has schema version {version}, this release needs {newest}: run `python -m worker setup`"
        )


def absent(shown: str) -> QueueNotSetUp:
    return QueueNotSetUp(f"there is no queue in {shown}: run `python -m worker setup`")


def foreign(shown: str) -> QueueNotSetUp:
    return QueueNotSetUp(
        f"{shown} has a table named job that is not forklift's (perhaps Qudo's); choose another database"
    )
