"""What is deleted because it was kept for long enough."""

from __future__ import annotations

from worker.store import results
from worker.store.interface import Store

#: rows of each table that are deleted in one transaction
BATCH = 500


class Pruning:
    """Results go when their handler's keep_result is over, failed jobs after *keep_failed* seconds; None: never."""

    def __init__(self, store: Store, keep_failed: float | None = None) -> None:
        self._store, self._keep_failed = store, keep_failed

    def prune(self) -> tuple[int, bool]:
        """Delete one batch; count it, and say whether there may be more."""
        words, keep = self._store.words, self._keep_failed
        failed = [] if keep is None else [results.prune_failed(keep, BATCH, words)]
        done = self._store.change([results.prune_done(BATCH, words), *failed])
        counts = [count for count, _ in done]
        return sum(counts), BATCH in counts
