"""Setup: what it makes, whose it is, and that it goes on where it stopped."""

import json


def test_setup_twice_changes_nothing_more(operator):
    operator.ready()
    pids = {host: operator.pid(host) for host in operator.sandbox.hosts}
    release = operator.current("web1")
    operator.done(operator.task("setup"))
    assert {host: operator.pid(host) for host in operator.sandbox.hosts} == pids
    assert operator.current("web1") == release


def test_a_service_that_was_set_up_starts_at_the_next_boot(operator):
    operator.ready()
    operator.on("web1", f"test ! -e {operator.service_directory}/down")
    status = json.loads(operator.done(operator.task("status"), "--json"))
    assert status["hosts"]["web1"]["service"] == "up"


def test_setup_brings_nothing_up(operator):
    operator.done(operator.task("setup"))
    assert "down" in operator.on("web1", f"svstat {operator.service_directory}")
    operator.done(operator.task("start"))
    assert operator.version("web1") == "one"
    assert operator.manifests("web1") == {"one": "verified"}


def test_nothing_that_root_runs_is_writable_by_anyone_else(operator):
    operator.ready()
    for host in operator.sandbox.hosts:
        directory = operator.service_directory
        others = operator.on(
            host,
            f"find {directory} -path {directory}/log/main -prune -o ! -type p "
            f"\\( ! -user root -o -perm /022 \\) -print; "
            f"find {directory}/log/main {directory}/supervise -type p ! -perm 620 -print",
        )
        assert others == ""


def test_the_service_account_cannot_replace_what_root_runs(operator):
    operator.ready()
    for path in ("run", "log/run", "running", "supervise/status", "env"):
        tried = operator.sandbox.hosts["web1"].run(
            f"touch {operator.service_directory}/{path}.new && echo wrote", user="app"
        )
        assert "wrote" not in tried.stdout


def test_a_directory_in_the_place_of_the_scan_entry_is_refused(operator):
    operator.on(
        "web2", f"mkdir -p /etc/service/.away && mkdir /etc/service/.{operator.name}"
    )
    operator.on(
        "web2", f"mv /etc/service/.{operator.name} /etc/service/{operator.name}"
    )
    result = operator.fab(operator.task("setup"))
    assert result.returncode in (2, 4)
    assert (
        f"web2: /etc/service/{operator.name} is a directory of its own" in result.stderr
    )


def test_another_project_s_service_of_the_same_name_is_left_alone(operator):
    """It would take this one's process, its secrets, its place in the scan directory."""
    operator.write_fabfile(hosts=["web1"])
    operator.ready()
    pid = operator.pid("web1")
    before = operator.on("web1", f"cat {operator.service_directory}/run")
    operator.write_fabfile(hosts=["web1"], deploy_to=f"{operator.deploy_to}-2")
    told = f"web1: {operator.service_directory} is of another service that is called {operator.name}, in {operator.deploy_to};"
    for task in ("setup", "check", "status", "remove"):
        result = operator.fab(operator.task(task))
        assert result.returncode == 2
        assert told in result.stderr, task
    assert operator.pid("web1") == pid
    assert operator.on("web1", f"cat {operator.service_directory}/run") == before
    operator.on("web1", f"test ! -e {operator.deploy_to}-2")
    operator.on("web1", f"rm {operator.service_directory}/deploy_to")
    operator.done(operator.task("setup"))
    operator.done(operator.task("restart"))


def test_a_changed_start_command_comes_with_the_next_release(operator):
    operator.write_fabfile(env={"NAME": operator.name, "GREETING": "hello"})
    operator.commit("one")
    operator.ready()
    assert "started one hello" in operator.on(
        "web1", f"cat {operator.service_directory}/log/main/current"
    )
    operator.write_fabfile(env={"NAME": operator.name, "GREETING": 'it\'s $(id) "new"'})
    operator.commit("two")
    operator.done(operator.task("deploy"))
    log = operator.on("web1", f"cat {operator.service_directory}/log/main/current")
    assert 'started two it\'s $(id) "new"' in log


