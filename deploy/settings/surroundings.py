"""What the code finds on a host: environment, secrets, shared files, older releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from deploy import linked, values
from deploy.prompts import Prompt
from deploy.settings.setting import setting


@dataclass(frozen=True)
class Surroundings:
    """What the code finds on a host: environment, secrets, shared files, older releases."""

    setup_commands: tuple[str, ...] = setting(
        "Shell commands that `setup` runs on each host in the current release, with the service's environment.",
        values.commands,
        (),
    )
    env: Mapping[str, str] = setting(
        "Environment variables of the service that may be read by anyone; they roll back with the release.",
        values.environment,
        (),
    )
    secrets: tuple[str, ...] = setting(
        "Names of environment variables that `setup` takes from the operator's environment and keeps on the host for the service alone.",
        values.variables,
        (),
    )
    secret_commands: Mapping[str, str | Prompt] = setting(
        "Shell commands that print secrets on the operator's machine, for `setup` to ask where the environment has none: a password manager's, or `cat` of a file; or an `ask` for the operator.",
        values.secret_commands,
        (),
    )
    linked_dirs: tuple[PurePosixPath, ...] = setting(
        "Directories of the release that are links into `shared`; made if missing.",
        values.relative_paths,
        (),
    )
    linked_files: tuple[linked.LinkedFile, ...] = setting(
        "Files of the release that are links into `shared`; they have to be there, but for those marked by a `?` at the end.",
        linked.linked_files,
        (),
    )
    copy_files: tuple[PurePosixPath, ...] = setting(
        "Files of the fabfile's folder that `setup` puts at the same path in `shared`, for the service's eyes alone.",
        values.relative_paths,
        (),
    )
    rendered_files: Mapping[str, str] = setting(
        "Files of each release that are rendered for its host, of templates in the fabfile's `templates/`: path and template.",
        values.rendered_files,
        (),
    )
    keep_releases: int = setting(
        "How many verified releases stay on a host, the current one among them.",
        values.count,
        5,
    )
    keep_failed: int = setting(
        "How many failed releases stay on a host, to be looked at.",
        values.number,
        1,
    )
