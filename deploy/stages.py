"""Which stage a run is for: a file of settings in `stages/` beside the fabfile, named before the task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from deploy.errors import Refused

FOLDER = "stages"
#: what Fabric can read a file of settings from
ENDINGS = (".yaml", ".yml", ".json", ".py")


def found(folder: Path) -> dict[str, Path]:
    """List the stages of the project in *folder*; raises Refused for two of one name."""
    stages: dict[str, Path] = {}
    for file in sorted((folder / FOLDER).glob("*")):
        if file.suffix not in ENDINGS or file.name.startswith(("_", ".")):
            continue
        if file.stem in stages:
            raise Refused(
                f"{stages[file.stem]} and {file} are both stage {file.stem}: keep one"
            )
        stages[file.stem] = file
    return stages


def refuse_names(stages: Iterable[str], taken: Iterable[str]) -> None:
    """Refuse a stage that is called like a service or a task: fab could not tell them apart."""
    for each in sorted(set(stages) & set(taken)):
        raise Refused(
            f"stage {each} needs another name: fab {each} is a service or a task"
        )


def chosen(
    stages: Mapping[str, Path], named: Sequence[str], environment: Mapping[str, str]
) -> str | None:
    """Decide for which stage a run is: what the command line names, then ``FABRIC_STAGE``.

    Raises Refused if there are several and none is named. A single one needs no naming.
    """
    if len(named) > 1:
        raise Refused(f"one stage a run, not {' and '.join(named)}")
    asked = named[0] if named else environment.get("FABRIC_STAGE", "")
    if asked and asked not in stages:
        raise Refused(f"FABRIC_STAGE: there is no stage {asked}; {_told(stages)}")
    if not asked and len(stages) > 1:
        raise Refused(
            f"which stage? {_told(stages)}: name it before the task, or set FABRIC_STAGE"
        )
    return asked or next(iter(stages), None)


def _told(stages: Mapping[str, Path]) -> str:
    return f"there are {', '.join(stages)}" if stages else f"{FOLDER}/ has none"
