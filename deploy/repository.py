"""The operator's side of a repository: which commit a branch means now, and how git is asked."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.errors import Refused

_REMOTE_HEAD = "refs/forklift/HEAD"
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")


@dataclass(frozen=True)
class Wanted:
    """What the operator asked for: a branch, or each service's own; seen from the fabfile's folder."""

    project: Path
    branch: str = ""
    #: make a release even of what is live already
    force: bool = False
    #: seconds to wait for another deploy
    patience: float = 0


@dataclass(frozen=True)
class Revision:
    """One commit, and where its repository lies on this machine."""

    repository: Path
    commit: str
    branch: str
    subject: str
    #: where it was fetched from; empty for a repository of this machine, which no host can reach
    url: str = ""


def resolve(repository: str, branch: str, project: Path) -> Revision:
    """Find the commit that *branch* means now; a URL is fetched into a mirror first."""
    here = _folder(repository, project)
    if here is not None:
        _refuse_no_repository(here)
        return _revision(here, branch, branch, repository)
    mirror = _mirror(repository)
    # HEAD of the mirror itself means nothing
    name = re.sub(r"^(HEAD|@)(?=$|[~^])", _REMOTE_HEAD, branch)
    _fetch(repository, mirror, with_head=name != branch)
    found = _revision(mirror, branch, name, repository)
    return replace(found, url=repository)


def _folder(repository: str, project: Path) -> Path | None:
    try:
        here = (project / Path(repository).expanduser()).resolve()
        return here if here.is_dir() else None
    except (OSError, RuntimeError):  # too long for a path; a home of nobody
        return None


def _revision(where: Path, branch: str, name: str, repository: str) -> Revision:
    wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options"]
    commit = answer(where, *wanted, f"{name}^{{commit}}")
    if not re.fullmatch("[0-9a-f]{40,64}", commit):
        raise Refused(
            f"there is no branch, tag or commit {branch} in {repository}; "
            "is it spelled right, and pushed?"
        )
    subject = answer(where, "log", "-1", "--format=%s", commit)
    return Revision(where, commit, branch, subject)


def uncommitted(where: Path) -> int:
    """Count the files of the work tree that differ from what is committed: none in a bare repository.

    Git looks at all of them, which takes as long as all else that it is asked; it writes nothing.
    """
    told = answer(where, "--no-optional-locks", "status", "--porcelain")
    return len(told.splitlines())


def _refuse_no_repository(where: Path) -> None:
    found = answer(where, "rev-parse", "--git-dir", "--show-cdup").splitlines()
    if not found:
        raise Refused(
            f"{where} is no git repository; make it one (git init, git commit) "
            "or set repository"
        )
    # how to go up to its top, if that is not here
    if found[1:] not in ([], [""]):
        raise Refused(
            f"{where} lies inside the repository {(where / found[1]).resolve()}; set repository to that, "
            "it is deployed whole"
        )


def _mirror(url: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "forklift" / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.git"


def _fetch(url: str, mirror: Path, with_head: bool) -> None:
    _make(mirror, url)
    refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
    # a bare repository may have a HEAD that leads to nothing, and branches all the same
    refs += [f"+HEAD:{_REMOTE_HEAD}"] if with_head else []
    done = subprocess.run(
        [*git(mirror), "fetch", "--quiet", "--prune", "--", url, *refs],
        env=environment(GIT_TERMINAL_PROMPT="0"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Refused(
            f"the repository {url} cannot be fetched: {_last_words(done.stderr)}; "
            "is it spelled right, and may you read it?"
        )


def _make(mirror: Path, url: str) -> None:
    try:
        mirror.mkdir(parents=True, exist_ok=True, mode=0o700)
        ask(mirror, "init", "--quiet", "--bare").check_returncode()
        # git-lfs asks there
        ask(mirror, "config", "remote.origin.url", url).check_returncode()
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refused(f"the mirror of {url} cannot be made: {error}") from None


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:2]) or "git said nothing"


def answer(where: Path, *words: str) -> str:
    """Ask git; an empty text where it has no answer."""
    done = ask(where, *words)
    told = done.stdout.decode(errors="replace") if done.returncode == 0 else ""
    return told.strip()


def names(where: Path, *words: str) -> list[str]:
    """Ask git for what it tells with a NUL behind each; nothing where it has no answer."""
    done = ask(where, *words)
    told = os.fsdecode(done.stdout) if done.returncode == 0 else ""
    return told.split("\0")[:-1]


def ask(where: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end, whatever that is."""
    program = [*git(where), *words]
    return subprocess.run(program, env=environment(), capture_output=True, check=False)


def git(where: Path) -> list[str]:
    """Begin a git command in a repository; it wants the environment below."""
    return ["git", "-C", str(where)]


def environment(unset: Iterable[str] = (), **more: str) -> dict[str, str]:
    """Give git's environment, also where a hook of another repository runs us."""
    unwanted = {*_OF_A_HOOK, *unset}
    return {k: v for k, v in os.environ.items() if k not in unwanted} | more
