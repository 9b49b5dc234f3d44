"""Ask a host everything that a recipe decides on, at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from deploy.facts import HostFacts, Supervised
from deploy.paths import Paths
from deploy.release import Release
from deploy.release import read as read_manifest
from deploy.shell import Command, Question, command, let, quote, together

#: what a host needs beside the rest, by deploy_via
TOOLS: Mapping[str, tuple[str, ...]] = {"copy": (), "git": ("git",)}


def ask(paths: Paths, run: str, log_run: str) -> Question[HostFacts]:
    """Ask for the facts; *run* and *log_run* are the texts that setup would install now."""
    looking = _look(paths, run, log_run)
    return Question(looking.text, read, looking.uses)


def examine(paths: Paths, run: str, log_run: str) -> Question[HostFacts]:
    """Ask for the facts, and for what only a check has time for."""
    names = let(
        user=paths.service.user, account=paths.service.account, shared=paths.shared
    )
    more = Command("facts_of_rights", frozenset({"examine"}))
    looking = together(_look(paths, run, log_run), names, more, *_reading(paths))
    agent = paths.service.forward_agent
    return Question(looking.text, read, looking.uses, with_agent=agent)


def _reading(paths: Paths) -> tuple[Command, ...]:
    if paths.service.deploy_via != "git":
        return ()
    return (command("check_reading", paths.service.repository, uses="source"),)


def _look(paths: Paths, run: str, log_run: str) -> Command:
    service = paths.service_directory
    libraries = paths.service.supervised_by.libraries
    return together(
        let(
            deploy_to=paths.deploy_to,
            releases=paths.releases,
            current=paths.current,
            maintenance=paths.maintenance,
            service=service,
            scan_directory=paths.service.scan_directory,
            wanted_run=_sum(run),
            wanted_log_run=_sum(log_run),
            more_tools=" ".join(_tools(paths)),
        ),
        Command("facts_of_machine", libraries | {"facts"}),
        Command("facts_of_releases"),
        *(
            _linked_file(paths, str(each.path))
            for each in paths.service.linked_files
            if not each.optional
        ),
        command("facts_of_service", paths.scan_entry, "service"),
        command("facts_of_service", paths.scan_entry / "log", "log"),
        Command("facts_of_scripts"),
    )


def _tools(paths: Paths) -> tuple[str, ...]:
    keeper = ("python3",) if paths.service.listen else ()
    supervisor = paths.service.supervised_by
    return supervisor.tools + TOOLS[paths.service.deploy_via] + keeper


def _linked_file(paths: Paths, name: str) -> Command:
    return Command(
        f"[ -e {quote(paths.shared / name)} ] || echo {quote(f'missing_file {name}')}"
    )


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(printed: str) -> HostFacts:
    facts = _by_name(printed)
    manifests = (read_manifest(each) for each in facts.get("manifest", ()))
    current = _last(facts, "current")
    return HostFacts(
        user=_last(facts, "user"),
        clock=_number(_last(facts, "clock")),
        deploy_to=_last(facts, "deploy_to"),
        free_kib=_number(_last(facts, "free_kib")),
        free_inodes=_number(_last(facts, "free_inodes")),
        current=Release(current) if current else None,
        current_is=_last(facts, "current_is"),
        manifests=tuple(each for each in manifests if each),
        missing_tools=tuple(facts.get("missing_tool", ())),
        missing_files=tuple(facts.get("missing_file", ())),
        missing_accounts=tuple(dict.fromkeys(facts.get("missing_account", ()))),
        unwritable=tuple(facts.get("unwritable", ())),
        one_filesystem="other_filesystem" not in facts,
        scanner="no_scanner" not in facts,
        scan_directory="no_scan_directory" not in facts,
        differs=tuple(facts.get("differs", ())),
        belongs_to=_last(facts, "belongs_to"),
        maintenance="maintenance" in facts,
        service=_supervised(facts, "service"),
        log=_supervised(facts, "log"),
        unreadable=_last(facts, "unreadable"),
        lock=_last(facts, "lock"),
        hold=_last(facts, "hold"),
        unconfirmed=_last(facts, "unconfirmed"),
    )


def _by_name(printed: str) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for line in printed.splitlines():
        key, _, value = line.partition(" ")
        facts.setdefault(key, []).append(value)
    return facts


def _supervised(facts: dict[str, list[str]], key: str) -> Supervised:
    words = dict(_pairs(_last(facts, key).split()))
    return Supervised(
        answers=f"{key}_supervised" in facts,
        up=words.get("state") == "up",
        pid=_number(words.get("pid", "")),
        started=_number(words.get("started", "")),
        want=words.get("want", ""),
        paused=words.get("paused") == "paused",
        steady=words.get("steady") != "no",
        release=words.get("release", ""),
        down_file=f"{key}_down_file" in facts,
    )


def _pairs(words: Iterable[str]) -> Iterable[tuple[str, str]]:
    for word in words:
        name, _, value = word.partition("=")
        yield name, value


def _last(facts: dict[str, list[str]], key: str) -> str:
    return facts.get(key, [""])[-1]


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
