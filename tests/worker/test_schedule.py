"""A schedule ticks as Debian's cron does, also on the days when the clocks change."""

from datetime import datetime
from itertools import islice

import pytest

from worker.errors import BadHandler
from worker.handler import handler
from worker.register import Register
from worker.schedule import Schedule

BERLIN = "Europe/Berlin"


def at(text):
    return datetime.fromisoformat(text).timestamp()


def ticks(schedule, after, until):
    found = []
    while (tick := schedule.after(at(after) if not found else found[-1])) <= at(until):
        found.append(tick)
    return [schedule.text(each) for each in found]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("30 2 * * *", ["2026-03-29T03:00:00+02:00"]),
        ("0 3 * * *", ["2026-03-29T03:00:00+02:00"]),
        (
            "*/30 * * * *",
            [
                "2026-03-29T01:30:00+01:00",
                "2026-03-29T03:00:00+02:00",
                "2026-03-29T03:30:00+02:00",
            ],
        ),
    ],
)
def test_an_hour_that_is_left_out_loses_no_tick_of_a_fixed_time(expression, found):
    schedule = Schedule(expression, BERLIN)
    assert (
        ticks(schedule, "2026-03-29T01:00:00+01:00", "2026-03-29T03:45:00+02:00")
        == found
    )


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("30 2 * * *", ["2026-10-25T02:30:00+02:00"]),
        (
            "30 * * * *",
            [
                "2026-10-25T01:30:00+02:00",
                "2026-10-25T02:30:00+02:00",
                "2026-10-25T02:30:00+01:00",
                "2026-10-25T03:30:00+01:00",
            ],
        ),
    ],
)
def test_an_hour_that_comes_twice_has_a_fixed_time_once_and_all_elapsed_ones(
    expression, found
):
    schedule = Schedule(expression, BERLIN)
    assert (
        ticks(schedule, "2026-10-25T01:00:00+02:00", "2026-10-25T03:45:00+01:00")
        == found
    )


def test_a_tick_is_never_before_the_moment_after_which_it_was_asked_for():
    """Within the second of two equal hours the library gives the time of the first."""
    schedule = Schedule("30 2 * * *", BERLIN)
    second = at("2026-10-25T02:10:00+01:00")
    assert schedule.text(schedule.after(second)) == "2026-10-26T02:30:00+01:00"


def test_of_several_ticks_that_are_over_the_last_is_found():
    schedule = Schedule("0 * * * *")
    midnight = at("2026-11-23T00:00:00+00:00")
    assert schedule.last(midnight, midnight + 3599) is None
    assert schedule.last(midnight, midnight + 3600) == midnight + 3600
    assert schedule.last(midnight, midnight + 5 * 3600 + 1) == midnight + 5 * 3600
    assert schedule.last(midnight + 3600, midnight + 3600) is None


@pytest.mark.parametrize(
    ("expression", "zone", "sentence"),
    [
        ("* * * *", "UTC", "must have five fields"),
        ("* * * * * *", "UTC", "must have five fields"),
        ("61 * * * *", "UTC", "is no cron expression: Bad minute"),
        ("0 0 30 2 *", "UTC", "is no cron expression"),
        ("* * * * *", "Europe/Atlantis", "no time zone 'Europe/Atlantis'"),
        ("* * * * *", "../passwd", "no time zone '../passwd'"),
        ("* * * * *", "", "no time zone ''"),
    ],
)
def test_a_schedule_that_cannot_work_is_refused_at_the_start(
    expression, zone, sentence
):
    made = handler(schedule=expression, time_zone=zone)(islice)
    with pytest.raises(BadHandler) as refused:
        Register([made])
    assert sentence in str(refused.value)


def test_without_the_extra_only_a_schedule_is_refused_and_the_sentence_names_it(
    monkeypatch,
):
    import sys

    monkeypatch.setitem(sys.modules, "cronsim", None)
    Register([handler(islice)])
    with pytest.raises(BadHandler, match=r"pip install 'forklift\[cron\]'"):
        Register([handler(schedule="* * * * *")(islice)])
