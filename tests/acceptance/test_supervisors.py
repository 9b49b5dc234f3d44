"""A host of runit and a host of s6: the same tasks, the same proofs, as an account that may do nothing else."""

import json
import time

import pytest

from sandbox import Sandbox
from sandbox.terminal import Terminal
from tests.acceptance.anns import Operator, stem

SUPERVISORS = ("runit", "s6")
#: what brings a log service down, by hand
DOWN = {"runit": "sv d", "s6": "s6-svc -d"}
UP = {"runit": "sv u", "s6": "s6-svc -u"}


class Deployer(Operator):
    """Root sets a service up; from then on somebody deploys it who is neither root nor the service's account."""

    def __init__(self, folder, sandbox, name, supervisor):
        self.supervisor = supervisor
        super().__init__(folder, sandbox, name)
        self.deploy_to = f"/srv/{name}"
        self.log_in("deploy")

    def log_in(self, user, **settings):
        accounts = {"user": "deploy", "run_as": "app", "hosts": [f"{user}@web1"]}
        known = {"supervisor": self.supervisor, "secrets": ["GREETING"]}
        self.write_fabfile(deploy_to=self.deploy_to, **accounts, **known, **settings)

    def as_root(self, task):
        self.log_in("root")
        self.done(self.task(task), GREETING="s3cret")
        self.log_in("deploy")

    def ready(self):
        self.as_root("setup")
        self.done(self.task("deploy"))

    def pid(self, host="web1", name=""):  # noqa: ARG002 # as an Operator has it
        return self.on(host, f"cut -d' ' -f1 {self.service_directory}/running")

    def status(self):
        result = self.fab(self.task("status"), "--json")
        (told,) = json.loads(result.stdout)["hosts"].values()
        return told

    def until(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not come true in time"


def sandbox_of(supervisor):
    return Sandbox(hosts=("web1",), mariadb=False, supervisor=supervisor)


@pytest.fixture(scope="module", params=SUPERVISORS)
def host(request):
    with sandbox_of(request.param) as sandbox:
        yield request.param, sandbox


@pytest.fixture
def operator(host, tmp_path, request):
    supervisor, sandbox = host
    name = request.node.originalname.split("_")[1]
    return Deployer(tmp_path, sandbox, f"service-{name}", supervisor)


def test_releases_go_live_and_what_fails_goes_back(operator):
    operator.commit("one")
    operator.as_root("setup")
    before = operator.status()
    assert (before["service"], before["log"]) == ("down", "up")
    operator.done(operator.task("deploy"))
    assert operator.version("web1") == "one"
    first = operator.pid()
    assert operator.on("web1", f"stat -c %U /proc/{first}") == "app"
    operator.commit("two")
    operator.done(operator.task("deploy"))
    assert operator.version("web1") == "two"
    assert operator.pid() != first
    operator.commit("three", "die")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 3, result.stdout + result.stderr
    assert "this release is broken" in result.stderr
    assert operator.version("web1") == "two"
    assert operator.manifests("web1")["three"] == "failed"
    operator.done(operator.task("rollback"))
    assert operator.version("web1") == "one"
    assert operator.status()["service"] == "up"
    # a second setup changes nothing
    running = operator.pid()
    operator.as_root("setup")
    operator.done(operator.task("check"))
    assert operator.pid() == running


def test_verbs_do_what_they_say_and_prove_it(operator):
    operator.commit("one", "reload")
    operator.ready()
    first = operator.pid()
    operator.done(operator.task("restart"))
    second = operator.pid()
    assert second != first
    operator.done(operator.task("stop"))
    assert operator.status()["service"] == "down"
    operator.on("web1", f"test ! -e /proc/{second}")
    operator.done(operator.task("start"))
    third = operator.pid()
    operator.log_in("deploy", reloads=True)
    operator.done(operator.task("reload"))
    assert operator.pid() == third
    operator.until(lambda: "reloaded" in operator.done(operator.task("logs")))
    said = operator.done(operator.task("logs"), "--since", "5min")
    assert said.count("started one s3cret") == 3


def test_what_is_run_beside_the_service_is_the_services_own(operator):
    operator.commit("one")
    operator.ready()
    operator.log_in("root")
    line = 'echo "$(id -un) ${PWD##*/} $GREETING"'
    told = f"app {operator.current('web1')} s3cret"
    assert told in operator.done(operator.task("run"), "--command", line)
    terminal = Terminal(columns=200)
    pid = operator.at(terminal, operator.task("console"), "--command", line)
    terminal.wait_for(told)
    assert stem().wait(pid, 60)
    assert stem().status(pid) == 0


def test_status_tells_flapping_and_a_log_service_that_is_down(operator):
    operator.commit("one")
    operator.ready()
    flag = f"/tmp/die-{operator.name}-one"
    operator.on("web1", f"touch {flag} && kill {operator.pid()}")
    operator.until(lambda: operator.status()["service"] == "flapping")
    operator.on("web1", f"rm {flag}")
    operator.done(operator.task("restart"))
    log = f"{operator.service_directory}/log"
    operator.on("web1", f"{DOWN[operator.supervisor]} {log}")
    operator.until(lambda: operator.status()["log"] == "down")
    operator.commit("two")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 2, result.stdout + result.stderr
    assert f"then: {UP[operator.supervisor]}" in result.stderr.replace("sv up", "sv u")
    operator.on("web1", f"{UP[operator.supervisor]} {log}")
    operator.until(lambda: operator.status()["log"] == "up")


@pytest.mark.parametrize("supervisor", SUPERVISORS)
def test_a_removed_service_is_gone_and_check_misses_the_scanner(supervisor, tmp_path):
    with sandbox_of(supervisor) as sandbox:
        operator = Deployer(tmp_path, sandbox, "leaving", supervisor)
        operator.commit("one")
        operator.ready()
        operator.as_root("remove")
        scanner = {"runit": "runsvdir", "s6": "s6-svscan"}[supervisor]
        # but for what has ended, which runsvdir reaps within a second
        left = "ps -eo stat=,comm= | grep -E '^[^Z].* (runsv|s6-supervise|svlogd|s6-log|python3)$'"
        # a scanner that would start it again does so by then
        operator.on("web1", f"! {left} && sleep 3 && ! {left}")
        # by which the next one would be taken for one that has looked whether to stay down
        operator.on("web1", f"test ! -e {operator.service_directory}/supervise/status")
        operator.as_root("setup")
        assert operator.status()["service"] == "down"
        operator.done(operator.task("deploy"))
        assert operator.version("web1") == "one"
        operator.on("web1", f"kill -9 $(pgrep -x {scanner})")
        result = operator.fab(operator.task("check"))
        assert result.returncode == 2
        assert f"no {scanner} runs; start it" in result.stderr
