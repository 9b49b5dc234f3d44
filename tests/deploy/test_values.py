"""What the value of a setting may be."""

from pathlib import PurePosixPath

import pytest

from deploy import values

HOSTILE = [
    "$(id)",
    "`id`",
    "a;b",
    "a b",
    "it's",
    'say "hi"',
    "a\nb",
    "-rf",
    "../x",
    "日本語",
    "a" * 5000,
    "",
    "\0",
]


@pytest.mark.parametrize("value", [*HOSTILE, None, 5, b"app", ["app"], "App", "1app"])
def test_an_account_is_a_unix_account_or_refused(value):
    with pytest.raises(ValueError, match="must be the name of a Unix account"):
        values.account(value)


@pytest.mark.parametrize("value", ["app", "_www", "deploy-1", "a" * 32])
def test_accounts_that_exist_somewhere_pass(value):
    assert values.account(value) == value


@pytest.mark.parametrize("value", [*HOSTILE, None, 5, ".hidden", "a/b", "x" * 65])
def test_a_service_name_is_safe_as_a_file_name_or_refused(value):
    with pytest.raises(ValueError, match="must be letters, digits"):
        values.service_name(value)


@pytest.mark.parametrize("value", [None, 5, b"x", ["x"], "a\nb", "a\0b", "\x1b[0m"])
def test_text_is_one_line_of_characters(value):
    with pytest.raises(ValueError, match="must be"):
        values.text(value)


def test_text_that_cannot_be_written_as_utf_8_is_refused():
    with pytest.raises(ValueError, match="UTF-8"):
        values.text("caf\udce9")
    with pytest.raises(ValueError, match="UTF-8"):
        values.environment({"CITY": "caf\udce9"})


@pytest.mark.parametrize(
    "value",
    [
        "venv/bin/python -m sample.web",
        "prog ''",
        'prog ""',
        "prog ';' '&&' \"|\"",
        "prog a\\;b",
        "prog --name=it\\'s",
        'prog --port "$PORT" "$(hostname)"',
        "/opt/日本語/prog",
    ],
)
def test_one_program_with_its_arguments_can_start_a_service(value):
    assert values.program(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "a; b",
        "a;b",
        "a && b",
        "a | b",
        "a &",
        "(a)",
        "a $(b)",
        "a > log",
        "a x#;b",
        "a '",
        'a "',
        "a \\",
        "",
        "  ",
        "a\nb",
        "# a",
        "PORT=80 a",
        "exec a",
        5,
        None,
    ],
)
def test_what_exec_cannot_start_is_no_program(value):
    with pytest.raises(ValueError, match="must"):
        values.program(value)


@pytest.mark.parametrize(
    "value",
    [
        "-x",
        "https://ann:secret@host/x",
        "HTTPS://ann:secret@host/x",
        "https://secret@host/x",
        "https://secret@host:8443/x@y",
        "http://:secret@host",
        "ssh://git:secret@host/x",
        "",
        None,
    ],
)
def test_a_repository_is_no_option_and_holds_no_password_or_token(value):
    with pytest.raises(ValueError, match="must") as refused:
        values.repository(value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "value",
    [".", "../x y", "git@h:/var/git/x", "ssh://git@h:22/x", "https://h/x", "/a:b@c"],
)
def test_a_repository_is_a_url_or_a_path(value):
    assert values.repository(value) == value


@pytest.mark.parametrize("value", ["--output=/x", "a b", "a\tb", "", " ", None, 7])
def test_a_branch_is_no_option_and_has_no_space(value):
    with pytest.raises(ValueError, match="must"):
        values.branch(value)


@pytest.mark.parametrize(
    "value", ["x", "", "/", "//", "~/x", "/a/../b", None, 5, "/a\nb", "./x"]
)
def test_a_place_on_a_host_is_absolute_and_below_the_root(value):
    with pytest.raises(ValueError, match="must"):
        values.absolute_path(value)


def test_a_place_on_a_host_may_have_any_name():
    odd = "/home/it's $(a)/日本語"
    assert values.absolute_path(odd) == PurePosixPath(odd)
    assert values.absolute_path("/a/./b/") == PurePosixPath("/a/b")


