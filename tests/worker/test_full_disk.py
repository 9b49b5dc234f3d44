"""A disk that is full costs time, no job."""

import os
import resource
import subprocess
import sys

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, ROOT, sql, states, until
from worker import Queue

#: fills a file system of 12 MB with jobs, lets nobody free a byte, then does
FILLED = """\
import os, sys
from pathlib import Path
from worker import Queue, QueueUnreachable
from worker.testing import drain
from tests.worker.jobs import Echo
here = Path(sys.argv[1])
(here / "ballast").write_bytes(bytes(6_000_000))
queue = Queue(f"sqlite:///{here}/queue.db")
queue.setup()
promised = []
try:
    while True:
        promised += queue.enqueue_many(Echo, ["x" * 100_000] * 2)
except QueueUnreachable as error:
    print(error)
(here / "ballast").unlink()
done = [job.id for job, _ in drain(queue, Echo)]
print(len(promised), done == promised)
"""


def test_an_enqueue_on_a_full_disk_is_refused_and_what_was_promised_is_done(tmp_path):
    program = tmp_path / "filled.py"
    program.write_text(FILLED)
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=12m none "$1" && exec "$2" "$3" "$1"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh",
         str(disk), sys.executable, str(program)],
        capture_output=True, text=True, cwd=ROOT, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    refusal, result = done.stdout.splitlines()
    assert "cannot be used: database or disk is full" in refusal
    count, same = result.split()
    assert int(count) > 10
    assert same == "True"


def test_a_manager_whose_disk_is_full_goes_on_when_there_is_room(run, tmp_path):
    queue = Queue(f"sqlite:///{tmp_path / 'queue.db'}")
    queue.setup()
    seen = tmp_path / "seen"
    running = run(queue, JOBS)
    running.says("manager")
    until(running.children)
    limit(running, 0)
    queue.enqueue(f"{JOBS}.Note", {"file": str(seen)})
    until(lambda: states(queue) == {"ready": 1})
    assert lines_of(seen) == []
    limit(running, resource.RLIM_INFINITY)
    until(lambda: states(queue) == {})
    assert len(lines_of(seen)) == 1
    assert sql(queue, "SELECT COUNT(*) FROM failed_job") == [(0,)]
    assert running.stop() == 0
    queue.close()


def limit(running, size):
    for pid in [running.process.pid, *running.children()]:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
