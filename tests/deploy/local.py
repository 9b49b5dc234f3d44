"""This machine as a remote: the same loader and the same scripts under the real /bin/sh, without ssh."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import threading
import time
from itertools import chain

from deploy.errors import ConnectionLost
from deploy.remote.loader import plain
from deploy.remote.outcome import Done, End
from deploy.remote.remote import DEADLINE
from deploy.remote.transcript import Onlooker, Transcript, failure
from deploy.shell import text_of


class LocalRemote:
    """Runs scripts in *directory*, as the user who runs the tests (as_root changes nothing)."""

    def __init__(self, host="here", directory=None, onlooker=None, env=None):
        self.host, self.directory = host, directory
        self.onlooker = Onlooker() if onlooker is None else onlooker
        self.env = {**os.environ, **(env or {})}

    def ask(self, question, deadline=DEADLINE):
        return question.read(self._execute(question, (), deadline))

    def run(self, script, payload=(), as_root=False, deadline=DEADLINE):
        del as_root
        return script.read(self._execute(script, payload, deadline))

    def hold(self, script, deadline=DEADLINE):
        begun = _Begun(self, script, (), keep_stdin=True)
        until = time.monotonic() + deadline
        with begun.spoke:
            while not begun.said.held and not begun.silent():
                if not begun.spoke.wait(until - time.monotonic()):
                    break
        if not begun.said.held:
            # its pipes close a moment before a process ends
            done = begun.finish(5 if begun.silent() else 0)
            error = failure(done, begun.said, deadline)
            raise error or ConnectionLost(self.host, "the script ended by itself")
        return _LocalHeld(script.read(begun.said.answer), begun)

    def _execute(self, sent, payload, deadline):
        begun = _Begun(self, sent, payload)
        error = failure(begun.finish(deadline), begun.said, deadline)
        if error is not None:
            raise error
        return begun.said.answer


class _Begun:
    def __init__(self, remote, sent, payload, keep_stdin=False):
        text = text_of(sent).encode()
        self.said = Transcript(remote.host, remote.onlooker)
        self.spoke = threading.Condition()
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            shlex.split(plain(len(text))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=remote.directory,
            env=remote.env,
            start_new_session=True,
        )
        works = [
            (self._feed, (chain([text], payload), keep_stdin)),
            (self._read, ("out", self._process.stdout)),
            (self._read, ("err", self._process.stderr)),
        ]
        self._threads = [threading.Thread(target=w, args=a) for w, a in works]
        self._reading = 2
        for each in self._threads:
            each.start()

    def silent(self):
        return self._reading == 0

    def over(self):
        return self._process.poll() is not None

    def end_input(self):
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def finish(self, deadline):
        end = End.EXITED
        try:
            self._process.wait(deadline)
        except subprocess.TimeoutExpired:
            end = End.DEADLINE
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for each in self._threads:
            each.join()
        self.end_input()
        status = self._process.returncode
        name = signal.Signals(-status).name[3:] if status < 0 else ""
        if name and end is End.EXITED:
            end = End.KILLED
        return Done(end, status, name, "", "", time.monotonic() - self._began)

    def _feed(self, pieces, keep_stdin):
        with contextlib.suppress(OSError):
            for piece in pieces:
                self._process.stdin.write(piece)
            self._process.stdin.flush()
        if not keep_stdin:
            self.end_input()

    def _read(self, stream, pipe):
        with pipe:
            for line in pipe:
                with self.spoke:
                    self.said.take(stream, line.decode("utf-8", "replace"))
                    self.spoke.notify_all()
        with self.spoke:
            self._reading -= 1
            self.spoke.notify_all()


class _LocalHeld:
    def __init__(self, answer, begun):
        self.answer, self._begun = answer, begun

    @property
    def lost(self):
        return self._begun.over()

    def let_go(self):
        self._begun.end_input()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._begun.end_input()
        self._begun.finish(10)
