"""A value may be a function, or a question to the operator: called once, when it is needed, and told in a sentence."""

import os
import sys
import termios
import threading

import pytest

from deploy import layers, prompts, secrets
from deploy.errors import Refused, SettingsError
from deploy.layers import Layer
from deploy.prompts import ask
from deploy.settings import Service, waiting
from sandbox.terminal import Terminal
from tests.deploy.waiting import wait_for

REQUIRED = {"name": "sample", "deploy_to": "/srv/x", "start": "./x", "user": "app"}


def service(**given):
    return Service(**{**REQUIRED, **given})


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch):
    with open(os.devnull) as nothing:  # noqa: PTH123 # as fab gets it
        monkeypatch.setattr(sys, "stdin", nothing)
        yield


@pytest.fixture
def typed(monkeypatch):
    """Have the operator type on a terminal, which is given back."""
    opened = []

    def typed(keys):
        terminal = Terminal()
        opened.append(terminal.path.open())
        terminal.type(keys)
        monkeypatch.setattr(sys, "stdin", opened[-1])
        return terminal

    yield typed
    for each in opened:
        each.close()


def test_a_function_is_called_once_for_all_services_and_not_before():
    calls = []

    def branch():
        calls.append(1)
        return "main"

    made = [service(name=name, branch=branch) for name in ("a", "b")]
    assert calls == []
    assert made[0].waiting == ("branch",)
    assert [layers.laid(each, []).branch for each in (*made, *made)] == ["main"] * 4
    assert calls == [1]


def test_what_another_layer_says_is_not_made():
    made = service(branch=lambda: 1 / 0, env=lambda: {"A": 1, "B": 2})
    laid = layers.laid(made, [Layer("x", {"branch": "hotfix", "env": {"B": 3}})])
    assert (laid.branch, laid.env) == ("hotfix", {"A": "1", "B": "3"})


def test_what_a_function_gives_is_checked_and_what_it_raises_told():
    def hosts():
        raise LookupError("no such fleet")

    with pytest.raises(SettingsError) as refused:
        layers.laid(service(hosts=hosts, keep_releases=lambda: 1 / 0), [])
    assert str(refused.value).splitlines() == [
        f"sample: hosts is not known: {hosts.__qualname__} raised LookupError: no such fleet",
        f"sample: keep_releases is not known: {test_what_a_function_gives_is_checked_and_what_it_raises_told.__name__}"
        ".<locals>.<lambda> raised ZeroDivisionError: division by zero",
    ]
    with pytest.raises(SettingsError, match=r"^sample: keep_releases must be a whole"):
        layers.laid(service(keep_releases=lambda: "many"), [])
    with pytest.raises(SettingsError, match="KEY must stand in env or in secrets"):
        layers.laid(service(secrets=["KEY"], env=lambda: {"KEY": 1}), [])


def test_a_name_cannot_wait():
    with pytest.raises(SettingsError, match="name must be"):
        service(name=lambda: "x")


def test_without_a_terminal_the_default_is_the_answer_or_it_is_refused():
    made = service(branch=ask("Which branch?", default="main"))
    assert layers.laid(made, []).branch == "main"
    with pytest.raises(SettingsError) as refused:
        layers.laid(service(branch=ask("Which branch?")), [])
    assert str(refused.value) == (
        "sample: branch is not known: there is no terminal, and 'Which branch?' has no default; "
        "set it: -o branch=…"
    )


def test_the_operator_is_asked_once_on_his_terminal(typed, capsys):
    question = ask("Which branch?", default="main")
    typed("hotfix\n")
    assert [question(), question()] == ["hotfix", "hotfix"]
    assert capsys.readouterr() == ("", "Which branch? [main] ")
    typed("\n")
    assert ask("How many?", default=5)() == 5
    typed("\n")
    with pytest.raises(Refused, match="nothing was answered"):
        ask("Which branch?")()


def test_a_hidden_answer_is_a_secret_alone_and_not_shown(typed, monkeypatch):
    hidden = ask("Queue URL?", hidden=True, default="sqlite:///x")
    with pytest.raises(SettingsError, match="branch cannot be a hidden answer"):
        layers.laid(service(branch=hidden), [])
    made = service(secrets=["URL", "KEY"], secret_commands={"URL": hidden, "KEY": "x"})
    assert "sqlite" not in repr(prompts.Prompt.__str__(made.secret_commands["URL"]))
    terminal = typed("")
    monkeypatch.setattr("os.open", _no_tty(os.open))
    threading.Thread(target=_type_unseen, args=(terminal, "very-secret\n")).start()
    assert secrets.given(made, {"KEY": "y"}) == {"URL": b"very-secret", "KEY": b"y"}
    assert secrets.given(made, {"KEY": "y", "URL": "z"})["URL"] == b"z"
    assert b"very-secret" not in terminal.raw


def _type_unseen(terminal, keys):
    with terminal.path.open() as screen:
        wait_for(lambda: not termios.tcgetattr(screen)[3] & termios.ECHO)
        terminal.type(keys)


def _no_tty(opened):
    """Open files as ever, but know no terminal of the session: these tests may have none."""

    def without(path, *given, **named):
        if path == "/dev/tty":
            raise OSError(6, "No such device or address")
        return opened(path, *given, **named)

    return without


def test_a_secret_without_an_answer_is_refused():
    made = service(secrets=["URL"], secret_commands={"URL": ask("URL?", hidden=True)})
    with pytest.raises(Refused, match="the secret URL is not known: there is no term"):
        secrets.given(made, {})


def test_who_only_looks_is_asked_nothing():
    question = ask("Which branch?")
    made = service(branch=question, keep_releases=lambda: 3, inventory="x.yaml")
    seen = layers.seen(made, [])
    assert (seen.branch, seen.keep_releases) == (question, 3)
    assert str(seen.branch) == "asked: Which branch?"
    assert waiting.seen(made).waiting == ("branch",)
