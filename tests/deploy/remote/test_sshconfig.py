"""What ssh_config says of a host is what paramiko reads there, found once."""

from __future__ import annotations

import getpass

import paramiko
import pytest

from deploy.remote.sshconfig import SshConfig

TEXT = """\
User everybody
Host web1 web2
    Port 2201
    IdentityFile ~/.ssh/%h
Host *.example.org !old.example.org
    ProxyJump gate
Match host web2 user everybody
    Port 2202
    HostName two.example.org
Match all
    ForwardAgent yes
Host *
    IdentityFile ~/.ssh/id
"""


@pytest.fixture
def read():
    return paramiko.SSHConfig.from_text(TEXT)


@pytest.mark.parametrize(
    "host", ["web1", "web2", "new.example.org", "old.example.org", "other"]
)
def test_it_says_what_paramiko_says(read, host):
    assert SshConfig(read).lookup(host) == read.lookup(host)


def test_a_host_is_looked_up_once(read):
    config = SshConfig(read)
    assert config.lookup("web1") is config.lookup("web1")


def test_who_runs_this_is_not_asked_at_each_block_of_another_host(monkeypatch):
    asked = []
    monkeypatch.setattr(getpass, "getuser", lambda: asked.append(1) or "ann")
    few, many = (
        paramiko.SSHConfig.from_text("".join(f"Host web{n}\n" for n in range(hosts)))
        for hosts in (1, 100)
    )
    SshConfig(few).lookup("web0")
    once = len(asked)
    SshConfig(many).lookup("web0")
    assert len(asked) == 2 * once
