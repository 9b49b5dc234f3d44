"""The worker's floor plan: imports run one way, and each outside thing has one door."""

import ast
from pathlib import Path

from worker.__main__ import main

ROOT = Path(__file__).resolve().parents[2] / "worker"
#: lower rooms first; a module imports only from rooms before its own
FLOORS = [
    ["errors", "log"],
    ["hosts", "embedded", "files", "store.marks"],
    [
        "alarm",
        "serializers",
        "job",
        "address",
        "signals",
        "spare",
        "wear",
        "portion",
        "pacing",
        "bell",
        "schedule",
        "forking",
    ],
    ["hook", "reexec"],
    ["places", "ending"],
    ["handler", "store.base", "store.schema"],
    ["register"],
    ["store.statements", "store.mysql_schema", "store.sqlite_schema"],
    ["store.admin", "store.insertion", "store.looking"],
    ["store.interface", "store.ticks", "store.results", "store.coalescing"],
    [
        "retry",
        "lines",
        "hand",
        "wire",
        "offer",
        "store.settling",
        "store.mysql_errors",
    ],
    ["store.mysql_open"],
    ["store.mysql_sql", "store.mysql_connection", "store.sqlite_connection"],
    [
        "store.sqlite_turn",
        "store.mysql_find",
        "store.mysql_insert",
        "store.mysql_leases",
        "store.mysql_setup",
        "store.mysql_doctor",
    ],
    ["store.sqlite_doctor", "store.mysql_turn"],
    ["store.mysql", "store.sqlite"],
    ["store"],
    ["journal"],
    ["result", "pruning"],
    ["verdict", "desk", "report", "hold"],
    ["queue", "failing", "holding", "periodic"],
    ["perform", "loading"],
    ["rounds"],
    ["queues", "testing"],
    ["fixtures"],
    ["vigil"],
    ["", "child", "exchange"],
    ["member"],
    ["crew"],
    ["sharing", "staffing"],
    ["deaths"],
    ["manager", "managers"],
    ["soak"],
    ["soak.jobs", "soak.evidence", "soak.network", "soak.clock", "soak.processes"],
    ["soak.plan", "soak.ports", "soak.mariadb", "soak.account", "soak.repairs"],
    ["soak.galera", "soak.lone", "soak.calendar"],
    ["soak.servers", "soak.ticking", "soak.weather", "soak.snapshots"],
    ["soak.databases", "soak.launch", "soak.outages"],
    ["soak.workers", "soak.findings"],
    ["soak.harm", "soak.feed"],
    ["soak.faults"],
    ["soak.drive"],
    ["verbs.kinds"],
    ["verbs.jobs", "verbs.run", "verbs.whole"],
    ["verbs"],
    ["options", "commands", "desk_commands", "running"],
    ["__main__"],
]
DOORS = {
    "pymysql": {"store"},
    "sqlite3": {"store"},
    "cronsim": {"schedule"},
    "msgpack": {"serializers"},
    "signal": {
        "alarm",
        "soak",
        "signals",
        "child",
        "forking",
        "managers",
        "member",
        "retry",
        "commands",
        "running",
        "vigil",
    },
}


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        yield name, ast.parse(path.read_text())


def imports(tree):
    for node in ast.walk(tree):
        yield from imports_of(node)


def imports_of(node):
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module
        if node.module.split(".")[0] == "worker":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_imports_run_one_way_only():
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    found = dict(modules())
    assert set(found) == set(floor)
    for name, tree in found.items():
        for imported in imports(tree):
            room = imported.removeprefix("worker").removeprefix(".")
            if imported.startswith("worker.") and room in floor:
                assert (
                    floor[room] < floor[name]
                    or room == name  # a package takes in its own rooms
                    or (room == "store" and name.startswith("store"))
                ), (name, room)


def test_the_worker_knows_nothing_of_the_deploy_and_needs_one_package():
    import sys

    known = {*sys.stdlib_module_names, "worker", "pymysql"}
    known_by = {"fixtures": {"pytest"}}  # a plugin of pytest, which loads it if told to
    optional = {"cronsim", "msgpack"}  # imported by those functions alone that use it
    for name, tree in modules():
        for imported in imports(tree):
            assert imported.split(".")[0] in known | optional | known_by.get(
                name, set()
            ), (name, imported)
        at_once = {each for node in tree.body for each in imports_of(node)}
        assert not optional & at_once, name


def test_each_outside_thing_has_one_door():
    for name, tree in modules():
        for imported in imports(tree):
            for thing, doors in DOORS.items():
                if imported.split(".")[0] == thing:
                    assert name.split(".")[0] in doors, (name, thing)


def test_the_entry_gives_its_status_to_whoever_calls(capsys):
    assert main(["status", "--queue", "nonsense"]) == 2
    assert "must look like" in capsys.readouterr().err
