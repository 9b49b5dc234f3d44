"""Which hosts are switched together."""

import pytest

from deploy import batches

TEN = tuple(f"web{n}" for n in range(10))


@pytest.mark.parametrize(
    ("size", "lengths"),
    [
        ("", [10]),
        ("1", [1] * 10),
        ("3", [3, 3, 3, 1]),
        ("10", [10]),
        ("50", [10]),
        ("1%", [1] * 10),
        ("30%", [3, 3, 3, 1]),
        ("34%", [4, 4, 2]),
        ("50%", [5, 5]),
        ("100%", [10]),
    ],
)
def test_hosts_are_cut_into_batches_in_their_order(size, lengths):
    made = batches.cut(TEN, size)
    assert [len(each) for each in made] == lengths
    assert sum(made, ()) == TEN


@pytest.mark.parametrize(
    ("failed", "hosts", "percent", "goes_on"),
    [
        (0, 10, 0, True),
        (1, 10, 0, False),
        (1, 10, 9, False),
        (1, 10, 10, True),
        (3, 10, 30, True),
        (1, 3, 33, False),
        (1, 3, 34, True),
        (1, 1, 99, False),
        (0, 0, 0, False),
    ],
)
def test_so_many_hosts_may_fail_and_never_all(failed, hosts, percent, goes_on):
    assert batches.may_go_on(failed, hosts, percent) is goes_on


def test_no_host_makes_no_batch():
    assert batches.cut((), "") == batches.cut((), "50%") == batches.cut((), "2") == []
