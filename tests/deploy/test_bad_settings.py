"""Bad settings: those of bad_settings.txt with their sentences, and every setting with every kind of nonsense."""

import math
import subprocess
from dataclasses import fields
from pathlib import PurePosixPath

import pytest

from deploy import settings
from deploy.commands import build, releases, setup, shared, supervise
from deploy.errors import SettingsError
from deploy.facts import HostFacts
from deploy.paths import Paths
from deploy.release import Manifest, Release
from deploy.rendering import Templates
from deploy.settings import PythonEnvironment, Service, waiting
from deploy.shell import Script, Step, text_of
from tests.deploy import bad_settings

GOOD = {"name": "sample", "deploy_to": "/srv/sample", "start": "./serve", "user": "app"}
NEW = Manifest(Release("20261123094501-1a2b3c4"), "ready", "1a2b3c4", "main", "ann")

TEXTS = [
    "",
    " ",
    "\t",
    "it's",
    '"',
    "a\nb",
    "a\0b",
    "\x1b[2J",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "-n",
    "--help",
    "../..",
    "/",
    "a b",
    "日本語",
    "\udcff",
    "x" * 100_000,
    "%s%n",
    "{{ 7 * 7 }}",
    "*",
    "~",
    "a,b,,c",
    "nan",
    "1e999",
    "-1",
    "0x10",
]
NUMBERS = [0, -1, 10**30, 0.1, -0.0, math.nan, math.inf, True, False]
OTHERS = [
    None,
    b"bytes",
    object(),
    PurePosixPath("a b"),
    [],
    {},
    set(),
    [None],
    [[]],
    [1],
    [b"x"],
    ["a", "a"],
    {"a": None},
    {"a": []},
    {1: "a"},
    {"a b": "c"},
    {"A": "\udcff"},
    {"A": "x\ny"},
    PythonEnvironment(requirements="/etc/passwd"),
    PythonEnvironment(options="x"),  # type: ignore[arg-type]
    Service,
]
NONSENSE = [*TEXTS, *([each] for each in TEXTS), *NUMBERS, *OTHERS]


def test_each_bad_setting_of_the_list_gives_its_sentences_and_nothing_else():
    known = list(bad_settings.cases())
    assert len(known) > 100
    found = dict(zip(known, bad_settings.heard(known)))
    wrong = {
        case.text: said
        for case, said in found.items()
        if said != (2, "\n".join(case.said))
    }
    assert wrong == {}
    assert "Traceback" not in bad_settings.PAGE.read_text()


@pytest.mark.parametrize("name", [each.name for each in fields(Service)])
def test_a_setting_with_nonsense_is_refused_or_works(name, tmp_path):
    tried = [_made(name, each) for each in NONSENSE]
    refused = [str(each) for each in tried if isinstance(each, SettingsError)]
    assert refused
    for each in refused:
        # the sentence names what is wrong, and any terminal can show it
        assert name in each
        assert "\0" not in each.encode().decode()
        assert len(each) < 1000
    _refuse_what_no_shell_reads(
        [each for each in tried if isinstance(each, Service)], tmp_path
    )


def _made(name, value):
    try:
        return waiting.settled(Service(**{**GOOD, name: value}))
    except SettingsError as error:
        return error


@pytest.mark.parametrize("name", [each.name for each in fields(Service)])
def test_a_file_with_nonsense_is_refused_or_works(name):
    good = Service(**GOOD)
    for each in NONSENSE:
        try:
            made = settings.overridden(good, {name: each})
        except SettingsError as error:
            str(error).encode()
        else:
            assert isinstance(made, Service)


@pytest.mark.parametrize("each", [*TEXTS, None, 5, "service", "nam"])
def test_a_name_that_is_no_setting_is_refused(each):
    with pytest.raises(SettingsError) as refused:
        settings.refuse_unknown("sample", [each])
    str(refused.value).encode()


def _refuse_what_no_shell_reads(services, folder):
    """Every script of every service is one that a shell can read."""
    texts = set()
    for each in services:
        paths = Paths(each)
        try:
            rendered = [t(paths) for t in _templates(folder)]
        except SettingsError:
            # start is the operator's own shell text, and said to be none
            assert each.start != GOOD["start"]
            continue
        texts.add(text_of(Script(tuple(_steps(paths, *rendered)))))
    whole = "\n".join(sorted(texts))
    done = subprocess.run(["sh", "-n"], input=whole.encode(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def _templates(folder):
    made = Templates(folder)
    return made.run, made.log_run, made.start


def _steps(paths, run, log_run, start):
    facts = HostFacts(current=Release("20261123094500-1a2b3c4"))
    yield Step("", setup.conditions(paths, paths.service.secrets))
    yield Step("", setup.directories(paths))
    yield Step("", setup.scripts(paths, run, log_run))
    yield Step("", releases.add_start(paths, NEW.release, start))
    yield Step("", shared.link(paths, NEW.release))
    for each in paths.service.build:
        yield Step(build.title(each), build.step(paths, NEW.release, each))
    for each in paths.service.secrets:
        yield Step("", setup.secret(paths, each, 1))
    for each in paths.service.copy_files:
        yield Step("", setup.shared_file(paths, each, 1))
    for each in paths.service.setup_commands:
        yield Step(f"running: {each}", setup.in_service(paths, each))
    yield Step("", supervise.restart(paths, NEW.release))
    yield Step("", releases.go_live(paths, NEW, facts))
    yield Step("", setup.purge(paths))
