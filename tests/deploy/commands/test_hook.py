"""A hook's command runs where its release is, in that release's environment, and fails with a status of ours."""

import pytest

from deploy.commands import hook as hooking
from deploy.hooks import Hook, Occasion
from deploy.shell import quote

RELEASE = "20261123094501-1a2b3c4"
SAID = 'echo "$(basename "$PWD") $FORKLIFT_RELEASE $FORKLIFT_HOST $FORKLIFT_WHEN $GREETING"'
START = '#!/bin/sh\nGREETING="it\'s me"\nexport GREETING\nexec "$@"\n'


def occasion(release=RELEASE):
    told = ("after prepare", "sample", "deploy", "ann's@desk", ("web1",), "web1")
    return Occasion(*told, release)


@pytest.fixture
def begun(host):
    """A release in the making, which can start things already."""
    start = host.releases / RELEASE / ".forklift" / "start"
    start.parent.mkdir(parents=True)
    start.write_text(START)
    start.chmod(0o755)
    return host


def run(host, hook, known):
    return host.send(hooking.run(host.paths, hook, known, "web1"))


def test_it_runs_in_the_new_release_once_that_is_complete_and_in_its_environment(begun):
    hook = Hook(SAID, after="prepare")
    begun.release("20261122094501-1a2b3c4")
    begun.current.symlink_to("releases/20261122094501-1a2b3c4")
    before = run(begun, hook, occasion())
    assert before.err == f"20261122094501-1a2b3c4 {RELEASE} web1 after prepare \n"
    begun.release(RELEASE, exist_ok=True)
    after = run(begun, hook, occasion())
    assert after.err == f"{RELEASE} {RELEASE} web1 after prepare it's me\n"


def test_without_any_release_it_runs_at_home(host):
    said = run(host, Hook('echo "$PWD"; echo ~', before="setup"), occasion(""))
    assert said.err.splitlines()[0] == said.err.splitlines()[1]


def test_its_exit_status_is_none_of_a_scripts_own(host):
    failed = run(host, Hook("exit 72", after="verify"), occasion(""))
    assert failed.status == 76
    assert failed.sentence == "hook after verify: exit 72 failed (exit status 72)"


def test_as_the_service_it_has_its_account_and_its_secrets(host):
    hook = Hook("true", after="prepare", as_service=True)
    made = host.with_settings(use_sudo=True, run_as="www-data")
    said = hooking.run(made.paths, hook, occasion(), "web1").text
    secrets = f"secrets={quote(host.paths.env)}"
    assert f"account=www-data\n{secrets}" in said
    own = hooking.run(host.paths, hook, occasion(), "web1").text
    assert f"account=''\n{secrets}" in own
    plain = hooking.run(host.paths, Hook("true", after="prepare"), occasion(), "web1")
    assert "account=''\nsecrets=''" in plain.text
