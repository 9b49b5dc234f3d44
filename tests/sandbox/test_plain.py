"""What a sandbox can do for somebody who is not root."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import Sandbox, SandboxError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ordinary():
    """Run Python as somebody who is not root: on a host that root made, or here."""
    if os.geteuid() != 0:
        yield lambda code: subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return
    with Sandbox(mariadb=False) as outer:
        host = outer.hosts["web1"]
        shutil.copytree(ROOT / "sandbox", host.path("/tmp/checkout/sandbox"))

        def run(code):
            host.path("/tmp/checkout/code.py").write_text(code)
            done = host.run(
                "cd /tmp/checkout && exec python3 -B code.py", user="deploy"
            )
            deadline = time.monotonic() + 10
            while left := _processes_of_deploy(host):
                assert time.monotonic() < deadline, f"{left} {done.stderr}"
            return done

        yield run


def _processes_of_deploy(host):
    look = "for p in /proc/[0-9]*; do [ $(stat -c %u $p) = 61002 ] && tr '\\0' ' ' <$p/cmdline; done"
    return host.run(f"{look} 2>/dev/null").stdout


PLAIN = """
import subprocess, time
from sandbox import Sandbox
with Sandbox({arguments}) as sandbox:
    host = sandbox.hosts["web1"]
    {body}
"""


def plain(body, arguments="mariadb=False"):
    return PLAIN.format(arguments=arguments, body=body.replace("\n", "\n    "))


def test_ssh_works_and_the_limits_are_said(ordinary):
    done = ordinary(
        plain(
            "words = ['ssh', '-F', sandbox.ssh_config, 'web1', 'id -u; touch ' + str(host.path('/home/x'))]\n"
            "subprocess.run(words, check=True, stdin=subprocess.DEVNULL)\n"
            "assert host.path('/home/x').exists()\n"
            "print(host.connections(), host.execs(), sandbox.limits, sandbox.folder)"
        )
    )
    assert "1 1 without root" in done.stdout, done.stderr


def test_svscan_starts_a_service_in_the_folder(ordinary):
    done = ordinary(
        plain(
            "run = host.path('/etc/service/.sample/run')\n"
            "run.parent.mkdir()\n"
            "run.write_text('#!/bin/sh\\nexec sleep 1000')\n"
            "run.chmod(0o755)\n"
            "service = run.parent.rename(run.parent.with_name('sample'))\n"
            "deadline = time.monotonic() + 7\n"
            "while ' up ' not in host.run(f'svstat {service}').stdout:\n"
            "    assert time.monotonic() < deadline\n"
            "print('up')"
        )
    )
    assert done.stdout == "up\n", done.stderr


def test_it_can_refuse_and_listen_again(ordinary):
    done = ordinary(plain("host.refuse(); host.restart_sshd(); print('again')"))
    assert done.stdout == "again\n", done.stderr


def test_it_has_a_mariadb(ordinary):
    done = ordinary(plain("print(sandbox.mariadb.query('SELECT 1'))", "mariadb=True"))
    assert done.stdout == "1\n\n", done.stderr


def test_a_second_host_is_refused_with_the_reason(ordinary):
    done = ordinary(plain("pass", "hosts=('web1', 'web2')"))
    assert "several hosts need root" in done.stderr


def test_killed_it_leaves_no_process(ordinary):
    done = ordinary(
        plain(
            "import os, signal\nprint('up', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
        )
    )
    assert done.stdout == "up\n", done.stderr


def test_root_has_no_limits():
    if os.geteuid() == 0:
        assert Sandbox().limits == ""
    else:
        with pytest.raises(SandboxError):
            Sandbox(hosts=("web1", "web2"))
