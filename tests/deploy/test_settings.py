"""What the operator declares is right, or refused with a sentence that names service and setting."""

import re
from pathlib import PurePosixPath

import pytest

from deploy import settings
from deploy.errors import SettingsError
from deploy.hosts import Host
from deploy.settings import PythonEnvironment, Service

WHOLE = {
    "name": "sample",
    "deploy_to": "/home/app/www/Sample",
    "start": "./serve",
    "user": "app",
}


def service(**given):
    return Service(**{**WHOLE, **given})


WRONG = {
    "deploy_to": [None, "", "www", "/a/../b", "/", "/a\nb", ["/a"], 5],
    "start": [None, "", "a; b", "a\nb", "a 'b", 5, ["a"]],
    "user": [None, "", "it's", "$(id)", "-u", "日本語", "a b", "a" * 99, 5],
    "hosts": [None, "a b", ["-o"], ["h", "h"], ["$(id)"], [None], 5],
    "inventory": [None, 5, ["hosts.yaml"], "a\nb"],
    "run_as": [None, "it's", "-u", "a b", 5, "日本語"],
    "repository": [None, "", "-u", "https://u:p@h/r", "a\nb", 5],
    "repo_tree": ["/abs", "../up", "a/../b", "a\nb"],
    "branch": [None, "", "-x", "a b", 5, ["main"]],
    "deploy_via": [None, "", "svn", "COPY", 5],
    "git_shallow_clone": [-1, "all", True, 1.5],
    "forward_agent": ["maybe", 5, None],
    "hard_links": ["maybe", 5, None],
    "build": [None, 5, [5], [""], ["a\nb"], {"a": "b"}],
    "setup_commands": [None, 5, [5], ["a\nb"]],
    "env": [None, "A=1", ["A"], {"A B": "1"}, {"A": None}, {"A": "\0"}],
    "secrets": [None, ["A B"], ["A=1"], 5, [5]],
    "secret_commands": [None, ["A"], {"A B": "true"}, {"A": " "}, 5],
    "linked_dirs": [None, ["/log"], ["../log"], ["."], 5, [5], ["a\nb"]],
    "linked_files": [None, ["/log"], ["a/../../b"], 5],
    "copy_files": [None, ["/log"], ["../log"], 5, [5], ["a\nb"]],
    "keep_releases": [None, 0, -1, 1.5, "x", "", True, 10**9],
    "keep_failed": [None, -1, 1.5, "x", "", True, 10**9],
    "settle": [None, -1, "x", "", float("nan"), 10**9, True],
    "stop_timeout": [None, -1, "soon", float("inf"), []],
    "health_check": [None, 5, "a\nb", ["true"]],
    "order": [None, 1.5, "x", "", 101, -101, True],
    "batch_size": [None, 0, -1, 1.5, "0%", "101%", "x", "%", "5 hosts", True, [1]],
    "batch_wait": [None, -1, "x", "", []],
    "max_fail_percentage": [None, -1, 100, 1.5, "x", "", True],
    "confirm_timeout": [None, -1, 1, 2.9, "soon", float("inf"), True],
    "unreachable": [None, "", "ignore", "SKIP", True, 5],
    "notify_url": [None, "https://a/b", 5, ["URL"]],
    "notify_command": [None, 5, "a\nb", ["true"]],
    "listen": [None, ["80"], ["a:0", "a:99999"], ["h", "h"], 5],
    "hooks": [
        None,
        "make",
        5,
        ["make"],
        [{}],
        [{"run": "a", "after": "x"}],
        {"a": "b"},
    ],
    "migrate": [None, 5, "a\nb", ["true"]],
    "rendered_files": [None, ["x"], {"/x": "t"}, {"x": "../t"}, {"a": "t", "./a": "t"}],
    "console_command": [None, 5, "a\nb", ["true"]],
    "reloads": [None, "maybe", 1, ""],
    "use_sudo": [None, "perhaps", 0, []],
    "supervisor": [None, "", "systemd", "S6", ["runit"]],
    "scan_directory": [None, "", "service", "/a/.."],
    "service_root": [None, "", "lib", "/"],
}


