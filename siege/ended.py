"""How a round ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from siege.scene import Scene


@dataclass
class Ended:
    """How a round ended."""

    scene: Scene
    #: whether its moment came before the task was over
    happened: bool = False
    what: str = ""
    status: int | None = None
    seconds: float = 0
    #: seconds that the deploy afterwards took
    again: float = 0
    broken: list[str] = field(default_factory=list)
    said: str = ""
