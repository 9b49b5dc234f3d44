"""Hooks at Qudo's points: their order, and what one that fails means."""

import json

import pytest

from tests.worker.support import JOBS, grab, settle, sql, states
from tests.worker.test_command_line import worker
from worker import (
    Abort,
    BadHandler,
    BadJob,
    Decline,
    Handler,
    Hook,
    Job,
    Queue,
    handler,
)
from worker.hook import around_enqueue, around_work, deserialized, serialized
from worker.job import Aborted, Done, Failed, GivenBack, Retry, Settled
from worker.loading import load, load_hooks
from worker.perform import perform
from worker.register import Register
from worker.testing import drain

said: list = []


class Tell(Hook):
    """Says at every point that it is there."""

    def __init__(self, name):
        self.name = name

    def enqueue(self, offers, put):
        said.append(f"{self.name} before {[each.arg for each in offers]}")
        ids = put(offers)
        said.append(f"{self.name} after")
        return ids

    def serialize(self, arg):
        return [self.name, arg]

    def deserialize(self, arg):
        name, inner = arg
        assert name == self.name
        return inner

    def work(self, job, work):
        said.append(f"{self.name} begins {job.arg}")
        end = work()
        said.append(f"{self.name} ends {end}")
        return end


class Told(Handler):
    hooks = (Tell("handler"),)

    def work(self, job):
        said.append(f"work {job.arg}")
        return "well"


@pytest.fixture
def hooked(queue):
    """The queue with two hooks of its own."""
    said.clear()
    made = Queue(queue.address, hooks=[Tell("first"), Tell("second")])
    yield made
    made.close()


def test_the_first_hook_is_the_outermost_and_the_handlers_are_within_the_queues(hooked):
    hooked.enqueue(Told, "x")
    assert said == [
        "first before ['x']", "second before ['x']", "handler before ['x']",
        "handler after", "second after", "first after",
    ]  # fmt: skip
    ((arg,),) = sql(hooked, "SELECT arg FROM job")
    assert json.loads(arg) == ["handler", ["second", ["first", "x"]]]
    said.clear()
    drain(hooked, Told)
    assert said == [
        "first begins x", "second begins x", "handler begins x", "work x",
        "handler ends well", "second ends well", "first ends well",
    ]  # fmt: skip


def test_what_is_enqueued_by_name_has_the_hooks_of_the_queue_alone(hooked):
    hooked.enqueue("a.B", "x")
    assert "handler before ['x']" not in said
    ((arg,),) = sql(hooked, "SELECT arg FROM job")
    assert json.loads(arg) == ["second", ["first", "x"]]


def test_many_jobs_go_through_a_hook_at_once(hooked):
    assert len(hooked.enqueue_many(Told, [1, 2])) == 2
    assert said[0] == "first before [1, 2]"


def test_jobs_that_replace_another_go_through_the_hooks_of_the_worker_and_their_own(
    hooked,
):
    @handler
    def first(job):
        job.replace((Told, job.arg))

    first.function.__qualname__ = "first"
    hooked.enqueue(first, "x")
    assert [type(end) for _, end in drain(hooked, first, Told)] == [Settled, Done]
    assert said.count("handler before ['x']") == 1
    assert said.count("work x") == 1


class Refuse(Hook):
    """Fails at the point that it is told."""

    def __init__(self, point, error, after=False):
        self.point, self.error, self.after = point, error, after

    def enqueue(self, offers, put):
        return self._around("enqueue", lambda: put(offers))

    def serialize(self, arg):
        return self._around("serialize", lambda: arg)

    def deserialize(self, arg):
        return self._around("deserialize", lambda: arg)

    def work(self, job, work):  # noqa: ARG002
        return self._around("work", work)

    def _around(self, point, go):
        if point == self.point and not self.after:
            raise self.error
        result = go()
        if point == self.point:
            raise self.error
        return result


@pytest.mark.parametrize("point", ["enqueue", "serialize"])
def test_a_hook_that_fails_before_the_job_is_in_refuses_it(queue, point):
    class Refused(Handler):
        hooks = (Refuse(point, ValueError("no")),)

    Refused.__qualname__ = "Refused"
    with pytest.raises(ValueError, match="no"):
        queue.enqueue_many(Refused, [1, 2])
    assert states(queue) == {}


def test_a_hook_that_fails_after_the_job_is_in_tells_the_caller_and_the_job_stays(
    queue,
):
    class Late(Handler):
        hooks = (Refuse("enqueue", ValueError("late"), after=True),)

    Late.__qualname__ = "Late"
    with pytest.raises(ValueError, match="late"):
        queue.enqueue(Late)
    assert states(queue) == {"ready": 1}


def test_a_hook_that_fails_on_a_callers_cursor_is_undone_with_its_transaction(queue):
    class Late(Handler):
        hooks = (Refuse("enqueue", ValueError("late"), after=True),)

    Late.__qualname__ = "Late"
    with (
        pytest.raises(ValueError, match="late"),
        queue.store.transaction() as cursor,
    ):
        queue.enqueue(Late, cursor=cursor)
    assert states(queue) == {}


