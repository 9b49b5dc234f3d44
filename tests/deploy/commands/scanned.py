"""A host's service under a real scanner of runit or s6."""

import signal
import subprocess

from tests.deploy.commands.supervised import Supervised, default_signals


class Scanned(Supervised):
    """The same service under runsvdir or s6-svscan, which supervises its logger too."""

    def begin(self, up=True):
        self.scan = self.host.place(self.host.paths.service.scan_directory)
        words = [*self.scanner, self.scan]
        process = subprocess.Popen(words, preexec_fn=default_signals)
        self._processes.append(process)
        self.until(lambda: self.facts().service.answers and self.facts().log.up)
        if up:
            self.svc("-u")
            self.until(lambda: self.pid())

    def pid(self, folder="."):
        found = self.facts().log if folder == "log" else self.facts().service
        return found.pid

    def svc(self, letters, folder="."):
        for each in letters[1:]:
            words = [*self.telling(each), self.host.service / folder]
            subprocess.run(words, check=True)

    def end(self):
        for process in self._processes:
            if self.facts().service.answers:
                self.svc("-dk")
            self.leave(process)
            try:
                process.wait(5)
                self.until(lambda: not self.facts().log.answers)
            finally:
                process.kill()
                process.wait()


class Runit(Scanned):
    scanner = ("runsvdir", "-P")

    def telling(self, letter):
        return ["sv", letter]

    def leave(self, process):
        process.send_signal(signal.SIGHUP)


class S6(Scanned):
    scanner = ("s6-svscan",)

    def telling(self, letter):
        return ["s6-svc", f"-{letter}"]

    def leave(self, process):
        subprocess.run(["s6-svscanctl", "-t", self.scan], check=process.poll() is None)