@pytest.mark.parametrize(
    "value", [["/etc"], ["../x"], ["a/../../b"], ["."], 5, [5], [" "], {"a": 1}]
)
def test_paths_of_a_release_stay_inside_it(value):
    with pytest.raises(ValueError, match="must"):
        values.relative_paths(value)


def test_a_list_may_be_one_text_with_commas():
    assert values.texts("a, b,c") == ("a", "b", "c")
    assert values.texts("") == ()
    assert values.texts(["a,b"]) == ("a,b",)


@pytest.mark.parametrize(
    "value",
    [["-oProxyCommand=x"], ["a b"], ["$(id)"], ["a", "a"], [" "], ["é"], 5, [None]],
)
def test_hosts_are_names_that_ssh_takes_each_once(value):
    with pytest.raises(ValueError, match="must"):
        values.hosts(value)


def test_hosts_may_have_a_user_a_port_and_an_ipv6_address():
    given = ("h", "ann@h", "ann@h:22", "[::1]:2222", "web-1.example.org")
    assert values.hosts(list(given)) == given


@pytest.mark.parametrize(
    "value", [{"A B": "x"}, {"1A": "x"}, {5: "x"}, {"A": None}, {"A": True}, {"A": []}]
)
def test_an_environment_maps_variables_to_texts(value):
    with pytest.raises(ValueError, match="must"):
        values.environment(value)


@pytest.mark.parametrize("value", ["A=1", ["A"], None, 5])
def test_an_environment_is_a_mapping(value):
    with pytest.raises(ValueError, match="must be a mapping"):
        values.environment(value)


def test_an_environment_keeps_every_character_but_nul():
    odd = {"A": "it's\n$(id) `x` 日本語\\", "PORT": 8080}
    assert values.environment(odd) == {"A": odd["A"], "PORT": "8080"}
    with pytest.raises(ValueError, match="A does"):
        values.environment({"A": "x\0"})


@pytest.mark.parametrize(
    "value", ["x", "", None, True, float("nan"), float("inf"), -1, 86_401, "9" * 5000]
)
def test_seconds_are_a_number_within_a_day(value):
    with pytest.raises(ValueError, match="must be"):
        values.seconds(value)


@pytest.mark.parametrize("value", [1e-7, 1e-05, 0.1 + 0.2, "2.50", 5, 0])
def test_seconds_read_as_a_plain_decimal_number_in_a_shell(value):
    made = str(values.seconds(value))
    assert "e" not in made
    assert len(made.partition(".")[2]) <= 3


@pytest.mark.parametrize("value", [0, -1, 1.5, "1.5", "x", "", None, True, 10_001, []])
def test_a_count_is_a_whole_number_above_zero(value):
    with pytest.raises(ValueError, match="must be a whole number"):
        values.count(value)


@pytest.mark.parametrize("value", ["maybe", "", None, 1, 0, "2", []])
def test_yes_or_no_is_nothing_else(value):
    with pytest.raises(ValueError, match="must be true or false"):
        values.yes_or_no(value)


def test_yes_and_no_may_come_from_an_environment_variable():
    assert [values.yes_or_no(each) for each in (True, "True", "yes", "1")] == [True] * 4
    assert [values.yes_or_no(each) for each in (False, "no", "0")] == [False] * 3


@pytest.mark.parametrize("value", ["rsync", None, [], 5])
def test_one_of_names_what_is_allowed(value):
    with pytest.raises(ValueError, match="must be one of copy, git"):
        values.one_of("copy", "git")(value)


@pytest.mark.parametrize("value", [["A B"], ["A=secret"], "A B", ["-"], 5])
def test_secrets_are_names_of_variables(value):
    with pytest.raises(ValueError, match="must be"):
        values.variables(value)


def test_a_secret_given_for_its_name_is_not_shown():
    with pytest.raises(ValueError, match="must be") as refused:
        values.variables(["URL=mysql://root:hunter2@localhost"])
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("", ""),
        (3, "3"),
        ("3", "3"),
        ("25%", "25%"),
        (" 25 % ", "25%"),
        ("100%", "100%"),
    ],
)
def test_a_batch_is_a_number_of_hosts_or_a_percentage(value, made):
    assert values.batch_size(value) == made
