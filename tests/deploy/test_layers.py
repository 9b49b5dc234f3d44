"""A setting has the value of the last layer that says one, and one can see which that is."""

import pytest

from deploy import layers, sayings
from deploy.errors import SettingsError
from deploy.hosts import Host
from deploy.layers import Layer
from deploy.settings import Service

WORKER = Service(
    name="worker", deploy_to="/w", start="run", user="app", env={"PORT": 1}
)
WEB = Service(name="web", deploy_to="/b", start="run", user="app")
BOTH = (WORKER, WEB)


def test_the_later_layer_wins_and_none_says_nothing():
    said = [
        Layer("a", {"settle": 1, "branch": "one", "keep_releases": 3}),
        Layer("b", {"settle": 2, "branch": None}),
    ]
    made = layers.laid(WORKER, said)
    assert (made.settle, made.branch, made.keep_releases) == (2.0, "one", 3)


def test_env_is_laid_over_variable_by_variable():
    said = [
        Layer("a", {"env": {"A": "1", "B": "1"}}),
        Layer("b", {"env": {"B": "2"}}),
        Layer("c", {"branch": "x"}),
    ]
    assert dict(layers.laid(WORKER, said).env) == {"PORT": "1", "A": "1", "B": "2"}


def test_all_wrong_values_are_told_at_once_with_their_places():
    said = [
        Layer("one.yaml", {"settle": "soon", "hots": ["h"]}),
        Layer("two.yaml", {"keep_releases": 0, "settle": 3}),
    ]
    with pytest.raises(SettingsError) as told:
        layers.laid(WORKER, said)
    assert str(told.value).splitlines() == [
        "worker: settle must be seconds from 0 to 86400, not 'soon', in one.yaml",
        "worker: there is no setting hots; did you mean hosts?, in one.yaml",
        "worker: keep_releases must be a whole number from 1 to 10000, not 0, in two.yaml",
    ]


def test_the_origin_of_a_value_is_the_last_layer_that_says_it():
    said = [Layer("a", {"branch": "x", "settle": 1}), Layer("b", {"branch": "y"})]
    found = layers.origins(WORKER, said)
    assert {name: found[name] for name in ("branch", "settle", "env", "hosts")} == {
        "branch": "b",
        "settle": "a",
        "env": "fabfile",
        "hosts": "default",
    }


def test_the_environment_stands_for_settings_by_service():
    found = sayings.from_environment(
        BOTH,
        {
            "FABRIC_WORKER_HOSTS": "a,b",
            "FABRIC_WORKER_ENV_PORT": "81",
            "FABRIC_WEB_USE_SUDO": "false",
            "FABRIC_RUN_ECHO": "1",
            "HOME": "/root",
        },
    )
    made = layers.laid(WORKER, [found["worker"]])
    assert (made.hosts, made.env["PORT"]) == ((Host("a"), Host("b")), "81")
    assert layers.laid(WEB, [found["web"]]).use_sudo is False


def test_a_service_with_a_dash_has_variables_that_a_shell_can_spell():
    service = Service(name="my-app", deploy_to="/a", start="run", user="app")
    found = sayings.from_environment([service], {"FABRIC_MY_APP_BRANCH": "x"})
    assert found["my-app"].values == {"branch": "x"}


def test_a_variable_of_a_longer_named_service_is_not_the_shorters():
    admin = Service(name="web_admin", deploy_to="/a", start="run", user="app")
    found = sayings.from_environment([WEB, admin], {"FABRIC_WEB_ADMIN_BRANCH": "x"})
    assert (found["web"].values, found["web_admin"].values) == ({}, {"branch": "x"})


@pytest.mark.parametrize(
    ("variable", "sentence"),
    [
        ("FABRIC_WORKER_BRNACH", "no setting brnach; did you mean branch"),
        ("FABRIC_WORKER_ENV", "env takes a variable at a time"),
        ("FABRIC_WORKER_", "there is no setting ''"),
    ],
)
def test_a_misspelt_variable_is_refused(variable, sentence):
    with pytest.raises(SettingsError, match=f"{variable}: .*{sentence}"):
        sayings.from_environment(BOTH, {variable: "x"})


def test_an_option_is_for_every_service_of_the_task_or_for_the_one_it_names():
    found = sayings.from_options(BOTH, ["settle=3", "web.branch=a=b", "env.A=1"])
    assert found["worker"].values == {"settle": "3", "env": {"A": "1"}}
    assert found["web"].values == {
        "settle": "3",
        "branch": "a=b",
        "env": {"A": "1"},
    }


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("settle", "-o settle: must be setting=value"),
        ("setle=3", "-o setle: there is no setting setle; did you mean settle?"),
        ("wroker.settle=3", "-o wroker.settle: there is no setting wroker.settle"),
        ("worker.setle=3", "-o worker.setle: there is no setting setle"),
        ("env=A", "-o env: env takes a variable at a time: env.NAME"),
        ("=3", "-o : there is no setting"),
    ],
)
def test_a_misspelt_option_is_refused(option, sentence):
    with pytest.raises(SettingsError) as told:
        sayings.from_options(BOTH, [option])
    assert str(told.value).startswith(sentence)


def test_a_stage_has_settings_for_all_and_for_one():
    found = sayings.from_stage(
        "s.yaml",
        {"branch": "x", "env": {"A": 1}, "web": {"branch": "y", "env": {"B": 2}}},
        BOTH,
    )
    assert found["worker"] == Layer("s.yaml", {"branch": "x", "env": {"A": 1}})
    assert found["web"].values == {"branch": "y", "env": {"A": 1, "B": 2}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"wroker": {"branch": "x"}}, "s.yaml: there is no setting wroker"),
        ({"worker": "x"}, "s.yaml: worker must hold settings, not 'x'"),
    ],
)
def test_a_misspelt_stage_is_refused(content, sentence):
    with pytest.raises(SettingsError, match=sentence):
        sayings.from_stage("s.yaml", content, BOTH)
