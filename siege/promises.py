"""What holds at any moment, whatever happened: of one service on one host. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from siege.trees import Tree
from siege.view import View


def broken(view: View, tree: Callable[[str], Tree]) -> Iterator[str]:
    """D1, D3, D5, D7, D8: whatever happened."""
    yield from incomplete(view, tree)
    for release, manifest in view.manifests.items():
        if manifest.get("state") == "verified":
            yield from _tree(view, release, tree)
    yield from (f"D5: {each} is held by nobody's deploy" for each in view.held)
    yield from (f"D5: a script still runs: {each[:80]}" for each in view.scripts)
    yield from (f"D7: removed under a process: {each}" for each in view.gone)
    yield from (f"D8: {each}" for each in view.leaks)


def incomplete(view: View, tree: Callable[[str], Tree]) -> Iterator[str]:
    """D1: `current` is a link to a complete release, at every moment."""
    if not view.is_link:
        yield "D1: current is no link"
    elif view.current and view.release not in view.manifests:
        yield f"D1: current leads to {view.current}, which is not complete"
    elif view.current:
        yield from _tree(view, view.release, tree)


def _tree(view: View, release: str, tree: Callable[[str], Tree]) -> Iterator[str]:
    """D2, D6: a release holds what its commit holds, every file of it."""
    manifest = view.manifests[release]
    wanted, found = tree(str(manifest["revision"])), view.trees[release]
    wrong = [path for path in {*wanted, *found} if wanted.get(path) != found.get(path)]
    if wrong:
        yield f"D2: {release} is not what its commit holds: {', '.join(sorted(wrong)[:3])}"
    if manifest.get("release") != release:
        yield f"D2: {release} has the manifest of {manifest.get('release')}"
