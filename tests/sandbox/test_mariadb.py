import pytest

from sandbox import Sandbox, SandboxError


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


def client(sandbox, words, sql):
    return sandbox.hosts["web1"].run(f"mariadb -N {words} -e '{sql}'", user="app")


def test_the_socket_has_the_same_path_on_the_hosts(sandbox):
    done = client(
        sandbox, f"-u root -S {sandbox.mariadb.socket}", "SELECT current_user()"
    )
    assert done.stdout == "root@localhost\n"


def test_a_host_has_it_where_debian_has_it(sandbox):
    done = client(sandbox, "-u root -S /run/mysqld/mysqld.sock", "SELECT 1")
    assert done.stdout == "1\n"


def test_it_does_not_listen_on_the_network(sandbox):
    assert sandbox.mariadb.query("SELECT @@skip_networking") == "1\n"


def test_it_cannot_write_where_its_user_may_not(sandbox):
    with pytest.raises(SandboxError, match="Errcode: 13"):
        sandbox.mariadb.query("SELECT 1 INTO OUTFILE '/etc/written-by-mariadb'")


def test_an_account_has_its_own_databases_only(sandbox):
    sandbox.mariadb.query("CREATE DATABASE queue; CREATE DATABASE other")
    sandbox.mariadb.add_account("worker", "it's", on="queue")
    login = f'-u worker "-pit\'s" -S {sandbox.mariadb.socket}'
    assert client(sandbox, login, "USE queue; SELECT 2").stdout == "2\n"
    assert client(sandbox, login, "USE other").returncode == 1


def test_a_sandbox_without_it_says_so():
    with (
        Sandbox(mariadb=False) as sandbox,
        pytest.raises(SandboxError, match="without MariaDB"),
    ):
        sandbox.mariadb  # noqa: B018
