"""The deploy that follows an attack: it works unaided, and is right on all hosts."""

from __future__ import annotations

from collections.abc import Sequence

from siege import judge
from siege.arena import Arena
from siege.ended import Ended
from siege.fab import PATIENCE, Fab


def deploy(arena: Arena, ended: Ended, services: Sequence[str]) -> None:
    """Deploy another commit, and note what is not as it has to be."""
    if ended.scene.task in ("setup", "remove"):
        _expect(arena, ended, "sample.setup")
    wanted = arena.product.commit()
    words = ("deploy",) if len(services) > 1 else ("sample.deploy",)
    before = arena.views(services)
    run = _expect(arena, ended, *words)
    ended.again = run.seconds
    arena.quiet(PATIENCE)
    after = arena.views(services)
    _judge(arena, ended, run, judge.Seen("deploy", before, after, wanted))
    if ended.scene.twice and not ended.broken:
        run = _expect(arena, ended, *words)
        seen = judge.Seen("twice", after, arena.views(services), wanted)
        _judge(arena, ended, run, seen)


def _expect(arena: Arena, ended: Ended, *words: str) -> Fab:
    run = arena.fab(*words)
    if not run.ended(PATIENCE) or run.status != 0:
        ended.broken.append(
            f"afterwards fab {' '.join(words)} ended with {run.status}: {run.said}"
        )
    return run


def _judge(arena: Arena, ended: Ended, run: Fab, seen: judge.Seen) -> None:
    told = judge.Run(seen, "", run.status, run.said)
    found = list(judge.violations(told, arena.product.tree))
    if found:
        ended.said += f"\n--- afterwards ({run.status})\n{run.said}"
    ended.broken += [f"afterwards: {each}" for each in found]
