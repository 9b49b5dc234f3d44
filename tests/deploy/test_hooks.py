"""A hook that cannot be run is refused when it is declared, with a sentence that says what it could be."""

import pytest

from deploy.hook_checks import hooks
from deploy.hooks import Hook, Occasion


def announce(occasion):
    del occasion


WRONG = [
    (Hook("true", after="prepair"), "no phase or task prepair; did you mean prepare?"),
    (Hook("true", before="lunch"), "no phase or task lunch: there are probe, prepare"),
    (Hook("true", before=5), "no phase or task 5"),
    (Hook("true"), "true needs before or after"),
    (Hook("true", "prepare", "prepare"), "true needs before or after"),
    (Hook("true", after="publish"), "use before publish or after verify"),
    (Hook("true", before="verify"), "use before publish or after verify"),
    (Hook("", after="prepare"), "run must not be empty"),
    (Hook("a\nb", after="prepare"), "run must be one line"),
    (Hook(5, after="prepare"), "run must be text"),
    (Hook("true", after="prepare", on="web1"), "it takes hosts, primary, here"),
    (Hook(announce, after="prepare", on="hosts"), "announce is a function"),
    (Hook("true", after="prepare", on="here", as_service=True), "is for hosts"),
    (Hook("true", after="prepare", on="here", roles=("web",)), "choose among hosts"),
    (Hook("true", after="prepare", as_service=1), "as_service must be True or False"),
    (Hook("true", after="prepare", deadline=0), "deadline must be more than 0"),
    (Hook("true", after="prepare", deadline="soon"), "deadline must be seconds"),
    ({"run": "true", "affter": "prepare"}, "no affter; did you mean after?"),
    ({"after": "prepare"}, "must be a hook, with run, and before or after"),
    ("true", "must be a hook, with run, and before or after"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[w[1] for w in WRONG])
def test_a_hook_that_cannot_be_run_is_refused(wrong, sentence):
    with pytest.raises(ValueError, match=r"(must|cannot|is) ") as refused:
        hooks([wrong])
    assert sentence in str(refused.value)


def test_a_file_of_settings_spells_hooks_as_mappings():
    (made,) = hooks([{"run": "make", "after": "prepare", "on": "here", "deadline": 5}])
    assert made == Hook("make", after="prepare", on="here", deadline=5)


def test_a_function_runs_here_and_a_command_on_the_hosts_unless_it_says_otherwise():
    assert Hook(announce, after="deploy").place == "here"
    assert str(Hook("make", before="publish")) == "before publish on hosts: make"
    assert str(Hook(announce, after="deploy")) == "after deploy on here: announce"


def test_what_is_not_known_yet_is_no_variable():
    known = Occasion("before probe", "sample", "deploy", "ann@pc", ("a", "b"), "a")
    assert known.environment("b") == {
        "FORKLIFT_WHEN": "before probe",
        "FORKLIFT_SERVICE": "sample",
        "FORKLIFT_TASK": "deploy",
        "FORKLIFT_OPERATOR": "ann@pc",
        "FORKLIFT_HOSTS": "a b",
        "FORKLIFT_PRIMARY": "a",
        "FORKLIFT_HOST": "b",
    }
