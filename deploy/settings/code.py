"""Which code becomes a release, and how it comes to the hosts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from deploy import values
from deploy.settings.build import Build, build_steps
from deploy.settings.setting import setting


@dataclass(frozen=True)
class Code:
    """Which code becomes a release, and how it comes to the hosts."""

    repository: str = setting(
        "The git repository: a URL, or a path seen from the fabfile's folder.",
        values.repository,
        ".",
    )
    repo_tree: PurePosixPath = setting(
        "The directory of the repository that is deployed; `.` means all of it.",
        values.optional_relative_path,
        PurePosixPath(),
    )
    branch: str = setting(
        "What to deploy: a branch, tag or commit of the repository.",
        values.branch,
        "HEAD",
    )
    deploy_via: str = setting(
        "How the code comes to the hosts: `copy` archives one commit once and streams it to all, `git` lets each host fetch it into a mirror.",
        values.one_of("copy", "git"),
        "copy",
    )
    git_shallow_clone: int = setting(
        "How many commits of history the mirror of `git` fetches; 0 means all.",
        values.number,
        0,
    )
    forward_agent: bool = setting(
        "Whether hosts may use the operator's ssh agent while they fetch with `git`.",
        values.yes_or_no,
        False,
    )
    hard_links: bool = setting(
        "Whether a release shares unchanged files with the one before, so that `copy` sends the changed ones alone; the files of the commit are read-only then.",
        values.yes_or_no,
        False,
    )
    build: tuple[Build, ...] = setting(
        "Shell commands, or a `PythonEnvironment`, that finish a release on the host before it is used.",
        build_steps,
        (),
    )
