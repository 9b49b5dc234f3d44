"""The article's product, as a user would have it: a web application, a worker and their queue."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from sandbox import demo
from tests.acceptance.anns import forked_fab

ROOT = Path(__file__).parent.parent.parent
_ports = itertools.count(8101)
_databases = itertools.count(1)


class Ann:
    """The operator of a copy of the product."""

    def __init__(self, folder, sandbox, queue_url, hosts):
        self.folder, self.sandbox, self.hosts = folder, sandbox, hosts
        self.port = next(_ports)
        self.queue_url = queue_url
        stage = {
            name: {"hosts": list(hosts), "settle": 1, "stop_timeout": 15}
            for name in ("sample", "worker")
        }
        stage["sample"]["env"] = {"PORT": self.port}
        (folder / "stage.json").write_text(json.dumps(stage))

    def fab(self, *words):
        words = ("-S", str(self.sandbox.ssh_config), "-f", "stage.json", *words)
        known = {"PYTHONPATH": str(ROOT), "QUEUE_URL": self.queue_url}
        return forked_fab(words, self.folder, {**os.environ, **known}, 240)

    def done(self, *words):
        result = self.fab(*words)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def echo(self, message):
        address = self.sandbox.hosts[self.hosts[0]].address
        data = urllib.parse.urlencode({"message": message}).encode()
        with urllib.request.urlopen(
            f"http://{address}:{self.port}/echo", data, timeout=10
        ) as answer:
            assert answer.status == 202

    def logged(self, words, seconds=60):
        """Wait until a worker's log on any host holds *words*."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for host in self.hosts:
                found = self.sandbox.hosts[host].run(
                    "cat /var/lib/forklift/worker/log/main/current"
                )
                if words in found.stdout:
                    return host
            time.sleep(0.1)  # between two looks at a log
        raise AssertionError(f"no worker has logged {words}")

    def current(self, service, host):
        path = {"sample": "Sample", "worker": "Sample-Worker"}[service]
        return (
            self.sandbox.hosts[host]
            .run(f"readlink /home/app/www/{path}/current")
            .stdout
        )

    def change(self, path, before, after, message):
        file = self.folder / path
        file.write_text(file.read_text().replace(before, after))
        demo.commit(self.folder, message)


@pytest.fixture(params=["mariadb", "sqlite"])
def ann(request, sandbox, product, tmp_path):
    folder = tmp_path / "sample"
    shutil.copytree(product, folder)
    (folder / ".gitignore").write_text("__pycache__\nstage.json\n")
    if request.param == "mariadb":
        queue_url = sandbox.mariadb.url(f"queue{next(_databases)}")
        hosts = ("web1", "web2", "web3")
    else:
        queue_url = "sqlite:////home/app/www/Sample-Worker/shared/queue.db"
        hosts = ("web1",)
    operator = Ann(folder, sandbox, queue_url, hosts)
    yield operator
    for host in hosts:
        remove = "; ".join(
            f"rm /etc/service/{name}; svc -dx /var/lib/forklift/{name} /var/lib/forklift/{name}/log; "
            f"for i in $(seq 50); do svok /var/lib/forklift/{name} || break; sleep 0.1; done; "
            f"rm -rf /var/lib/forklift/{name} /home/app/www/{path}"
            for name, path in (("sample", "Sample"), ("worker", "Sample-Worker"))
        )
        sandbox.hosts[host].run(remove)


def test_from_an_empty_host_to_a_job_that_ran_and_back(ann):
    ann.done("sample.setup")
    ann.done("worker.setup")
    ann.done("worker.setup")
    ann.done("deploy")
    first = {host: ann.current("worker", host) for host in ann.hosts}
    ann.echo("hello")
    ann.logged("hello")
    ann.change(
        "sample/jobs.py", 'job.arg["message"]', '"loud " + job.arg["message"]', "Louder"
    )
    ann.done("deploy")
    ann.echo("again")
    ann.logged("loud again")
    ann.done("worker.rollback")
    assert {host: ann.current("worker", host) for host in ann.hosts} == first
    ann.done("worker.restart")
    ann.done("worker.reload")
    ann.done("worker.status")
    ann.done("sample.status")


@pytest.mark.parametrize("ann", ["mariadb"], indirect=True)
def test_both_services_are_deployed_or_neither(ann):
    ann.done("sample.setup")
    ann.done("worker.setup")
    ann.done("deploy")
    before = {
        (s, h): ann.current(s, h) for s in ("sample", "worker") for h in ann.hosts
    }
    ann.change(
        "sample/jobs.py",
        "from worker import",
        "from nowhere import",
        "Break the worker",
    )
    result = ann.fab("deploy")
    assert result.returncode == 3, result.stdout + result.stderr
    assert "nowhere" in result.stderr
    assert "Traceback" not in result.stderr.splitlines()[0]
    after = {(s, h): ann.current(s, h) for s in ("sample", "worker") for h in ann.hosts}
    assert after == before
    ann.done("sample.status")
    ann.done("worker.status")


@pytest.mark.parametrize("ann", ["mariadb"], indirect=True)
def test_a_restart_lets_the_running_job_finish(ann):
    slow = '__import__("time").sleep(2) or job.arg["message"]'
    ann.change("sample/jobs.py", 'job.arg["message"]', slow, "Take two seconds")
    ann.done("sample.setup")
    ann.done("worker.setup")
    ann.done("deploy")
    ann.echo("slowly")
    ann.done("worker.restart")
    ann.logged("slowly")


@pytest.mark.parametrize("ann", ["mariadb"], indirect=True)
def test_a_queue_url_with_a_wrong_password_is_a_sentence(ann):
    ann.sandbox.mariadb.add_account("ann", "right")
    ann.queue_url = ann.sandbox.mariadb.url("queue", user="ann:wr0ng-pass")
    result = ann.fab("worker.setup")
    assert result.returncode == 4  # the first release is there
    assert "web1: " in result.stderr
    assert "Traceback" not in result.stderr
    assert "wr0ng-pass" not in result.stdout + result.stderr
