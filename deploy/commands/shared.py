"""What a release has that no commit holds: links into `shared`, and files that are rendered for its host."""

from __future__ import annotations

from collections.abc import Iterable

from deploy.paths import Paths
from deploy.release import Release
from deploy.shell import Command, command, together


def make_directories(paths: Paths) -> Command:
    # with setgid on shared, what the deploy user makes belongs to the service's group: let it write
    directories = [paths.shared / each for each in paths.service.linked_dirs]
    return command("make_shared", *directories, uses="shared")


def link(paths: Paths, release: Release) -> Command:
    return together(*_links(paths, release))


def _links(paths: Paths, release: Release) -> Iterable[Command]:
    made, shared = paths.release(release), paths.shared
    for each in paths.service.linked_dirs:
        yield command("link_shared", made, each, shared, uses="shared")
    for file in paths.service.linked_files:
        verb = "link_shared_if_there" if file.optional else "link_shared"
        yield command(verb, made, file.path, shared, uses="shared")


def add_rendered(
    paths: Paths, release: Release, name: str, text: str, mode: int
) -> Command:
    """Add a file that was rendered for the host, in the place of what the commit has there."""
    made = paths.release(release)
    return command("add_rendered", made, name, text, f"{mode:o}", uses="shared")
