"""The operator's side of a repository: which commit a branch means now, and how git is asked."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import Refused

_REMOTE_HEAD = "refs/forklift/HEAD"


@dataclass(frozen=True)
class Revision:
    """One commit, and where its repository lies on this machine."""

    repository: Path
    commit: str
    branch: str
    subject: str
    #: how many files of the work tree differ from what is committed
    uncommitted: int


def resolve(repository: str, branch: str, project: Path) -> Revision:
    """Find the commit that *branch* means now; a URL is fetched into a mirror first."""
    here = (project / Path(repository).expanduser()).resolve()
    if here.is_dir():
        _refuse_no_repository(here)
        return _revision(here, branch, branch, repository)
    mirror = _mirror(repository)
    _fetch(repository, mirror)
    return _revision(
        mirror, branch, _REMOTE_HEAD if branch == "HEAD" else branch, repository
    )


def _revision(where: Path, branch: str, name: str, repository: str) -> Revision:
    wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options"]
    commit = answer(where, *wanted, f"{name}^{{commit}}")
    if not commit:
        raise Refused(
            f"there is no branch, tag or commit {branch} in {repository}; "
            "is it spelled right, and pushed?"
        )
    subject = answer(where, "log", "-1", "--format=%s", commit)
    return Revision(where, commit, branch, subject, _uncommitted(where))


def _uncommitted(where: Path) -> int:
    if answer(where, "rev-parse", "--is-inside-work-tree") != "true":
        return 0
    return len(answer(where, "status", "--porcelain").splitlines())


def _refuse_no_repository(where: Path) -> None:
    if not answer(where, "rev-parse", "--git-dir"):
        raise Refused(
            f"{where} is no git repository; make it one (git init, git commit) "
            "or set repository"
        )


def _mirror(url: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "forklift" / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.git"


def _fetch(url: str, mirror: Path) -> None:
    mirror.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    subprocess.run(["git", "init", "--quiet", "--bare", mirror], check=True)
    branches, tags = "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"
    refs = [branches, tags, f"+HEAD:{_REMOTE_HEAD}"]
    done = subprocess.run(
        [*git(mirror), "fetch", "--quiet", "--prune", url, *refs],
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Refused(
            f"the repository {url} cannot be fetched: {_last_words(done.stderr)}; "
            "is it spelled right, and may you read it?"
        )


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:2]) or "git said nothing"


def answer(where: Path, *words: str) -> str:
    """Ask git; an empty text where it has no answer."""
    done = subprocess.run(
        [*git(where), *words], capture_output=True, text=True, errors="replace"
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def git(where: Path) -> list[str]:
    return ["git", "-C", str(where)]
