"""How many files a manager may have open: without enough it cannot fork, nor reach its database again."""

from __future__ import annotations

import resource

from worker.errors import BadSetting

#: a socket and both ends of a pipe for each child; what a manager has open besides, with room for its handlers'
EACH, OWN = 3, 64


def allow(workers: int) -> None:
    """Raise our limit as far as so many children need; BadSetting if the system's is below."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = limit_for(workers, soft, hard)
    if limit != soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def limit_for(workers: int, soft: int, hard: int) -> int:
    """Give the soft limit that is to hold; pure."""
    need = workers * EACH + OWN
    if soft == resource.RLIM_INFINITY or soft >= need:
        return soft
    if hard != resource.RLIM_INFINITY and hard < need:
        raise BadSetting(
            f"max_workers is {workers}, which takes up to {need} open files, and this process may have {hard}: raise the limit (ulimit -Hn), or have fewer"
        )
    return need
