"""Which names may be the value of a setting: of services, accounts, branches, repositories."""

from __future__ import annotations

import re
from typing import Any

from deploy.values.showing import shown
from deploy.values.words import matching, some_text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def service_name(value: Any) -> str:
    return matching(
        _NAME, value, "letters, digits, - and _, at most 64, and begin with no sign"
    )


def account(value: Any) -> str:
    return matching(_ACCOUNT, value, "the name of a Unix account")


def optional_account(value: Any) -> str:
    return account(value) if value != "" else ""


def repository(value: Any) -> str:
    where = some_text(value)
    if where.startswith("-"):
        raise ValueError("must not begin with a dash")
    # over http even a single name may be a token; over ssh it is an account
    if re.match(r"(?i)(https?|ftps?)://[^/?#]*@|[a-z+]+://[^/@]*:[^/@]*@", where):
        raise ValueError(
            "must not hold a password or token, which processes and logs would show: "
            "use ssh, or leave out what stands before the @ and let git's credential helper know it"
        )
    return where


def branch(value: Any) -> str:
    if some_text(value).startswith("-") or any(c.isspace() for c in some_text(value)):
        raise ValueError(
            f"must be a branch, tag or commit, without spaces, and no dash in front, not {shown(value)}"
        )
    return some_text(value)
