"""Bring a fleet to where a scene begins, and tell what its task is to bring about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from siege.arena import Arena, Unusable, Usual
from siege.scene import MAKES_RELEASE, Scene
from siege.view import View, Views

#: seconds that a process outlives its release
OUTLIVING = 20


#: what each task is called, where it is not its name
WORDS: Mapping[str, tuple[str, ...]] = {
    "first": ("sample.deploy",),
    "both": ("deploy",),
    "dry": ("--dry", "sample.deploy"),
}


def begin(arena: Arena) -> None:
    """Set the first service up, with a release that can be gone back to."""
    arena.done("sample.setup")
    arena.done("sample.deploy")


def words(arena: Arena, task: str) -> tuple[str, ...]:
    """Spell out a task for fab."""
    like = ("--like", min(arena.hosts)) if task == "sync" else ()
    return (*WORDS.get(task, (f"sample.{task}",)), *like)


def usual(arena: Arena, scene: Scene) -> Usual:
    """Tell what the scene's task takes when nobody disturbs it; the first time it is run for that."""
    if scene.task not in arena.usual:
        _get_to(arena, scene.task)
        if scene.task in MAKES_RELEASE:
            arena.product.commit()
        arena.usual[scene.task] = arena.measured(*words(arena, scene.task))
        if scene.task in ("remove", "setup", "update", "rollback"):
            arena.done("sample.setup")
            arena.product.commit()
            arena.done("sample.deploy")
    return arena.usual[scene.task]


def get_ready(arena: Arena, scene: Scene) -> None:
    """Do, undisturbed, what has to be before the task."""
    if scene.attack == "release is stubborn":
        _serve_stubbornly(arena, scene)
    _get_to(arena, scene.task)
    if scene.straggler and scene.task != "setup":
        _leave_straggler(arena, scene.victims[0])


def wanted(arena: Arena, scene: Scene, before: Views, behaviour: str) -> str:
    """Tell the commit, or for a rollback the release, that is to be live afterwards."""
    if scene.task == "rollback":
        return to_go_back_to(before)
    if scene.task == "sync":
        return before["sample", min(arena.hosts)].revision
    if scene.task in ("restart", "remove"):
        return ""
    return arena.product.commit(behaviour)


def _get_to(arena: Arena, task: str) -> None:
    before: Mapping[str, Callable[[Arena], None]] = {
        "both": _have_both,
        "first": _set_up_anew,
        "setup": _remove,
        "sync": _run_ahead,
        "rollback": _have_one_to_go_back_to,
    }
    if task in before:
        before[task](arena)


def _have_both(arena: Arena) -> None:
    if "both" not in arena.usual:
        arena.done("worker.setup")
        arena.done("worker.deploy")


def _remove(arena: Arena) -> None:
    arena.done("sample.remove", "--purge")


def _set_up_anew(arena: Arena) -> None:
    _remove(arena)
    arena.done("sample.setup")


def _run_ahead(arena: Arena) -> None:
    arena.product.commit()
    arena.done("-H", min(arena.hosts), "sample.deploy")


def _have_one_to_go_back_to(arena: Arena) -> None:
    while not to_go_back_to(arena.views(["sample"])):
        arena.product.commit()
        arena.done("sample.deploy")


def _serve_stubbornly(arena: Arena, scene: Scene) -> None:
    for victim in scene.victims:
        arena.shims[victim].flag("stubborn", True)
    arena.product.commit("stubborn")
    arena.done("sample.deploy")


def _leave_straggler(arena: Arena, name: str) -> None:
    done = arena.hosts[name].run(
        'cd /home/app/www/sample/current && cd "$(pwd -P)" && '
        f"(setsid sleep {OUTLIVING} >/dev/null 2>&1 &)",
        user="app",
    )
    if done.returncode != 0:
        raise Unusable(f"{name} keeps no process: {done.stderr}")


def to_go_back_to(before: Views) -> str:
    """Name the newest release before the current one that every host has verified."""
    good = [_good(view) for (service, _), view in before.items() if service == "sample"]
    return max(set.intersection(*good), default="")


def _good(view: View) -> set[str]:
    return {
        each
        for each in view.manifests
        if each < view.release and view.state(each) == "verified"
    }
