"""A host's service under a real supervise."""

import os
import signal
import subprocess
import time
from pathlib import Path

from deploy.commands import facts, releases, setup
from deploy.rendering import Templates


class Supervised:
    """A host's service under a supervise of its own, and its logger under another."""

    def __init__(self, host):
        self.host = host
        host.do(setup.service_directory(host.paths))
        templates = Templates(host.deploy_to)
        self.run, self.log_run = (
            templates.run(host.paths),
            templates.log_run(host.paths),
        )
        host.do(setup.scripts(host.paths, self.run, self.log_run))
        entry = host.place(host.paths.scan_entry)
        entry.parent.mkdir(exist_ok=True)
        entry.symlink_to(host.service)
        self._processes = []

    def release(self, name, program, state="verified"):
        manifest = self.host.release(name, state)
        folder = self.host.releases / name
        start = Templates(self.host.deploy_to).start(self.host.paths)
        self.host.do(releases.add_start(self.host.paths, name, start))
        if self.host.paths.service.listen:
            keeper = Templates(self.host.deploy_to).keeper()
            self.host.do(releases.add_keeper(self.host.paths, name, keeper))
        (folder / "serve").write_text(f"#!/bin/sh\n{program}\n")
        (folder / "serve").chmod(0o755)
        return manifest

    def current(self, name):
        self.host.current.unlink(missing_ok=True)
        self.host.current.symlink_to(f"releases/{name}")

    def begin(self, up=True):
        read, write = os.pipe()
        for folder, pipe in (("log", {"stdin": read}), (".", {"stdout": write})):
            words = ["supervise", self.host.service / folder]
            self._processes.append(
                subprocess.Popen(words, preexec_fn=default_signals, **pipe)
            )
        os.close(read)
        os.close(write)
        self.until(lambda: subprocess.call(["svok", self.host.service]) == 0)
        self.until(lambda: subprocess.call(["svok", self.host.service / "log"]) == 0)
        self.until(lambda: self.pid("log"))
        if up:
            self.svc("-u")
            self.until(lambda: self.pid())

    def svc(self, letters, folder="."):
        subprocess.run(["svc", letters, self.host.service / folder], check=True)

    def pid(self, folder="."):
        status = self.host.service / folder / "supervise" / "status"
        return int.from_bytes(status.read_bytes()[12:16], "little")

    def wanted(self):
        return chr((self.host.service / "supervise" / "status").read_bytes()[17])

    def runs(self, name):
        """Tell whether the present process has been started in a release."""
        noted = self.host.service / "running"
        pid, _, place = (
            noted.read_text().partition(" ") if noted.exists() else ("", "", "")
        )
        return pid == str(self.pid()) and place.strip().endswith(name)

    def served_by(self):
        """Give the child that the keeper noted last, and the release that it was started in."""
        noted = self.host.service / "running"
        lines = noted.read_text().splitlines() if noted.exists() else []
        who, _, place = lines[-1].partition(" ") if lines else ("", "", "")
        keeper, _, child = who.partition(".")
        known = child and keeper == str(self.pid())
        return (int(child), Path(place).name) if known else (0, "")

    def facts(self):
        return self.host.ask(facts.ask(self.host.paths, self.run, self.log_run))

    def said(self):
        return (self.host.service / "log/main/current").read_text()

    def until(self, condition, limit=60):
        end = time.monotonic() + limit
        while not (found := condition()):
            assert time.monotonic() < end, "it did not come true in time"
            time.sleep(0.02)
        return found

    def end(self):
        for process, folder in reversed(list(zip(self._processes, ("log", ".")))):
            self.svc("-dx", folder)
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                self.svc("-k", folder)
                try:
                    process.wait(5)
                finally:
                    process.kill()
                    process.wait()


def default_signals():
    for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
