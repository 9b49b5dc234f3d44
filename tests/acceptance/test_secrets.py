"""A secret is in no argument, no output, no log and no file that others can read."""

import pytest

SECRET = "mysql://app:pa55-word@db/queue"


def test_a_secret_shows_nowhere_and_reaches_the_service_alone(operator):
    operator.write_fabfile(secrets=["QUEUE_URL"], hosts=["web1"])
    operator.commit("one", **{"program.py": PROGRAM})
    said = ""
    for words in (("setup",), ("deploy",), ("status",), ("restart",)):
        result = operator.fab(operator.task(words[0]), QUEUE_URL=SECRET)
        assert result.returncode == 0, result.stderr
        said += result.stdout + result.stderr
    said += operator.fab("-e", "--dry", operator.task("setup"), QUEUE_URL=SECRET).stdout
    assert SECRET not in said
    pid = operator.pid("web1")
    assert SECRET in operator.on("web1", f"tr '\\0' '\\n' </proc/{pid}/environ")
    found = operator.on(
        "web1",
        f"grep -rlF pa55-word {operator.deploy_to} {operator.service_directory} /etc/service /var/log /tmp 2>/dev/null || true",
    )
    assert found.splitlines() == [f"{operator.service_directory}/env/QUEUE_URL"]
    assert operator.on("web1", f"stat -c '%a %U' {found}") == "600 root"
    arguments = operator.on("web1", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert "pa55" not in arguments.replace("grep -rlF pa55-word", "")


def test_a_secret_that_the_host_does_not_have_yet_has_to_be_given(operator):
    operator.write_fabfile(secrets=["QUEUE_URL", "KEY"], hosts=["web1"])
    operator.commit("one")
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 2
    assert "secrets that are not on this host yet: QUEUE_URL KEY;" in result.stderr
    for made in (operator.deploy_to, operator.service_directory):
        operator.on("web1", f"! test -e {made}")
    operator.write_fabfile(secrets=["QUEUE_URL"], hosts=["web1"])
    operator.done(operator.task("setup"), QUEUE_URL=SECRET)
    operator.done(operator.task("setup"))


def test_a_secret_is_what_its_command_prints_unless_the_environment_has_it(operator):
    kept = f"{operator.service_directory}/env/QUEUE_URL"
    (operator.folder / "key").write_text(SECRET + "\n\n")
    asking = {"QUEUE_URL": 'echo asked >>asked; cat "$PWD/key"'}
    operator.write_fabfile(secrets=["QUEUE_URL"], secret_commands=asking)
    operator.commit("one")
    said = operator.done(operator.task("setup"))
    assert [operator.on(host, f"cat {kept}") for host in operator.sandbox.hosts] == (
        [SECRET] * len(operator.sandbox.hosts)
    )
    assert "pa55" not in said
    assert (operator.folder / "asked").read_text() == "asked\n"
    operator.done(operator.task("setup"), QUEUE_URL="another")
    assert operator.on("web1", f"cat {kept}") == "another"
    (operator.folder / "key").unlink()
    result = operator.fab(operator.task("setup"))
    assert result.returncode == 2
    assert "the command of the secret QUEUE_URL ended with status 1" in result.stderr
    assert operator.on("web1", f"cat {kept}") == "another"


def test_a_secret_that_is_no_longer_named_is_removed_by_setup(operator):
    operator.write_fabfile(secrets=["QUEUE_URL", "OTHER"], hosts=["web1"])
    operator.commit("one")
    operator.done(operator.task("setup"), QUEUE_URL=SECRET, OTHER="more")
    operator.write_fabfile(secrets=["OTHER"], hosts=["web1"])
    operator.done(operator.task("setup"))
    kept = operator.on("web1", f"ls {operator.service_directory}/env")
    assert kept == "OTHER"


@pytest.mark.parametrize("secret", ["", "ends with a space ", "or a tab\t"])
def test_a_secret_that_would_not_arrive_as_it_is_is_refused(operator, secret):
    operator.write_fabfile(secrets=["QUEUE_URL"], hosts=["web1"])
    result = operator.fab(operator.task("setup"), QUEUE_URL=secret)
    assert result.returncode == 2
    assert result.stderr.startswith("the secret QUEUE_URL ")


def test_a_password_in_the_repositorys_url_is_refused(operator):
    operator.write_fabfile(repository="https://ann:pa55@example.org/x.git")
    result = operator.fab("--list")
    assert result.returncode == 2
    assert "pa55" not in result.stderr


PROGRAM = "import time\nprint('up', flush=True)\ntime.sleep(3600)\n"
