"""Put a page into `shared` that a web server shows in place of the service, and take it away."""

from __future__ import annotations

from deploy.paths import Paths
from deploy.shell import Command, command


def put(paths: Paths, page: str) -> Command:
    """Put the page there in one rename, so that no web server ever reads half of it."""
    return command("put_maintenance", paths.maintenance, page, uses="maintenance")


def take(paths: Paths) -> Command:
    return command("take_maintenance", paths.maintenance, uses="maintenance")
