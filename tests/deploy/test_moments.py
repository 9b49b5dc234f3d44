"""`--since` takes a span or a time, and nothing else."""

from datetime import datetime, timedelta, timezone

import pytest

from deploy import moments
from deploy.errors import Refused

TOKYO = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 26, 18, 0, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("said", "back"),
    [("90", 90), ("90s", 90), ("15min", 900), ("2 h", 7200), ("1d", 86400), ("0", 0)],
)
def test_a_span_is_counted_back_from_now(said, back):
    assert moments.since(said, NOW) == NOW.timestamp() - back


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("2026-11-26 17:00", 3600),
        ("2026-11-26T17:59:30", 30),
        ("2026-11-26", 18 * 3600),
        ("2026-11-26 08:00+00:00", 3600),
    ],
)
def test_a_time_is_that_of_the_operators_clock_unless_it_says_otherwise(said, back):
    assert moments.since(said, NOW) == NOW.timestamp() - back


@pytest.mark.parametrize("said", ["", "soon", "-5", "5 weeks", "12:00", "$(id)", "１h"])
def test_anything_else_is_refused(said):
    with pytest.raises(Refused, match="--since must be a span"):
        moments.since(said, NOW)
