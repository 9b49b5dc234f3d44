"""Periodic handlers: each tick is enqueued once for all managers, by the database's clock."""

import threading
from datetime import datetime

import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import sql, states, until
from tests.worker.ticking import hourly
from worker import Hook
from worker.handler import handler
from worker.journal import Journal
from worker.periodic import Periodic
from worker.register import Register
from worker.store.statements import microseconds
from worker.testing import drain

HOUR = 3600


def periodic(queue, *handlers):
    return Periodic(queue.store, Register(handlers or [hourly]), "r1", Journal())


def clock(queue):
    return int(sql(queue, f"SELECT {queue.store.words.now}")[0][0]) / 1e6


def last_full_hour(queue):
    return clock(queue) // HOUR * HOUR


def pretend(queue, ticked_at):
    sql(queue, "DELETE FROM periodic")
    sql(
        queue, "INSERT INTO periodic VALUES (%s, %s, %s)",
        hourly.name, "0 * * * * Asia/Tokyo", microseconds(ticked_at),
    )  # fmt: skip


def ticks_enqueued(queue):
    rows = sql(queue, "SELECT arg FROM job ORDER BY id")
    texts = [arg.split('"')[3] for (arg,) in rows]
    return [datetime.fromisoformat(each).timestamp() for each in texts]


def test_a_schedule_that_is_new_begins_with_its_next_tick(queue):
    assert periodic(queue).tick() == []
    assert states(queue) == {}
    ((ticked_at,),) = sql(queue, "SELECT ticked_at FROM periodic")
    assert abs(ticked_at / 1e6 - clock(queue)) < 60


def test_a_tick_becomes_one_job_whichever_managers_try_at_once(queue):
    expected = last_full_hour(queue)
    pretend(queue, expected - 1)
    start, said = threading.Barrier(4), []

    def manager():
        mine = periodic(queue)
        start.wait()
        said.extend(mine.tick())
        queue.close()

    threads = [threading.Thread(target=manager) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(said) == 1
    assert ticks_enqueued(queue) == [expected]
    assert periodic(queue).tick() == []
    assert sql(queue, "SELECT queue, handler, enqueued_release FROM job") == [
        ("default", hourly.name, "r1")
    ]


def test_of_ticks_that_were_missed_the_last_is_made_up_for(queue):
    expected = last_full_hour(queue)
    pretend(queue, expected - 5 * HOUR)
    assert len(periodic(queue).tick()) == 1
    assert ticks_enqueued(queue) == [expected]


def test_a_tick_that_was_missed_too_long_ago_is_not_made_up_for(queue):
    twelve_hours_ago = datetime.fromtimestamp(clock(queue) - 12 * HOUR)  # noqa: DTZ006 # only its hour
    daily = handler(
        schedule=f"{twelve_hours_ago.minute} {twelve_hours_ago.hour} * * *",
        time_zone="UTC",
        catch_up=60,
    )(hourly.function)
    sql(
        queue, "INSERT INTO periodic VALUES (%s, %s, %s)",
        daily.name, f"{daily.schedule} UTC", microseconds(clock(queue) - 48 * HOUR),
    )  # fmt: skip
    assert periodic(queue, daily).tick() == []
    daily.catch_up = 24 * HOUR
    assert len(periodic(queue, daily).tick()) == 1


def test_a_schedule_that_a_deploy_changed_begins_anew_and_the_old_one_ends(queue):
    pretend(queue, last_full_hour(queue) - 5 * HOUR)
    changed = handler(schedule="*/30 * * * *")(hourly.function)
    assert periodic(queue, changed).tick() == []
    assert states(queue) == {}


def test_the_next_look_is_at_the_tick_or_in_a_minute_as_the_clock_may_be_stepped(
    queue,
):
    mine = periodic(queue)
    assert mine.pause() == 0
    mine.tick()
    assert 0 < mine.pause() <= 60
    assert periodic(queue, handler(hourly.function)).pause() is None


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_manager_enqueues_a_tick_and_works_on_it(queue, run, tmp_path):
    expected = last_full_hour(queue)
    pretend(queue, expected - 1)
    noted = tmp_path / "noted"
    running = run(queue, "tests.worker.ticking", NOTED=str(noted))
    ((text),) = until(lambda: lines_of(noted))
    assert datetime.fromisoformat(text).timestamp() == expected
    assert text.endswith("+09:00")
    running.says(f"tick {hourly.name} of {text} is enqueued")
    until(lambda: states(queue) == {})
    assert running.stop() == 0


class Wrap(Hook):
    fails = False

    def serialize(self, arg):
        if self.fails:
            raise ValueError("no")
        return [arg]

    def deserialize(self, arg):
        (inner,) = arg
        return inner


def test_a_tick_is_written_as_the_hooks_of_its_handler_want_it(queue, capfd):
    wrap, seen = Wrap(), []
    wrapped = handler(schedule="0 * * * *", time_zone="Asia/Tokyo")(
        lambda job: seen.append(job.arg["tick"])
    )
    wrapped.hooks, wrapped.function.__qualname__ = [wrap], "wrapped"
    made = periodic(queue, wrapped)
    sql(
        queue, "INSERT INTO periodic VALUES (%s, %s, %s)",
        wrapped.name, "0 * * * * Asia/Tokyo", microseconds(last_full_hour(queue) - 1),
    )  # fmt: skip
    wrap.fails = True
    assert made.tick() == []
    assert "its serialize raised ValueError; trying again" in capfd.readouterr().err
    wrap.fails = False
    assert len(periodic(queue, wrapped).tick()) == 1
    drain(queue, wrapped)
    assert len(seen) == 1
