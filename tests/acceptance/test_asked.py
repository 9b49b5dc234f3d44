"""What the operator is asked for: on his terminal, when it is needed, and what is hidden stays so."""

from sandbox.terminal import Terminal
from tests.acceptance.anns import stem

ASKING = """\
from deploy.tasks import Service, ask, project
namespace = project(Service(branch=ask("Which branch?"), secrets=["KEY"],
    secret_commands={{"KEY": ask("The key?", hidden=True)}}, **{}))
"""


def declare(operator):
    operator.write_fabfile(hosts=["web1"])
    fabfile = operator.folder / "fabfile.py"
    settings = fabfile.read_text().partition("Service(**")[2].rpartition("))")[0]
    fabfile.write_text(ASKING.format(settings))


def test_the_operator_is_asked_and_no_hidden_answer_is_shown_or_kept(operator):
    declare(operator)
    refused = operator.fab(operator.task("setup"))
    assert refused.returncode == 2
    assert "branch is not known: there is no terminal, and 'Which" in refused.stderr
    told = operator.done(operator.task("settings"))
    assert "asked: Which branch?" in told
    assert "KEY=asked: The key?" in told

    terminal = Terminal(columns=150)
    pid = operator.at(terminal, operator.task("setup"), "--verbose")
    terminal.wait_for("Which branch?")
    terminal.type("main\r")
    terminal.wait_for("The key?")
    terminal.type("very-secret\r")
    assert stem().wait(pid, 60)
    assert stem().status(pid) == 0, terminal.text()
    assert b"very-secret" not in terminal.raw
    kept = operator.on("web1", f"cat {operator.service_directory}/env/KEY")
    assert kept == "very-secret"
    places = f"{operator.deploy_to} {operator.service_directory}/run"
    operator.on("web1", f"! grep -r very-secret {places}")
    # what is said is not asked for
    assert "main is" in operator.done(operator.task("pending"), "--branch", "main")
    assert "main is" in operator.done(operator.task("pending"), "-o", "branch=main")
