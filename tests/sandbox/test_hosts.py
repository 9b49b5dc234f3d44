import signal
import subprocess
import time
from pathlib import Path

import pytest

from sandbox import Sandbox

#: seconds; svscan looks every five
PICKED_UP = 7


@pytest.fixture(scope="module")
def sandbox():
    """Start as from a shell script's ``&``, where INT is ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Sandbox(hosts=("web1", "web2"), mariadb=False) as sandbox:
            yield sandbox
    finally:
        signal.signal(signal.SIGINT, before)


def ssh(sandbox, *words):
    return subprocess.run(
        ["ssh", "-F", sandbox.ssh_config, *words],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_ssh_reaches_each_host_by_its_name(sandbox):
    assert [ssh(sandbox, name, "hostname").stdout for name in ("web1", "web2")] == [
        "web1\n",
        "web2\n",
    ]


@pytest.mark.parametrize("user", ["root", "app", "deploy"])
def test_every_account_can_log_in(sandbox, user):
    assert ssh(sandbox, f"{user}@web1", "id -un").stdout == f"{user}\n"


def test_the_service_account_is_who_logs_in_by_default(sandbox):
    assert ssh(sandbox, "web1", "id -un; pwd").stdout == "app\n/home/app\n"


def test_a_changed_host_key_is_refused(sandbox, tmp_path):
    other = sandbox.known_hosts.read_text().splitlines()[1].split()[1:]
    here = f"[{sandbox.hosts['web1'].address}]:{sandbox.hosts['web1'].port}"
    (tmp_path / "known").write_text(" ".join([here, *other, "\n"]))
    done = ssh(sandbox, "-o", f"UserKnownHostsFile={tmp_path}/known", "web1", "true")
    assert done.returncode == 255
    assert "Host key verification failed" in done.stderr


def test_sudo_is_for_app_alone(sandbox):
    assert ssh(sandbox, "web1", "sudo -n id -u").stdout == "0\n"
    done = ssh(sandbox, "deploy@web1", "sudo -n id -u")
    assert (done.returncode, done.stdout) == (1, "")


def test_deploy_is_in_no_group_but_its_own(sandbox):
    assert ssh(sandbox, "deploy@web1", "id -Gn").stdout == "deploy\n"


@pytest.mark.parametrize(
    "folder",
    [
        "/home/app",
        "/etc",
        "/etc/service",
        "/var/lib/forklift",
        "/tmp",
        "/run/sshd",
        "/opt",
        "/root",
    ],
)
def test_what_one_host_writes_is_neither_on_another_nor_on_the_machine(sandbox, folder):
    file = f"{folder}/written-by-web1"
    assert sandbox.hosts["web1"].run(f"touch {file}").returncode == 0
    assert sandbox.hosts["web1"].path(file).exists()
    assert not sandbox.hosts["web2"].path(file).exists()
    assert not Path(file).exists()


@pytest.mark.parametrize("folder", ["/", "/usr", "/usr/local/bin", "/boot"])
def test_the_rest_of_the_machine_is_read_only(sandbox, folder):
    done = sandbox.hosts["web1"].run(f"touch {folder}/written-by-web1")
    assert "Read-only file system" in done.stderr


def test_a_host_sees_only_its_own_processes(sandbox):
    one, other = sandbox.hosts["web1"], sandbox.hosts["web2"]
    mark = "sleep 4242"
    one.run(f"{mark} >/dev/null 2>&1 &")
    look = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"
    assert mark in one.run(look).stdout
    assert mark not in other.run(look).stdout
    assert len(other.run("ls -d /proc/[0-9]*").stdout.split()) < 12


def test_hosts_can_use_the_same_port(sandbox):
    serve = (
        "cd /srv && exec python3 -m http.server --bind localhost 8000 >/srv/log 2>&1"
    )
    ask = "python3 -c 'import urllib.request as u; print(u.urlopen(\"http://localhost:8000/me\").read())'"
    for name, host in sandbox.hosts.items():
        host.run(f"echo {name} >/srv/me; ({serve}) >/dev/null 2>&1 &")
    for name, host in sandbox.hosts.items():
        assert until(lambda host=host: host.run(ask).stdout) == f"b'{name}\\n'\n"


def test_svscan_starts_a_service_that_is_not_deaf_to_int(sandbox):
    host = sandbox.hosts["web1"]
    run = "#!/bin/sh\nexec 2>&1\ngrep SigIgn /proc/self/status >/tmp/ignored\nexec sleep 1000\n"
    service = host.path("/var/lib/forklift/sample")
    service.mkdir()
    (service / "run").write_text(run)
    (service / "run").chmod(0o755)
    host.run("ln -s /var/lib/forklift/sample /etc/service/sample")
    ignored = until(lambda: host.run("cat /tmp/ignored").stdout, PICKED_UP)
    assert int(ignored.split()[1], 16) == 0
    assert " up (pid " in host.run("svstat /etc/service/sample").stdout


def test_a_path_follows_the_links_of_the_host(sandbox):
    host = sandbox.hosts["web1"]
    host.run(
        "mkdir -p /var/lib/forklift/linked && ln -s /var/lib/forklift/linked /etc/service/.linked"
    )
    host.path("/etc/service/.linked/inside").write_text("here")
    assert host.run("cat /var/lib/forklift/linked/inside").stdout == "here"


def test_logins_and_commands_are_counted(sandbox):
    host = sandbox.hosts["web2"]
    connections, execs = host.connections(), host.execs()
    for _ in range(2):
        ssh(sandbox, "web2", "true")
    assert (host.connections() - connections, host.execs() - execs) == (2, 2)


def test_a_directory_can_be_made_visible(tmp_path):
    (tmp_path / "file").write_text("shown")
    with Sandbox(mariadb=False, visible=[tmp_path]) as sandbox:
        host = sandbox.hosts["web1"]
        assert host.run(f"cat {tmp_path}/file", user="root").stdout == "shown"
        assert "Read-only" in host.run(f"touch {tmp_path}/other").stderr


def until(question, limit=60.0):
    deadline = time.monotonic() + limit
    while not (answer := question()):
        assert time.monotonic() < deadline, f"nothing in {limit} seconds"
        time.sleep(0.02)
    return answer