def test_root_may_log_in_and_the_releases_are_the_users_all_the_same(operator):
    operator.write_fabfile(hosts=["root@web1"])
    operator.commit("one")
    operator.ready()
    owners = operator.on("web1", f"find {operator.deploy_to} ! -user app -print")
    assert owners == ""
    assert operator.version("web1") == "one"


def test_an_account_without_sudo_is_told_so_and_can_deploy_all_the_same(operator):
    """Root sets up once; then an account that may nothing else deploys a service of another account."""
    accounts = {"user": "deploy", "run_as": "app", "deploy_to": f"/srv/{operator.name}"}
    operator.deploy_to = f"/srv/{operator.name}"
    operator.write_fabfile(**accounts, hosts=["deploy@web1"])
    operator.commit("one")
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 2
    assert "deploy may not become root" in result.stderr
    operator.write_fabfile(**accounts, hosts=["root@web1"])
    operator.done(operator.task("setup"))
    operator.write_fabfile(**accounts, hosts=["deploy@web1"])
    operator.done(operator.task("deploy"))
    assert operator.version("web1") == "one"
    pid = operator.pid("web1")
    assert operator.on("web1", f"stat -c %U /proc/{pid}") == "app"
    operator.done(operator.task("restart"))
    operator.done(operator.task("stop"))
    operator.done(operator.task("start"))
    operator.done(operator.task("status"))


def test_a_release_that_a_process_of_another_account_runs_from_is_kept(operator):
    """The deploy user may not see where it works; it holds its release's lock."""
    accounts = {"user": "deploy", "run_as": "app", "deploy_to": f"/srv/{operator.name}"}
    operator.deploy_to = f"/srv/{operator.name}"
    start = "sh -c 'setsid sh -c \"cd /; exec sleep 300\" & exec python3 program.py'"
    keeping = {**accounts, "start": start, "keep_releases": 1}
    operator.write_fabfile(**keeping, hosts=["root@web1"])
    operator.commit("one")
    operator.ready()
    operator.write_fabfile(**accounts, keep_releases=1, hosts=["deploy@web1"])
    for version in ("two", "three", "four"):
        operator.commit(version)
        operator.done(operator.task("deploy"))
    kept = {"one", "three", "four"}
    assert set(operator.manifests("web1")) == kept
    operator.on("web1", "pkill -u app -x sleep")
    operator.commit("five")
    operator.done(operator.task("deploy"))
    assert set(operator.manifests("web1")) == {"four", "five"}


def test_files_of_the_project_are_put_into_shared(operator):
    operator.write_fabfile(
        copy_files=["config/it's a file.yaml", "b.yaml"],
        linked_files=["config/it's a file.yaml"],
    )
    operator.commit("one")
    (operator.folder / "config").mkdir()
    config = operator.folder / "config" / "it's a file.yaml"
    config.write_bytes(b"a: 1\n\0\xff")
    (operator.folder / "b.yaml").write_text("")
    for content in (b"a: 1\n\0\xff", b"changed"):
        config.write_bytes(content)
        operator.done(operator.task("setup"))
    shared = f"{operator.deploy_to}/shared"
    for host in ("web1", "web2"):
        place = f"'{shared}/config/it'\\''s a file.yaml'"
        assert operator.on(host, f"cat {place}") == "changed"
        assert operator.on(host, f"stat -c '%U %a' {place}") == "app 640"
        assert operator.on(host, f"wc -c <{shared}/b.yaml") == "0"
    operator.done(operator.task("deploy"))


def test_a_file_that_the_project_has_not_is_refused(operator):
    operator.write_fabfile(copy_files=["gone.yaml"])
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 2
    assert "gone.yaml, of copy_files, cannot be read" in result.stderr


def test_a_setup_that_has_begun_and_fails_everywhere_is_not_called_refused(operator):
    operator.write_fabfile(setup_commands=["test -e /tmp/is-there-$NAME"])
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 4
    assert "run fab" in result.stderr
    assert "again: it goes on where it stopped" in result.stderr
    for host in operator.sandbox.hosts:
        operator.current(host)
        operator.on(host, f"touch /tmp/is-there-{operator.name}")
    operator.done(operator.task("setup"))
