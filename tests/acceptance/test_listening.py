"""What the hosts say is shown: the log of a service, and a command that is run once beside it."""

import signal


def test_logs_and_commands_of_a_service_that_runs(operator):
    operator.write_fabfile(env={"NAME": operator.name, "GREETING": "grüß dich"})
    operator.ready()
    said = operator.done(operator.task("logs"), "--lines", "3")
    for host in operator.sandbox.hosts:
        assert f"[{host}] | " in said
    assert "started one grüß dich" in said
    assert "started one" in operator.done(operator.task("logs"), "--since", "10min")

    ran = operator.done(
        operator.task("run"), "--command", 'echo "$GREETING in $(pwd -P)"; id -un'
    )
    for host in operator.sandbox.hosts:
        release = f"{operator.deploy_to}/releases/{operator.current(host)}"
        assert f"[{host}] | grüß dich in {release}" in ran
        assert f"[{host}] | app" in ran
    once = operator.done(operator.task("run"), "--command", "echo here", "--once")
    assert once.count("| here") == 1


def test_a_command_that_fails_is_told_with_its_host_and_its_words(operator):
    operator.ready()
    fails = 'echo "it is $HOSTNAME$(hostname) that"; exit 3'
    result = operator.fab(operator.task("run"), "--command", fails)
    assert result.returncode == 4
    for host in operator.sandbox.hosts:
        assert f"{host}: running: {fails} failed (exit status 3)" in result.stderr
    empty = operator.fab(operator.task("run"))
    assert (empty.returncode, "say what to run" in empty.stderr) == (2, True)


def test_a_log_is_followed_until_ctrl_c_which_is_no_failure(operator):
    operator.ready()
    following = operator.start(operator.task("logs"), "--follow", "--lines", "1")
    heard = {following.stdout.readline() for _ in operator.sandbox.hosts}
    assert all("started one" in line for line in heard)
    following.send_signal(signal.SIGINT)
    assert following.wait(30) == 0, following.stdout.read()
    following.stdout.close()
    for host in operator.sandbox.hosts:
        left = operator.on(
            host, f"pgrep -f 'tail.*{operator.name}' -u app | wc -l || true"
        )
        assert left == "0"


def test_a_log_that_is_not_there_is_refused(operator):
    result = operator.fab(operator.task("logs"))
    assert result.returncode == 2
    assert "web1: there is no log in" in result.stderr
    odd = operator.fab(operator.task("logs"), "--since", "soon")
    assert "--since must be a span" in odd.stderr
