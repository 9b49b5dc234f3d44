"""min_spare_workers, max_spare_workers, max_workers: do what their names say, and nothing thrashes."""

import resource
import subprocess
import sys

import pytest

from tests.worker.support import ROOT
from worker import files
from worker.errors import BadSetting
from worker.spare import COOL_DOWN, Pool, missing, surplus
from worker.wear import LEAST, Limits, Service, limits_of_one, worn


@pytest.mark.parametrize(
    ("alive", "idle", "forks"),
    [(0, 0, 1), (1, 1, 0), (1, 0, 1), (2, 0, 1), (3, 0, 0), (3, 3, 0)],
)
def test_the_articles_settings_start_with_one_child_and_grow_to_three(
    alive, idle, forks
):
    assert missing(Pool(max_workers=3, min_spare_workers=1), alive, idle) == forks


def test_the_articles_settings_retire_no_one_as_max_spare_is_max_workers():
    assert surplus(Pool(max_workers=3), [9999.0] * 3) == 0


@pytest.mark.parametrize(
    ("pool", "sentence"),
    [
        ((2, 3, None), "min_spare_workers is 3, more than max_workers (2)"),
        ((4, 3, 2), "max_spare_workers is 2, less than min_spare_workers (3)"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(pool, sentence):
    with pytest.raises(BadSetting) as refused:
        Pool(*pool)
    assert sentence in str(refused.value)


def test_a_child_that_worked_a_moment_ago_is_not_one_too_many():
    pool = Pool(max_workers=8, min_spare_workers=2, max_spare_workers=3)
    assert surplus(pool, [COOL_DOWN - 0.1] * 8) == 0
    assert surplus(pool, [COOL_DOWN] * 8) == 5
    assert surplus(pool, [COOL_DOWN] * 3 + [0.0] * 5) == 0


def simulate(pool, jobs, job_seconds, until, step=0.05):
    """Play time: jobs of so many seconds for children of a pool; give the pool sizes and the forks."""
    busy_until, idle_since, forks, sizes = [], [], 0, []
    now = 0.0
    while now < until:
        done = [end for end in busy_until if end <= now]
        busy_until = [end for end in busy_until if end > now]
        idle_since += [now] * len(done)
        gone = surplus(pool, [now - since for since in sorted(idle_since)])
        idle_since = sorted(idle_since)[gone:]
        more = missing(pool, len(busy_until) + len(idle_since), len(idle_since))
        forks += more
        idle_since += [now] * more
        while jobs and idle_since:
            idle_since.pop()
            busy_until.append(now + job_seconds)
            jobs -= 1
        sizes.append((now, len(busy_until) + len(idle_since), jobs))
        now += step
    return sizes, forks


def test_twenty_jobs_for_eight_children_grow_the_pool_once_and_shrink_it_once():
    """The case in which Qudo::Parallel::Manager killed down to 3 with 12 jobs waiting, and forked 14 times."""
    pool = Pool(max_workers=8, min_spare_workers=2, max_spare_workers=3)
    sizes, forks = simulate(pool, jobs=20, job_seconds=1.0, until=30)
    assert forks == 8
    assert all(size == 8 for now, size, left in sizes if now > 0.3 and left)
    shrinking = [size for now, size, left in sizes if not left]
    assert shrinking == sorted(shrinking, reverse=True)
    assert sizes[-1][1] == 3


def test_the_articles_twelve_jobs_of_one_second_take_four_and_a_bit():
    sizes, forks = simulate(Pool(max_workers=3), jobs=12, job_seconds=1.0, until=10)
    assert forks == 3
    assert max(now for now, _, left in sizes if left) < 3.3


def test_load_that_comes_and_goes_makes_no_one_leave():
    pool = Pool(max_workers=8, min_spare_workers=1, max_spare_workers=2)
    idle = [float(second % 9) for second in range(8)]
    assert surplus(pool, idle) == 0


@pytest.mark.parametrize(
    ("service", "why"),
    [
        (Service(99, 9.0, 49.0), ""),
        (Service(100, 9.0, 49.0), "after 100 jobs"),
        (Service(1, 10.0, 49.0), "after 10 s"),
        (Service(1, 9.0, 51.0), "with 51 MB of memory"),
    ],
)
def test_a_child_is_worn_by_jobs_by_time_or_by_memory(service, why):
    assert worn(Limits(100, 10.0, 50.0), service) == why
    assert worn(Limits(), service) == ""


def test_limits_differ_from_child_to_child_and_are_never_above_what_was_set():
    limits = Limits(100, 10.0, 50.0)
    assert limits_of_one(limits, 0.0) == Limits(90, 10.0 * LEAST, 50.0 * LEAST)
    assert limits_of_one(limits, 1.0) == limits
    assert limits_of_one(Limits(jobs=1), 0.0).jobs == 1
    assert limits_of_one(Limits(), 0.3) == Limits()


@pytest.mark.parametrize(
    ("workers", "soft", "hard", "limit"),
    [
        (200, 1024, 4096, 1024),
        (400, 1024, 4096, 1264),
        (400, 1024, resource.RLIM_INFINITY, 1264),
        (400, resource.RLIM_INFINITY, resource.RLIM_INFINITY, resource.RLIM_INFINITY),
    ],
)
def test_many_children_may_have_the_files_that_they_take(workers, soft, hard, limit):
    assert files.limit_for(workers, soft, hard) == limit


def test_more_children_than_the_system_has_files_for_are_refused():
    with pytest.raises(BadSetting, match="takes up to 1264 open files, and this pro"):
        files.limit_for(400, 1024, 1024)


def test_a_worker_raises_its_own_limit():
    program = (
        "import resource; from worker import files; nofile = resource.RLIMIT_NOFILE;"
        "resource.setrlimit(nofile, (50, 100)); files.allow(10); print(resource.getrlimit(nofile))"
    )
    said = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)
    assert said == "(94, 100)\n"
