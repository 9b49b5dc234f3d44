import subprocess

from sandbox import Sandbox


def ssh(sandbox, command):
    words = ["ssh", "-F", sandbox.ssh_config, "web1", command]
    return subprocess.run(
        words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_two_sandboxes_share_neither_files_nor_keys_nor_data():
    with Sandbox() as one, Sandbox() as other:
        ssh(one, "echo one >/home/app/mine; echo one >/tmp/mine")
        one.mariadb.query("CREATE DATABASE mine")
        assert ssh(one, "cat /home/app/mine /tmp/mine").stdout == "one\none\n"
        assert ssh(other, "cat /home/app/mine /tmp/mine").stdout == ""
        assert "mine" not in other.mariadb.query("SHOW DATABASES")
        assert one.known_hosts.read_text() != other.known_hosts.read_text()
        assert one.hosts["web1"].address != other.hosts["web1"].address


def test_ending_one_leaves_the_other():
    with Sandbox(mariadb=False) as other:
        with Sandbox(mariadb=False):
            pass
        assert ssh(other, "echo here").stdout == "here\n"
        assert other.folder.is_dir()
