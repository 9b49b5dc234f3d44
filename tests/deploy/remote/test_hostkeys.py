"""A host is let near the operator's keys only if it is the one that is known."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.errors import CannotConnect
from deploy.remote.identity import identity
from deploy.remote.knownhosts import HostKey, Verdict, covering, judge, line, read
from deploy.shell import Question

ANOTHER = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZbcL2zzWjTtPvFoyBnBZjqGlx0ZqHdRUfwBnPmWjLR"
)


@pytest.fixture
def known(sshd, tmp_path):
    """Make a known_hosts file of lines; PORT and KEY stand for the sshd's own."""

    def make(*lines):
        file = tmp_path / "known_hosts"
        key = " ".join((sshd.folder / "host_key.pub").read_text().split()[:2])
        text = "".join(each + "\n" for each in lines)
        file.write_text(text.replace("PORT", str(sshd.port)).replace("KEY", key))
        return file

    return make


def answer(sshd, connect, file, **settings):
    config = sshd.config(UserKnownHostsFile=file, **settings)
    return connect(config).remote("web1").ask(Question("echo in", str.strip))


def refusal(sshd, connect, file, **settings):
    """Give the sentence; the host must have seen neither a login nor its attempt."""
    before = sshd.logged("userauth") + sshd.logged("Accepted")
    with pytest.raises(CannotConnect) as caught:
        answer(sshd, connect, file, **settings)
    assert sshd.logged("userauth") + sshd.logged("Accepted") == before
    return str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "[127.0.0.1]:PORT KEY",
        "[127.0.0.1]:PORT,[other]:22 KEY a comment",
        "[127.0.0.*]:* KEY",
        "[127.0.0.?]:PORT KEY",
        "127.0.0.1 KEY",
        f"@cert-authority * {ANOTHER}\n[127.0.0.1]:PORT KEY",
        f"# comment\n\nbroken\n|1|x|y KEY\n[127.0.0.1]:PORT {ANOTHER}\n[127.0.0.1]:PORT KEY",
    ],
)
def test_a_known_key_is_let_pass(sshd, connect, known, line):
    assert answer(sshd, connect, known(line)) == "in"


def test_a_hashed_name_is_known(sshd, connect, known):
    file = known("[127.0.0.1]:PORT KEY")
    subprocess.run(
        ["ssh-keygen", "-q", "-H", "-f", file], check=True, capture_output=True
    )
    assert "127.0.0.1" not in file.read_text()
    assert answer(sshd, connect, file) == "in"


def test_an_unknown_key_is_refused_with_the_command_that_adds_it(sshd, connect, known):
    said = refusal(sshd, connect, known())
    assert said.startswith("web1: the host key ssh-ed25519 SHA256:")
    words = ["ssh-keygen", "-lf", sshd.folder / "host_key.pub"]
    printed = subprocess.run(words, capture_output=True, text=True, check=True)
    assert printed.stdout.split()[1] in said
    assert f"ssh-keyscan -p {sshd.port} 127.0.0.1 >>" in said


@pytest.mark.parametrize("strict", ["yes", "ask", None, "accept-new", "no", "off"])
def test_a_changed_key_is_always_refused(sshd, connect, known, strict):
    file = known(f"[127.0.0.1]:PORT {ANOTHER}")
    said = refusal(sshd, connect, file, StrictHostKeyChecking=strict)
    assert "CHANGED" in said
    assert f"-R '[127.0.0.1]:{sshd.port}'" in said


@pytest.mark.parametrize("strict", ["yes", "accept-new"])
@pytest.mark.parametrize("name", ["[127.0.0.1]:PORT", "*"])
def test_a_revoked_key_is_always_refused(sshd, connect, known, strict, name):
    file = known("[127.0.0.1]:PORT KEY", f"@revoked {name} KEY")
    assert "revokes" in refusal(sshd, connect, file, StrictHostKeyChecking=strict)


@pytest.mark.parametrize(
    "line",
    [
        "@cert-authority [127.0.0.1]:PORT KEY",
        "!127.0.0.1,!\\[127.0.0.1\\]:PORT,other KEY",
        "[127.0.0.*]:*,![127.0.0.1]:PORT KEY",
        "[127.0.0.1]:1 KEY",
    ],
)
def test_a_key_known_for_something_else_is_unknown(sshd, connect, known, line):
    assert "not known" in refusal(sshd, connect, known(line))


def test_a_host_goes_by_its_alias(sshd, connect, known):
    alias = {"HostKeyAlias": "cluster"}
    assert answer(sshd, connect, known("cluster KEY"), **alias) == "in"
    assert "not known" in refusal(sshd, connect, known("[127.0.0.1]:PORT KEY"), **alias)


def test_several_files_are_read(sshd, connect, known, tmp_path):
    files = f'"{tmp_path}/none yet" {known("[127.0.0.1]:PORT KEY")}'
    assert answer(sshd, connect, files) == "in"
    assert answer(sshd, connect, "none", GlobalKnownHostsFile=files) == "in"


@pytest.mark.parametrize("strict", ["accept-new", "no", "off"])
def test_a_new_key_is_added_once_where_the_operator_chose_so(
    sshd, connect, known, strict
):
    file = known("other KEY")
    file.write_text(file.read_text().rstrip("\n"))
    runs = [
        connect(sshd.config(UserKnownHostsFile=file, StrictHostKeyChecking=strict))
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        ask = lambda run: run.remote("web1").ask(Question("echo in", str.strip))  # noqa: E731
        assert list(pool.map(ask, runs)) == ["in"] * 6
    assert file.read_text().count(f"[127.0.0.1]:{sshd.port} ssh-ed25519 ") == 1
    assert len(file.read_text().splitlines()) == 2
    assert answer(sshd, connect, file, StrictHostKeyChecking="yes") == "in"


def test_a_new_file_is_made_for_the_operator_alone(sshd, connect, tmp_path):
    file = tmp_path / "home" / "known_hosts"
    settings = {"StrictHostKeyChecking": "accept-new", "HashKnownHosts": "yes"}
    assert answer(sshd, connect, file, **settings) == "in"
    assert file.read_text().startswith("|1|")
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert answer(sshd, connect, file) == "in"


def test_the_known_type_of_key_is_asked_for(make_sshd, connect):
    both = make_sshd()
    rsa = both.folder / "rsa"
    words = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa]
    subprocess.run(words, check=True)
    two = make_sshd(HostKey=f"{both.folder / 'host_key'}\nHostKey {rsa}")
    key = " ".join(rsa.with_suffix(".pub").read_text().split()[:2])
    two.known_hosts.write_text(f"[127.0.0.1]:{two.port} {key}\n")
    remote = connect(two.config()).remote("web1")
    assert remote.ask(Question("echo in", str.strip)) == "in"


def test_names_are_compared_without_case_and_the_default_port_is_not_spelled(tmp_path):
    file, key = tmp_path / "known_hosts", HostKey("ssh-ed25519", b"blob")
    file.write_text(line("Web1.Example", key, hashed=False))
    who = identity("WEB1.example", 22, {"userknownhostsfile": str(file)})
    assert judge(covering(read(who.files), who.name), key) is Verdict.KNOWN
