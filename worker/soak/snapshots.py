"""An old snapshot, as a backup or a report keeps it: what ends meanwhile leaves its traces."""

from __future__ import annotations

from collections.abc import Callable

from worker import address
from worker.store.mysql_connection import Link
from worker.store.statements import Statement


def keep(url: str) -> Callable[[], None]:
    """Have a server keep all that there is from now on; give what ends that, whether or not the server is still there.

    Raises WorkerError.
    """
    link = Link(address.parse(url))
    link.rows(Statement("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    link.rows(Statement("START TRANSACTION WITH CONSISTENT SNAPSHOT"))
    return link.drop
