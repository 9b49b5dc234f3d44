"""Putting jobs into a queue, and looking at it; no SQL, no process."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from worker import address as addresses
from worker import bell
from worker.address import Address
from worker.desk import Desk
from worker.errors import BadJob, NoSuchJob
from worker.handler import HandlerLike
from worker.hook import Hook, Offer
from worker.offer import Intake, offer, release
from worker.result import Result
from worker.result import of as of_row
from worker.serializers import PLAIN
from worker.store import open_store, results
from worker.store.base import Counts, Kept, NewJob
from worker.store.interface import Store

NO_CURSOR = "cursor is a {}, and must be a cursor of the database's driver: connection.cursor() with Django, session.connection().connection.cursor() with SQLAlchemy"


class Queue:
    """A queue, by its URL; connects when it is first used, anew in each process and thread.

    *hooks* are around all that is enqueued here; *serializer* is for handlers that are given by name.
    """

    def __init__(
        self,
        url: str | Address,
        *,
        hooks: Sequence[Hook] = (),
        serializer: str = PLAIN,
    ) -> None:
        self.address = url if isinstance(url, Address) else addresses.parse(url)
        self.store: Store = open_store(self.address)
        self.intake = Intake(tuple(hooks), serializer)
        self._release = release()
        self._id: str | None = None
        if self.address.is_plain:
            warnings.warn(
                f"{self.address}: jobs and the login cross the network unencrypted; add ?ssl_ca=/path/to/ca.pem",
                stacklevel=2,
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy connects by itself, in a process that was spawned too."""
        hooks, serializer = self.intake.hooks, self.intake.serializer
        return partial(Queue, hooks=hooks, serializer=serializer), (self.address,)

    def __repr__(self) -> str:
        return f"Queue({str(self.address)!r})"

    def setup(self) -> None:
        """Create the database and its tables, or migrate them; safe at any time."""
        self.store.setup()

    @property
    def id(self) -> str:
        """The queue's own random name; raises QueueNotSetUp if there is no queue."""
        if self._id is None:
            self._id = self.store.identity()
        return self._id

    def enqueue(  # noqa: PLR0913 # what can be said about a job, each with its default
        self,
        handler: HandlerLike,
        arg: Any = None,
        *,
        run_after: float = 0,
        priority: int = 0,
        uniqkey: str | None = None,
        coalesce: str | None = None,
        queue: str | None = None,
        cursor: Any = None,
    ) -> int:
        """Put one job in and give its id; when this returns (or *cursor*'s transaction commits) it is safe.

        *run_after* is seconds from now, by the database's clock. The higher *priority* goes first.
        Raises DuplicateJob if a live job of this handler has the *uniqkey*. Jobs of one *coalesce* value
        are done together by handlers with a coalesce_limit. A connection that
        breaks at the wrong moment can put the job in twice, unless it has a uniqkey.
        """
        one = offer(
            handler,
            arg,
            queue,
            run_after=run_after,
            priority=priority,
            uniqkey=uniqkey,
            coalesce=coalesce,
        )
        return _only(self._put(handler, [one], cursor))

    def enqueue_many(  # noqa: PLR0913 # as above
        self,
        handler: HandlerLike,
        args: Iterable[Any],
        *,
        run_after: float = 0,
        priority: int = 0,
        uniqkeys: Sequence[str | None] | None = None,
        coalesce: str | None = None,
        queue: str | None = None,
        cursor: Any = None,
    ) -> list[int]:
        """Put in a job for each of *args*, all or none, and give their ids in order."""
        alike = offer(
            handler,
            None,
            queue,
            run_after=run_after,
            priority=priority,
            coalesce=coalesce,
        )
        name, _, *rest = alike
        offers = [Offer._make((name, arg, *rest)) for arg in args]
        if uniqkeys is not None:
            if len(uniqkeys) != len(offers):
                raise BadJob(f"{len(offers)} jobs have {len(uniqkeys)} uniqkeys")
            offers = [each._replace(uniqkey=key) for each, key in zip(offers, uniqkeys)]
        return self._put(handler, offers, cursor) if offers else []

    def counts(self) -> Counts:
        """Count the jobs of each queue and state."""
        return self.store.counts()

    def kept(self, limit: int = 10) -> Sequence[Kept]:
        """Give the jobs that failed, were aborted or quarantined, the latest first."""
        return self.store.kept(limit)

    def result(self, id: int) -> Result:
        """Give what became of a job; raise NoSuchJob if nothing of it is left."""
        for _, rows in self.store.change(results.find(id)):
            if rows:
                return of_row(rows[0])
        raise NoSuchJob(
            f"there is no job {id}: it is done and no result of it is kept (any more), or it was dropped or pruned"
        )

    @property
    def desk(self) -> Desk:
        """What an operator does: list, show, retry, drop, pause, resume, prune."""
        return Desk(self.store)

    def wake(self) -> None:
        """Wake the managers of this queue on this host."""
        bell.ring(self.id)

    def close(self) -> None:
        """Close this thread's connections."""
        self.store.close()

    def _put(
        self, handler: HandlerLike, offers: Sequence[Offer], cursor: Any
    ) -> list[int]:
        return self.intake.put(handler, offers, lambda jobs: self._insert(jobs, cursor))

    def _insert(self, jobs: list[NewJob], cursor: Any) -> list[int]:
        """Check the schema once a process; wake a manager on this host, if there is one."""
        if cursor is not None and not hasattr(cursor, "fetchone"):
            raise BadJob(NO_CURSOR.format(type(cursor).__name__))
        if self._id is None:
            self._id = self.store.identity(cursor)
        ids = self.store.enqueue(jobs, self._release, cursor)
        bell.ring(self._id)
        return ids


def _only(ids: Sequence[int]) -> int:
    if len(ids) != 1:
        raise BadJob(f"the hooks made {len(ids)} jobs of one; to refuse it they raise")
    return ids[0]
