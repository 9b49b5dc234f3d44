"""The supervisors: what is said of one in Python and in its shell library is the same."""

import re

import pytest

from deploy import findings, shell
from deploy.facts import HostFacts
from deploy.paths import Paths
from deploy.rendering import Templates
from deploy.settings import Service
from deploy.supervisors import SUPERVISORS

FUNCTIONS = {
    "is_supervised",
    "read_status",
    "control",
    "rescan",
    "dismiss",
    "label_of",
    "readable",
}

#: the last lines of `run` and `log/run`
SCRIPTS = {
    "daemontools": (
        "exec envdir ENV pgrphack setuidgid app ./.forklift/start",
        "exec setuidgid app multilog t s1000000 n10 ./main",
    ),
    "runit": (
        "exec chpst -e ENV chpst -P chpst -u app ./.forklift/start",
        "exec chpst -u app svlogd -tt ./main",
    ),
    "s6": (
        "exec s6-envdir ENV s6-setuidgid app ./.forklift/start",
        "exec s6-setuidgid app s6-log t s1000000 n10 ./main",
    ),
}


def service(supervisor):
    known = {"name": "x", "deploy_to": "/x", "start": "./x", "user": "app"}
    return Service(**known, supervisor=supervisor)


def text_of(supervisor):
    own = (each for each in supervisor.libraries if each.startswith("supervisors/"))
    return "\n".join(shell.library(each) for each in own)


@pytest.mark.parametrize("supervisor", SUPERVISORS.values())
def test_each_supervisor_has_the_same_functions_and_is_called_the_same(supervisor):
    text = text_of(supervisor)
    assert set(re.findall(r"^(\w+)\(\)", text, re.MULTILINE)) == FUNCTIONS
    names = f"supervise={supervisor.supervise} scanner={supervisor.scanner}"
    assert names in text.splitlines()


@pytest.mark.parametrize("name", SUPERVISORS)
def test_its_scripts_call_its_own_programs(tmp_path, name):
    templates, paths = Templates(tmp_path), Paths(service(name))
    run, log_run = templates.run(paths), templates.log_run(paths)
    last = run.splitlines()[-1].replace(str(paths.env), "ENV")
    assert (last, log_run.splitlines()[-1]) == SCRIPTS[name]
    others = {t for n, s in SUPERVISORS.items() if n != name for t in s.tools}
    assert not others & set(re.findall(r"[\w-]+", run + log_run))


@pytest.mark.parametrize("name", SUPERVISORS)
def test_what_a_host_lacks_is_called_by_its_name_and_its_package(name):
    wanted = SUPERVISORS[name]
    lacking = HostFacts(
        deploy_to="writable",
        missing_tools=wanted.tools,
        scanner=False,
        scan_directory=False,
    )
    said = "\n".join(findings.in_check(service(name), lacking, 0, 0))
    assert f"{', '.join(wanted.tools)} cannot be found" in said
    assert f"apt-get install {wanted.package} tar" in said
    assert f"no {wanted.scanner} runs; start it: {wanted.start_scanner}" in said
    assert f"install {wanted.scan_package}, or set scan_directory" in said
    assert f"{wanted.supervise} does not answer for x: is {wanted.scanner} run" in said
