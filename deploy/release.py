"""What a release is called, what is known of it, which are old, and which to go back to. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import NewType

#: UTC time of its making and the short revision: 20261123094501-1a2b3c4
Release = NewType("Release", str)

_NAME = re.compile(r"(\d{14})-[0-9a-f]{7,40}")
_TIME = "%Y%m%d%H%M%S"
SHORT = 7


@dataclass(frozen=True)
class Manifest:
    """What stands in a release's ``.release.json``.

    *state* is ``ready`` (complete), ``verified`` (ran, and was found up) or ``failed`` (it did not
    come up, or was rolled back from).
    """

    release: Release
    state: str
    revision: str
    branch: str
    operator: str
    #: a checksum of the settings that went into it; with the revision it says all that it holds
    made_of: str = ""
    #: since when it has this state, by the host's clock: 2026-11-23T09:45:01Z
    at: str = ""


def is_release(name: str) -> bool:
    try:
        return _NAME.fullmatch(name) is not None and bool(_made_at(Release(name)))
    except ValueError:
        return False


def name(now: datetime, revision: str, taken: Iterable[Release]) -> Release:
    """Name a release so that it comes after all that are *taken*, whatever the clocks say."""
    at = now.astimezone(timezone.utc).replace(microsecond=0)
    latest = max((_made_at(each) for each in taken), default=None)
    if latest is not None and at <= latest:
        at = latest + timedelta(seconds=1)
    return Release(f"{at.strftime(_TIME)}-{revision[:SHORT]}")


def read(line: str) -> Manifest | None:
    """Read a manifest; None where the text is not a whole one, or not a release's."""
    try:
        found = {"made_of": "", "at": "", **json.loads(line)}
        parts = [found[each.name] for each in fields(Manifest)]
    except (ValueError, KeyError, TypeError):
        return None
    if not all(isinstance(part, str) for part in parts) or not is_release(parts[0]):
        return None
    return Manifest(*parts)


def to_go_back_to(
    manifests: Iterable[Manifest], current: Release | None, wanted: str = ""
) -> list[Manifest]:
    """List the verified releases that a host can go back to, the newest last.

    Those before the current one; or the *wanted* one alone, wherever it stands.
    """
    return sorted(
        (
            each
            for each in manifests
            if each.state == "verified"
            and current
            and (each.release < current if not wanted else each.release == wanted)
            and each.release != current
        ),
        key=lambda each: each.release,
    )


def common(choices: Iterable[list[Manifest]]) -> Manifest | None:
    """Choose the newest release that is among every host's choices."""
    by_name = [{each.release: each for each in some} for some in choices]
    names = set.intersection(*map(set, by_name)) if by_name else set()
    return by_name[0][max(names)] if names else None


def old(
    manifests: Iterable[Manifest], current: Release, keep: int, keep_failed: int = 1
) -> list[Release]:
    """Name the releases to remove: *keep* verified ones stay, the current one among them.

    The release to go back to is always among those that stay, and so is the newest failed one.
    """
    others = sorted(
        (each for each in manifests if each.release != current),
        key=lambda each: each.release,
        reverse=True,
    )
    verified = [each.release for each in others if each.state == "verified"]
    failed = [each.release for each in others if each.state == "failed"]
    stay = {*verified[: max(keep - 1, 1)], *failed[:keep_failed]}
    stay.update(each.release for each in to_go_back_to(others, current)[-1:])
    return sorted(each.release for each in others if each.release not in stay)


def _made_at(each: Release) -> datetime:
    return datetime.strptime(each[:14], _TIME).replace(tzinfo=timezone.utc)
