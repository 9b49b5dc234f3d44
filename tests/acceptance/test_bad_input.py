"""What an operator can get wrong: one sentence that names host and remedy, status 2, no traceback."""

import pytest


def refused(result):
    """The sentence, after the usual checks."""
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


def test_an_unknown_branch(operator):
    said = refused(operator.fab(operator.task("setup"), "--branch", "nope"))
    assert "there is no branch, tag or commit nope" in said
    for host in operator.sandbox.hosts:
        operator.on(host, f"! test -e {operator.deploy_to}")
        operator.on(host, f"! test -e {operator.service_directory}")


def test_a_repository_that_may_not_be_read(operator):
    operator.write_fabfile(repository="file:///nowhere/at/all.git")
    said = refused(operator.fab(operator.task("setup")))
    assert "file:///nowhere/at/all.git cannot be fetched" in said


def test_a_host_that_is_down(operator):
    operator.ready()
    web2 = operator.sandbox.hosts["web2"]
    web2.refuse()
    try:
        said = refused(operator.fab(operator.task("deploy")))
    finally:
        web2.restart_sshd()
    assert said.startswith("web2: ")
    assert operator.manifests("web1") == {"one": "verified"}


def test_a_name_that_does_not_resolve(operator):
    operator.write_fabfile(hosts=["no-such-host.invalid"])
    said = refused(operator.fab(operator.task("check")))
    assert "no-such-host.invalid does not resolve" in said


@pytest.mark.parametrize("kind", ["changed", "unknown"])
def test_a_host_key_that_is_not_the_known_one(operator, tmp_path, kind):
    known = operator.sandbox.known_hosts.read_text().splitlines()
    web1, web2 = known[0].split(), known[1].split()
    lines = [] if kind == "unknown" else [" ".join([web1[0], *web2[1:]])]
    strange = tmp_path / "known_hosts"
    strange.write_text("\n".join([*lines, *known[1:], ""]))
    config = tmp_path / "ssh_config"
    config.write_text(
        operator.sandbox.ssh_config.read_text().replace(
            str(operator.sandbox.known_hosts), str(strange)
        )
    )
    before = operator.sandbox.hosts["web1"].connections()
    operator.ssh_config = config
    assert "web1: " in refused(operator.fab(operator.task("check")))
    assert operator.sandbox.hosts["web1"].connections() == before


def test_a_service_that_was_never_set_up(operator):
    said = refused(operator.fab(operator.task("deploy")))
    for host in operator.sandbox.hosts:
        assert (
            f"{host}: {operator.name} is not set up; run: fab {operator.name}.setup"
            in said
        )


def test_a_host_without_svscan(operator):
    for host in operator.sandbox.hosts:
        operator.on(host, f"mkdir -p /srv/{operator.name}-scan")
    operator.write_fabfile(scan_directory=f"/srv/{operator.name}-scan", hosts=["web1"])
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 4  # the first release is there
    assert "svscan does not take up" in result.stderr
    assert "is it running" in result.stderr


def test_a_full_disk(operator):
    operator.write_fabfile(hosts=["web1"])
    operator.commit("one")
    operator.ready()
    before = operator.current("web1")
    free = operator.on(
        "web1", f"df -Pk {operator.deploy_to} | awk 'NR==2 {{print $2}}'"
    )
    assert int(free) > 0
    operator.on(
        "web1",
        f"cp -a {operator.deploy_to} /srv/{operator.name} && "
        f"mount -t tmpfs -o size=12m,mode=755,uid=$(id -u app) tmpfs {operator.deploy_to} && "
        f"cp -a /srv/{operator.name}/. {operator.deploy_to}",
    )
    operator.write_fabfile(hosts=["web1"], build=["head -c 30000000 /dev/zero > big"])
    operator.commit("two")
    result = operator.fab(operator.task("deploy"))
    assert result.returncode == 3
    assert "No space left" in result.stderr
    assert operator.current("web1") == before
    assert operator.on("web1", f"ls {operator.deploy_to}/releases") == before
    operator.write_fabfile(hosts=["web1"])
    operator.done(operator.task("deploy"))
    operator.on("web1", f"head -c 5000000 /dev/zero > {operator.deploy_to}/ballast")
    assert "make room" in refused(operator.fab(operator.task("deploy"), "--force"))


def test_a_current_that_is_a_directory(operator):
    operator.on(
        "web1",
        f"mkdir -p {operator.deploy_to}/current && chown -R app {operator.deploy_to}",
    )
    assert "current is a directory" in refused(operator.fab(operator.task("setup")))


def test_a_service_that_does_not_reload(operator):
    assert "does not reload" in refused(operator.fab(operator.task("reload")))


def test_a_linked_file_that_is_missing(operator):
    operator.write_fabfile(linked_files=["config/database.yml"], linked_dirs=["log"])
    operator.commit("one")
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 4  # it has made the directories
    assert "shared/config/database.yml is missing" in result.stderr
    assert "again: it goes on where it stopped" in result.stderr
    for host in operator.sandbox.hosts:
        operator.sandbox.hosts[host].run(
            f"mkdir -p {operator.deploy_to}/shared/config && echo x > {operator.deploy_to}/shared/config/database.yml",
            user="app",
        )
    operator.ready()
    link = operator.on(
        "web1", f"readlink {operator.deploy_to}/current/config/database.yml"
    )
    assert link == "../../../shared/config/database.yml"
    assert (
        operator.on("web1", f"readlink {operator.deploy_to}/current/log")
        == "../../shared/log"
    )


def test_a_worker_of_ones_own_that_would_hide_ours(operator):
    (operator.folder / "worker.py").write_text("")
    operator.done("--list")
    operator.write_fabfile(start="python3 -m worker run jobs")
    assert "hides forklift's worker" in refused(operator.fab("--list"))


def test_a_host_without_daemontools(operator):
    operator.on("web1", "mount --bind /dev/null /usr/bin/multilog")
    try:
        said = refused(operator.fab(operator.task("setup")))
    finally:
        operator.on("web1", "umount /usr/bin/multilog")
    assert "web1: multilog cannot be found; install" in said
    assert "web2: " not in said
