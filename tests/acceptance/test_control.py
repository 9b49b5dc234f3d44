"""start, stop, restart, reload and status, each twice in a row; and what a rehearsal does not do."""

import json
import re

from deploy.tasks import Service, project
from tests import documents

HOSTS = ("web1", "web2", "web3")


def test_the_same_verb_twice_in_a_row_is_safe(operator):
    operator.ready()
    for verb, state in (("stop", "down"), ("start", "up"), ("restart", "up")):
        operator.done(operator.task(verb))
        operator.done(operator.task(verb))
        status = operator.fab(operator.task("status"), "--json")
        told = json.loads(status.stdout)["hosts"]
        assert {host: told[host]["service"] for host in HOSTS} == dict.fromkeys(
            HOSTS, state
        )
        assert status.returncode == (0 if state == "up" else 2)


def test_a_restart_is_a_new_process(operator):
    operator.ready()
    before = operator.pid("web1")
    operator.done(operator.task("restart"))
    after = operator.pid("web1")
    assert after != before
    link = f"{operator.deploy_to}/current"
    operator.on("web1", f"mv {link} {link}.kept && ln -s releases/gone {link}")
    refused = operator.fab(operator.task("restart"))
    assert refused.returncode == 2
    assert "web1: current leads to gone, which is no complete" in refused.stderr
    assert operator.pid("web1") == after


def test_following_a_log_ends_when_its_reader_leaves(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    follow = operator.start(operator.task("logs"), "--follow", "--lines", "1")
    assert "started one" in follow.stdout.readline()
    follow.stdout.close()
    assert follow.wait(60) == 0


def test_reload_leaves_the_process_and_reaches_it(operator):
    operator.write_fabfile(reloads=True, hosts=["web1"])
    operator.commit("one", "reload")
    operator.ready()
    before = operator.pid("web1")
    operator.done(operator.task("reload"))
    assert operator.pid("web1") == before
    assert "reloaded" in operator.on(
        "web1", f"cat {operator.service_directory}/log/main/current"
    )


def test_a_reload_that_ended_the_process_is_reported(operator):
    operator.write_fabfile(reloads=True, hosts=["web1"])
    operator.commit("one")
    operator.ready()
    result = operator.fab(operator.task("reload"))
    assert result.returncode == 4
    assert "it cannot reload" in result.stderr


def test_status_tells_a_flapping_service_from_one_that_is_up(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    operator.on(
        "web1",
        f"touch /tmp/die-{operator.name}-one && svc -t {operator.service_directory}",
    )
    result = operator.fab(operator.task("status"))
    assert result.returncode == 2
    assert "web1: the service is flapping" in result.stderr


def test_status_tells_hosts_that_differ(operator):
    operator.ready()
    operator.commit("two")
    operator.done("-H", "web2", operator.task("deploy"))
    result = operator.fab(operator.task("status"))
    assert result.returncode == 2
    assert "the hosts differ" in result.stderr


def test_check_finds_nothing_in_the_way_of_a_service_that_is_up(operator):
    operator.ready()
    assert "nothing stands in the way" in operator.done(operator.task("check"))


#: every task that changes a host, and what has to stand in what it would send
CHANGING = {
    "setup": "make_deploy_to",
    "deploy": "go_live",
    "deploy --force": "unpack ",
    "update": "switch_only",
    "rollback": "go_live",
    "start": "start_service",
    "stop": "stop_service",
    "restart": "restart_service",
    "reload": "reload_service",
    "sync --like web1": "go_live",
    "lock --message why": "put_hold",
    "unlock": "release_hold",
    "run --command true": "envdir",
    "exec --command true": "sh -c true",
    "console": "exec envdir",
    "upload --file VERSION": "put_upload",
    "download --file x": "send_file",
    "maintenance.on": "put_maintenance",
    "maintenance.off": "take_maintenance",
    "remove": "unlink_service",
    "remove --purge": "purge_service",
}


def test_a_rehearsal_changes_nothing_and_shows_what_would_run(operator):
    operator.ready()
    operator.commit("two")
    operator.done(operator.task("deploy"))
    operator.write_fabfile(reloads=True)
    operator.commit("three")
    operator.done("-H", "web1", operator.task("deploy"))
    look = (
        f"find {operator.deploy_to} {operator.service_directory} /etc/service "
        "! -name status -printf '%p %T@ %s %m %u %l\\n' | sort"
    )
    before = {host: operator.on(host, look) for host in HOSTS}
    hosts = ["-H", "web2,web3"]
    unsaid = {}
    for words, sent in CHANGING.items():
        task, *options = words.split()
        only = [] if task == "sync" else hosts
        said = operator.done("--dry", *only, operator.task(task), *options)
        assert "this was a rehearsal: nothing was changed" in said
        assert "verified on" not in said
        assert sent in said
        told = documents.explained(task.partition(".")[0])
        unsaid[words] = [each for each in called(said) if f"`{each}`" not in told]
    assert {task: each for task, each in unsaid.items() if each} == {}
    assert {host: operator.on(host, look) for host in HOSTS} == before


def called(said):
    """Name the functions that a rehearsal would have hosts call, but for the one that announces a step."""
    words = re.findall(r"^\[web\d\] \$ (\w+)\b", said, re.MULTILINE)
    return sorted(set(words) & documents.functions() - {"begin"})


def test_every_task_that_changes_a_host_is_rehearsed():
    looking = {"status", "check", "releases", "pending", "settings", "logs"}
    looking |= {"templates"}
    offered = operator_tasks()
    assert {each.split()[0].split(".")[0] for each in CHANGING} == offered - looking


def operator_tasks():
    service = Service(name="x", deploy_to="/srv/x", start="./x", user="app")
    names = (each.split(".")[1] for each in project(service).task_names)
    return set(names)


def test_releases_lists_them_with_their_state(operator):
    operator.ready()
    said = operator.done(operator.task("releases"))
    assert operator.current("web1") in said
    assert "verified" in said


def test_a_restart_in_the_midst_of_another_script_is_refused_and_changes_nothing(
    operator,
):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    before = operator.pid("web1")
    lock, pid = f"{operator.deploy_to}/.phase.lock", f"/tmp/{operator.name}.pid"
    hold = f"flock {lock} sh -c 'echo $$ >{pid}; exec sleep 60'"
    operator.on("web1", f"{hold} >/dev/null 2>&1 & until [ -s {pid} ]; do :; done")
    result = operator.fab(operator.task("restart"))
    operator.on("web1", f"kill $(cat {pid})")
    assert result.returncode == 2
    assert "another script still works here" in result.stderr
    assert operator.pid("web1") == before
