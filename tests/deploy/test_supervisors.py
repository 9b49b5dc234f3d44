"""The supervisors: what is said of one in Python and in its shell library is the same."""

import re

import pytest

from deploy import shell
from deploy.supervisors import DAEMONTOOLS

FUNCTIONS = {
    "is_supervised",
    "read_status",
    "control",
    "rescan",
    "dismiss",
    "label_of",
    "readable",
}


def text_of(supervisor):
    own = (each for each in supervisor.libraries if each.startswith("supervisors/"))
    return "\n".join(shell.library(each) for each in own)


@pytest.mark.parametrize("supervisor", [DAEMONTOOLS])
def test_each_supervisor_has_the_same_functions_and_is_called_the_same(supervisor):
    text = text_of(supervisor)
    assert set(re.findall(r"^(\w+)\(\)", text, re.MULTILINE)) == FUNCTIONS
    names = f"supervise={supervisor.supervise} scanner={supervisor.scanner}"
    assert names in text.splitlines()