def test_every_setting_has_values_that_are_refused():
    assert sorted([*WRONG, "name"]) == sorted(settings.names())


@pytest.mark.parametrize(
    ("setting", "value"),
    [(name, value) for name, wrong in WRONG.items() for value in wrong],
)
def test_a_wrong_value_is_refused_by_service_and_setting(setting, value):
    with pytest.raises(SettingsError) as refused:
        service(**{setting: value})
    assert re.match(rf"sample: {setting} .*(must|cannot) ", str(refused.value))


@pytest.mark.parametrize("name", [None, "", "it's", "a/b", "-x", "日本語", "a" * 65, 5])
def test_a_wrong_name_is_refused(name):
    with pytest.raises(SettingsError, match="name must be letters"):
        service(name=name)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(SettingsError) as refused:
        service(user="it's", settle="x", keep_releases=0)
    said = str(refused.value).splitlines()
    assert [line.split()[:2] for line in said] == [
        ["sample:", "user"],
        ["sample:", "keep_releases"],
        ["sample:", "settle"],
    ]


def test_an_unknown_setting_is_named_with_the_nearest():
    with pytest.raises(SettingsError, match="no setting keep_release; did you mean ke"):
        settings.complete({**WHOLE, "keep_release": 5})
    with pytest.raises(SettingsError, match=r"no setting zzz; docs/settings.md has"):
        settings.complete({**WHOLE, "zzz": 5})


def test_every_unknown_setting_is_named():
    with pytest.raises(SettingsError) as refused:
        settings.complete({**WHOLE, "usr": "a", "brunch": "b"})
    assert "did you mean user?" in str(refused.value)
    assert "did you mean branch?" in str(refused.value)


def test_what_has_no_default_must_be_set():
    with pytest.raises(SettingsError, match="sample: deploy_to, start, user must be"):
        settings.complete({"name": "sample"})
    with pytest.raises(SettingsError, match="a service: name, deploy_to, start, user"):
        settings.complete({})


def test_values_are_made_to_their_kinds():
    made = service(
        hosts="a, b",
        linked_dirs=["log", "tmp/pids"],
        env={"PORT": 80},
        settle="1.5",
        use_sudo="no",
        build="make",
    )
    assert made.hosts == (Host("a"), Host("b"))
    assert made.linked_dirs == (PurePosixPath("log"), PurePosixPath("tmp/pids"))
    assert made.env == {"PORT": "80"}
    assert (made.settle, made.use_sudo, made.build) == (1.5, False, ("make",))


def test_a_service_cannot_be_changed_once_made():
    made = service(env={"A": "1"})
    with pytest.raises(AttributeError):
        made.user = "root"
    with pytest.raises(TypeError):
        made.env["A"] = "2"


def test_other_values_lie_over_those_of_the_fabfile():
    made = service(settle=3, env={"A": "1"})
    over = settings.overridden(made, {"settle": "7", "hosts": "h"})
    assert (over.settle, over.hosts, over.env, over.user) == (
        7,
        (Host("h"),),
        made.env,
        "app",
    )
    assert settings.overridden(made, {}) == made


def test_what_lies_over_is_checked_too():
    made = service()
    with pytest.raises(SettingsError, match="sample: settle must be seconds"):
        settings.overridden(made, {"settle": "x"})
    with pytest.raises(SettingsError, match="did you mean settle"):
        settings.overridden(made, {"settl": 5})
    with pytest.raises(SettingsError, match="its name stands in the fabfile"):
        settings.overridden(made, {"name": "worker"})


def test_a_variable_is_public_or_secret_and_not_both():
    with pytest.raises(
        SettingsError, match="sample: A must stand in env or in secrets"
    ):
        service(env={"A": "1"}, secrets=["A"])


def test_only_root_runs_a_service_as_another_account():
    with pytest.raises(SettingsError, match="sample: run_as must be empty"):
        service(use_sudo=False, run_as="www")
    assert service(run_as="www").account == "www"
    assert service(use_sudo=False, run_as="app").account == "app"
    assert service().account == "app"


