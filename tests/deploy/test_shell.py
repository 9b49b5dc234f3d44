"""What is sent arrives as it was meant, under a real /bin/sh."""

import subprocess

import pytest

from deploy.shell import Command, Question, Script, Step, command, text_of, together


def run(text: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh"], input=text, capture_output=True, text=True, timeout=10
    )


@pytest.mark.parametrize(
    "word",
    [
        "it's",
        'say "hi"',
        "$(id)",
        "`id`",
        "a\nb",
        "-n",
        "",
        "*",
        "日本語",
        "\\",
        "a;b&c|d",
    ],
)
def test_a_word_arrives_as_it_was_given(word):
    question = Question(command("printf", "%s", word).text, str)
    assert run(text_of(question)).stdout == word


def test_a_step_that_fails_ends_the_script():
    script = Script(
        (
            Step("first", command("echo", "one")),
            Step("second", command("false")),
            Step("third", command("echo", "three")),
        )
    )
    done = run(text_of(script))
    assert done.returncode == 1
    assert done.stdout == "\x1efirst\none\n\x1esecond\n"


def test_a_script_that_was_cut_off_on_its_way_does_nothing():
    whole = text_of(
        Script((Step("a", command("echo", "ran")), Step("b", Command("echo ran"))))
    )
    for length in range(len(whole) - 1):
        assert "ran" not in run(whole[:length]).stdout


def test_commands_together_end_at_the_first_that_fails():
    both = together(command("false"), command("echo", "on"))
    assert run(text_of(Script((Step("s", both),)))).stdout == "\x1es\n"
