"""A host for one test: a directory named to break careless quoting, and the way scripts reach it."""

import getpass
import json
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from deploy.paths import Paths
from deploy.release import Manifest, Release
from deploy.settings import Service
from deploy.shell import Command, Question, Script, Step, text_of
from tests.deploy.commands.supervised import Supervised


def command_line(sent):
    """Begin a script as it begins over ssh; its text comes first on standard input."""
    if isinstance(sent, Command):
        sent = Script((Step("", sent),))
    text = text_of(sent).encode()
    return ["sh", "-c", f'eval "$(head -c {len(text)})"'], text


@dataclass(frozen=True)
class Ended:
    """How a script ended."""

    status: int
    out: str
    err: str

    @property
    def answer(self):
        lines = self.out.split("\n")
        kept = (line.partition("\x1e") for line in lines)
        return "".join(text if mark else f"{text}\n" for text, mark, _ in kept)[:-1]

    @property
    def sentence(self):
        return self.err.partition("\x1e!")[2].partition("\n")[0]


@dataclass(frozen=True)
class Host:
    """What a script finds: the places of one service below a directory of the test."""

    paths: Paths

    def with_settings(self, **given):
        return Host(Paths(replace(self.paths.service, **given)))

    def send(self, sent, payload=b"", limit=60):
        words, text = command_line(sent)
        done = subprocess.run(
            words,
            input=text + payload,
            capture_output=True,
            timeout=limit,
            cwd=self.place(self.paths.service.service_root).parent,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def do(self, *sent, payload=b""):
        """Send commands that have to work."""
        ended = self.send(Script(tuple(Step("", each) for each in sent)), payload)
        assert ended.status == 0, ended
        return ended

    def ask(self, question: Question):
        ended = self.send(question)
        assert ended.status == 0, ended
        return question.read(ended.answer)

    def place(self, path):
        return Path(path)

    @property
    def deploy_to(self):
        return self.place(self.paths.deploy_to)

    @property
    def releases(self):
        return self.place(self.paths.releases)

    @property
    def shared(self):
        return self.place(self.paths.shared)

    @property
    def current(self):
        return self.place(self.paths.current)

    @property
    def service(self):
        return self.place(self.paths.service_directory)

    def release(self, name, state="verified", exist_ok=False):
        """Make a release that is complete, and return its manifest."""
        known = (Release(name), state, "1a2b3c4d", "main", "ann's@desk")
        manifest = Manifest(*known, at="2026-11-23T09:45:01Z")
        made = self.releases / name
        (made / ".forklift").mkdir(parents=True, exist_ok=exist_ok)
        (made / ".release.json").write_text(json.dumps(manifest.__dict__) + "\n")
        return manifest

    def state(self, manifest):
        told = (self.releases / manifest.release / ".release.json").read_text()
        return json.loads(told)["state"]

    def history(self):
        log = self.deploy_to / "deploys.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.fixture
def host(tmp_path):
    root = tmp_path / "it's a root"
    made = Service(
        name="sample",
        deploy_to=root / "www" / "Sample",
        start="./serve",
        user=getpass.getuser(),
        use_sudo=False,
        scan_directory=root / "scan",
        service_root=root / "services",
        settle=0.3,
        stop_timeout=3,
    )
    found = Host(Paths(made))
    found.releases.mkdir(parents=True)
    found.shared.mkdir()
    return found


@pytest.fixture
def service(host):
    made = Supervised(host)
    yield made
    made.end()


@pytest.fixture
def begin(host):
    """Begin scripts that go on while the test does; none outlives it."""
    begun = []

    def start(sent, payload=b""):
        words, text = command_line(sent)
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=host.deploy_to,
        )
        begun.append(process)
        process.stdin.write(text + payload)
        process.stdin.flush()
        return process

    yield start
    for process in begun:
        process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        process.wait()


@pytest.fixture
def until():
    """Wait for a condition, with a limit in seconds."""

    def wait(condition, limit=60):
        end = time.monotonic() + limit
        while not (found := condition()):
            assert time.monotonic() < end, "it did not come true in time"
            time.sleep(0.02)
        return found

    return wait