@pytest.mark.parametrize(
    "links",
    [
        {"linked_dirs": ["log", "log/archive"]},
        {"linked_dirs": ["log/archive", "log"]},
        {"linked_dirs": ["config"], "linked_files": ["config/db.yml"]},
        {"linked_dirs": ["a/b"], "linked_files": ["a/b"]},
    ],
)
def test_nothing_is_linked_below_what_is_linked(links):
    """The second link would replace what the first leads to: what is shared would be lost."""
    with pytest.raises(SettingsError, match=r"sample: .* is linked already"):
        service(**links)


def test_names_that_only_begin_alike_are_linked_side_by_side():
    made = service(linked_dirs=["log", "log2", "logs/log"])
    assert len(made.linked_dirs) == 3


@pytest.mark.parametrize("path", [".forklift", ".forklift/start", ".release.json"])
def test_what_a_release_is_known_by_is_no_link(path):
    with pytest.raises(SettingsError, match=r"sample: .* belongs to forklift"):
        service(linked_files=[path])


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        (PythonEnvironment(options="--no-index"), "options"),
        (PythonEnvironment(options=(5,)), "options"),
        (PythonEnvironment(directory="../venv"), "directory"),
        (PythonEnvironment(directory=""), "directory"),
        (PythonEnvironment(directory="/venv"), "directory"),
        (PythonEnvironment(requirements=None), "requirements"),
        (PythonEnvironment(requirements=""), "requirements"),
        (PythonEnvironment(python=""), "python"),
        (PythonEnvironment(python="a\nb"), "python"),
        (PythonEnvironment(python="-c"), "python"),
    ],
)
def test_a_python_environment_is_checked_too(environment, wrong):
    with pytest.raises(SettingsError, match=f"^sample: build .*whose {wrong} .*must"):
        service(build=[environment])


def test_a_python_environment_may_have_options_in_a_list():
    made = service(build=PythonEnvironment(options=["--no-index"], directory="env 3"))
    assert made.build == (
        PythonEnvironment(options=("--no-index",), directory="env 3"),
    )


def test_a_host_has_its_own_settings_over_those_of_the_service():
    made = service(
        env={"A": 1, "B": 2},
        health_check="true",
        hosts=["web1", Host("web2", env={"B": 3, "C": 4}, start="./other", listen=[])],
    )
    first, second = (made.on(each) for each in made.hosts)
    assert first is made
    assert second.env == {"A": "1", "B": "3", "C": "4"}
    assert (second.start, second.listen, second.health_check) == ("./other", (), "true")
    assert made.env == {"A": "1", "B": "2"}


def test_what_a_host_has_of_its_own_must_go_with_what_holds_for_all():
    with pytest.raises(SettingsError, match=r"^sample: on web2, KEY must stand in env"):
        service(secrets=["KEY"], hosts=["web1", Host("web2", env={"KEY": 1})])
    with pytest.raises(SettingsError, match=r"^sample: on web2, reloads must be off"):
        service(reloads=True, hosts=[Host("web2", listen=["127.0.0.1:80"])])


@pytest.mark.parametrize(
    ("rendered", "why"),
    [
        (["config/db.yml"], "config/db.yml must not be rendered: config is linked"),
        (["a"], "a must not be rendered: a/b is linked"),
        (["a/b"], "a/b must not be rendered: a/b is linked"),
        ([".forklift/start"], "belongs to forklift"),
        (["x", "x/y"], "x must not be rendered: another is rendered below it"),
    ],
)
def test_a_rendered_file_is_of_the_release_alone(rendered, why):
    with pytest.raises(SettingsError, match=why):
        service(
            linked_dirs=["config"],
            linked_files=["a/b"],
            rendered_files=dict.fromkeys(rendered, "t.j2"),
        )
    assert service(rendered_files={"./conf/x": "sub/t.j2"}).rendered_files == {
        "conf/x": "sub/t.j2"
    }