def attempt(queue, hook, work=lambda _: None, **settings):
    each = handler(hooks=[hook], **settings)(work)
    each.function.__qualname__ = "work"
    queue.enqueue(f"{__name__}.work")
    (grabbed,) = grab(queue)
    return perform(Register([each]), queue.store, grabbed)[0]


@pytest.mark.parametrize(
    ("point", "after"), [("deserialize", False), ("work", False), ("work", True)]
)
def test_a_hook_that_fails_at_work_fails_the_attempt_as_the_handler_would(
    queue, point, after
):
    end = attempt(queue, Refuse(point, ValueError("no"), after), max_retries=1)
    assert isinstance(end, Retry)
    assert end.error == "ValueError: no"
    last = attempt(queue, Refuse(point, ValueError("no"), after))
    assert isinstance(last, Failed)
    assert "raise self.error" in last.traceback


def test_a_hook_that_fails_after_the_job_completed_changes_nothing(queue):
    late = Refuse("work", ValueError("late"), after=True)
    assert isinstance(attempt(queue, late, lambda job: job.completed()), Done)


def test_a_hook_may_abort_and_decline_as_a_handler_may(queue):
    assert attempt(queue, Refuse("work", Abort("no use"))) == Aborted("no use")
    assert attempt(queue, Refuse("work", Decline(30))) == GivenBack(30)


def test_a_retry_delay_that_is_computed_sees_no_argument_that_could_not_be_read(queue):
    end = attempt(
        queue,
        Refuse("deserialize", ValueError("no")),
        max_retries=1,
        retry_delay=lambda job: 5 if job.arg is None else 0,
    )
    assert end.delay == 5


class Change(Hook):
    def enqueue(self, offers, put):
        return put([each._replace(queue="mail", priority=7) for each in offers])


class Lose(Hook):
    def enqueue(self, offers, put):  # noqa: ARG002
        return []


class Worse(Hook):
    def enqueue(self, offers, put):
        return put([each._replace(priority="high") for each in offers])


def test_a_hook_may_change_what_is_offered_and_it_is_checked_afterwards(queue):
    changing = Queue(queue.address, hooks=[Change()])
    changing.enqueue("a.B")
    changing.close()
    assert sql(queue, "SELECT queue, precedence FROM job") == [("mail", -7)]
    worse = Queue(queue.address, hooks=[Worse()])
    with pytest.raises(BadJob, match="priority is 'high'"):
        worse.enqueue("a.B")
    worse.close()


def test_a_hook_that_drops_a_job_without_a_word_is_a_sentence(queue):
    losing = Queue(queue.address, hooks=[Lose()])
    with pytest.raises(BadJob, match="the hooks made 0 jobs of one"):
        losing.enqueue("a.B")
    losing.close()


def test_a_hook_that_forgets_to_give_the_ids_is_a_sentence(queue):
    class Forgets(Hook):
        def enqueue(self, offers, put):
            put(offers)

    sentence = r"Forgets.enqueue gave no list of ids; .* what put\(\) gives"
    with pytest.raises(BadJob, match=sentence):
        Queue(queue.address, hooks=[Forgets()]).enqueue_many("a.B", [1, 2])


def test_without_hooks_every_point_does_nothing():
    job = Job(id=1, handler="a.B", arg=None)
    assert around_enqueue([Hook()], [], lambda offers: [len(offers)]) == [0]
    assert around_work([Hook()], job, lambda: 4) == 4
    assert deserialized([Hook()], serialized([Hook()], "x")) == "x"


@pytest.mark.parametrize("name", [f"{__name__}:Change", f"{__name__}:lose"])
def test_hooks_are_given_to_a_worker_by_name(name):
    (hook,) = load_hooks([name])
    assert load([JOBS], [hook]).hooks == (hook,)


lose = Lose()


class Wanting(Hook):
    def __init__(self, something):
        pass


@pytest.mark.parametrize(
    "name",
    [
        f"{__name__}:said",
        f"{__name__}:nothing",
        f"{__name__}",
        "no_such:x",
        f"{__name__}:Wanting",
    ],
)
def test_what_is_no_hook_is_a_sentence(name):
    with pytest.raises(
        BadHandler,
        match=r"is no hook: name one as|cannot import|cannot be made without",
    ):
        load_hooks([name])


def test_a_handler_whose_hook_is_none_is_a_sentence():
    wrong = handler(hooks=[4])(attempt)
    with pytest.raises(BadHandler, match=r"attempt.hooks has 4, which is no Hook"):
        Register([wrong])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_command_line_enqueues_and_works_through_hooks(queue, url, run):
    hook = f"{__name__}:Change"
    done = worker("enqueue", f"{JOBS}.Echo", "1", "--hook", hook, url=url)
    assert done.returncode == 0, done.stderr
    assert sql(queue, "SELECT queue FROM job") == [("mail",)]
    settle(queue, *grab(queue, queues=["mail"]))
    queue.enqueue(f"{JOBS}.Echo", {"message": "hi"})
    running = run(queue, JOBS, "--hook", f"{__name__}:Shout")
    running.says("HI")
    refused = worker("run", JOBS, "--hook", "no", url=url)
    assert (refused.returncode, "no" in refused.stderr) == (2, True)


class Shout(Hook):
    def deserialize(self, arg):
        return {"message": arg["message"].upper()}
