"""Arguments as JSON or MessagePack: the row says which, and whoever reads it agrees."""

import datetime
import json
import subprocess
import sys

import pytest

from tests.worker.support import ROOT, grab, settle, sql, states
from tests.worker.test_command_line import worker
from worker import (
    BadHandler,
    BadJob,
    Handler,
    Queue,
    UnknownSerializer,
    serializers,
)
from worker.job import Done, Failed, Retry
from worker.perform import perform
from worker.register import Register
from worker.retry import UNKNOWN_ATTEMPTS
from worker.testing import drain

NOON = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.timezone.utc)
RICH = {"bytes": b"\x00\xff'", "at": NOON, 7: ["日本", None, 2**63]}


class Packed(Handler):
    serializer = "msgpack"
    seen: list = []  # noqa: RUF012 # what the test looks at

    def work(self, job):
        self.seen.append(job.arg)


class Strange(Packed):
    serializer = "pickle"


def test_an_argument_is_json_unless_the_handler_says_otherwise(queue):
    queue.enqueue("sample.jobs.Echo", {"a": 1})
    assert sql(queue, "SELECT arg FROM job") == [('{"a":1}',)]


def test_messagepack_carries_what_json_cannot(queue):
    Packed.seen.clear()
    queue.enqueue(Packed, RICH)
    queue.enqueue_many(Packed, [b"1", 2])
    assert [type(end) for _, end in drain(queue, Packed)] == [Done] * 3
    assert Packed.seen == [RICH, b"1", 2]


def test_the_row_says_which_serializer_it_was_so_both_kinds_stand_side_by_side(
    queue,
):
    """As when the setting is changed while jobs wait, or the name is all that an enqueuer knows."""
    Packed.seen.clear()
    by_name = Queue(queue.address, serializer="msgpack")
    by_name.enqueue(f"{__name__}.Packed", b"by name")
    by_name.close()
    queue.enqueue(f"{__name__}.Packed", "plain")
    drain(queue, Packed)
    assert Packed.seen == [b"by name", "plain"]


@pytest.mark.parametrize("arg", [{1, 2}, 2**70, "\udcff"])
def test_what_messagepack_cannot_write_is_refused_in_a_sentence(queue, arg):
    with pytest.raises(BadJob, match="the argument is not MessagePack: "):
        queue.enqueue(Packed, arg)
    assert states(queue) == {}


def test_a_serializer_that_nobody_knows_is_refused_before_anything_is_enqueued(queue):
    for refused in (lambda: queue.enqueue(Strange), lambda: Register([Strange()])):
        with pytest.raises(
            (UnknownSerializer, BadHandler), match="no serializer 'pickle' here"
        ):
            refused()
    assert states(queue) == {}


def test_an_argument_of_an_unknown_serializer_waits_for_a_worker_that_knows_it(queue):
    queue.enqueue(Packed, 1)
    sql(queue, "UPDATE job SET arg = '~newer:abc'")
    (job,) = grab(queue)
    end = perform(Register([Packed()]), queue.store, job)[0]
    assert isinstance(end, Retry)
    assert "there is no serializer 'newer' here; this release knows json" in end.error
    settle(queue, job, end)
    assert states(queue) == {"scheduled": 1}
    last = job._replace(attempt=UNKNOWN_ATTEMPTS)
    assert isinstance(perform(Register([Packed()]), queue.store, last)[0], Failed)


@pytest.mark.parametrize("text", ["{", "", "~msgpack:%%%", "~msgpack:gQ=="])
def test_a_broken_argument_fails_the_attempt_and_the_child_lives(queue, text):
    queue.enqueue(Packed, 1)
    sql(queue, "UPDATE job SET arg = %s", text)
    (job,) = grab(queue)
    assert isinstance(perform(Register([Packed()]), queue.store, job)[0], Failed)


def test_a_host_without_messagepack_says_how_to_install_it():
    code = (
        "import sys; sys.modules['msgpack'] = None; from worker import serializers; {}"
    )
    for call in (
        "serializers.write(1, 'msgpack')",
        "serializers.read('~msgpack:AQ==')",
    ):
        done = subprocess.run(
            [sys.executable, "-c", code.format(call)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert "pip install 'forklift[msgpack]'" in done.stderr


def test_jobs_are_enqueued_and_json_read_without_importing_messagepack():
    code = (
        "import sys, worker.queue, worker.perform; sys.exit('msgpack' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_operator_reads_a_packed_argument_as_json(queue, url):
    id = queue.enqueue(Packed, RICH)
    shown = json.loads(queue.desk.show(id)["arg"])
    assert shown["bytes"] == repr(RICH["bytes"])
    assert shown["7"] == ["日本", None, 2**63]
    assert '"at": "datetime.datetime(2026' in worker("show", str(id), url=url).stdout
    assert "Packed ready" in worker("list", url=url).stdout


def test_an_argument_that_cannot_be_read_is_shown_as_it_stands():
    assert serializers.readable("~newer:abc") == "~newer:abc"
    assert serializers.readable("~msgpack:gQ==") == "~msgpack:gQ=="
    assert serializers.readable('{"a":1}') == '{"a":1}'
