"""What an operator asks of a queue and changes in it: list, show, retry, drop, pause, prune."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from worker import serializers
from worker.errors import NoSuchJob
from worker.pruning import Pruning
from worker.store import admin
from worker.store.admin import Listed, Which
from worker.store.interface import Store
from worker.store.statements import STATES

#: kept jobs that are changed in one transaction
BATCH = 500


class Desk:
    """Of one queue; each change is one transaction, or one for each batch."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def jobs(self, which: Which) -> Sequence[Listed]:
        """Give jobs: the live ones by age, then the kept ones and those whose results are, the latest first."""
        found: list[Listed] = []
        if which.state in ("", *STATES.values()):
            found += self._listed(admin.live(which, self._store.words))
        if which.state in ("", *admin.KEPT):
            found += self.kept(which)
        if which.state in ("", admin.DONE):
            found += self._listed(admin.done(which, self._store.words))
        return found[: which.limit]

    def kept(self, which: Which) -> list[Listed]:
        """Give kept jobs, the latest first."""
        return list(self._listed(admin.kept(which, self._store.words)))

    def show(self, id: int) -> dict[str, Any]:
        """Give all that is known of a job; its argument as JSON text, times in microseconds since 1970."""
        (_, live), (_, kept), (_, done) = self._store.change(admin.show(id))
        if live:
            row = dict(
                zip([*admin.SHOWN, "progress", "note", "state", "due_at"], live[0])
            )
            return _readable({**row, "state": STATES[row["state"]]})
        if kept:
            names = [*admin.SHOWN, "state", "failed_at", "traceback"]
            return _readable(dict(zip(names, kept[0])))
        if done:
            ended = ["state", "done_at", "keep_until", "result"]
            names = [*admin.SHOWN, "progress", "note", *ended]
            return _readable(dict(zip(names, done[0])))
        raise NoSuchJob(f"there is no job {id}: it is done, or was dropped or pruned")

    def retry(self, ids: Sequence[int]) -> int:
        """Put kept jobs back, attempts counted from 1 again; count them. One whose uniqkey is live stays kept."""
        counts = [
            self._store.change(admin.retry(part, self._store.words))[2][0]
            for part in _batches(ids)
        ]
        return sum(counts)

    def drop(self, ids: Sequence[int]) -> int:
        """Delete jobs for good, whatever their state but running; count them."""
        results = [
            result
            for part in _batches(ids)
            for result in self._store.change(admin.drop(part))
        ]
        return sum(count for count, _ in results)

    def is_running(self, id: int) -> bool:
        return bool(self._store.change([admin.is_running(id)])[0][1])

    def pause(self, queue: str) -> None:
        """Let no job of a queue begin, on any host, from a second from now on."""
        self._store.change([admin.pause(queue, self._store.words)])

    def resume(self, queue: str) -> bool:
        """Undo pause; False if the queue was not paused."""
        return self._store.change([admin.resume(queue)])[0][0] > 0

    def paused(self) -> list[str]:
        return sorted(name for (name,) in self._store.change([admin.PAUSED])[0][1])

    def prune(self, seconds: float) -> int:
        """Delete failed jobs that were kept so long, and results whose time is over; count them."""
        pruning, total, more = Pruning(self._store, seconds), 0, True
        while more:
            count, more = pruning.prune()
            total += count
        return total

    def _listed(self, statement: Any) -> Iterator[Listed]:
        ((_, rows),) = self._store.change([statement])
        return map(admin.listed, rows)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    texts = {name: row[name] for name in ("arg", "result") if name in row}
    return {**row, **{name: serializers.readable(each) for name, each in texts.items()}}


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))
