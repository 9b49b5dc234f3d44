"""What goes in comes out, byte for byte, under a real dash and a real bash, wherever shell text is made."""

import getpass
import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deploy.commands import lock, releases, setup, shared
from deploy.facts import HostFacts
from deploy.paths import Paths
from deploy.release import Manifest, Release
from deploy.rendering import Templates
from deploy.settings import Service
from deploy.shell import Script, Step, command, let, text_of, together

#: no time limit: the machine may be loaded
PROFILE = settings(
    deadline=None, max_examples=15, suppress_health_check=list(HealthCheck)
)
SHELLS = ("/bin/dash", "/bin/bash")
RELEASE = Release("20261123094501-1a2b3c4")

#: what an argument, a variable or a file may hold: all but NUL
anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
#: what a setting of one line may hold
line = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=40
)
#: a name in a directory; a setting is taken without the white space around it, of any kind
name = line.filter(
    lambda text: text.strip().strip("./") == text and "/" not in text and text
)
hostile = (
    "it's",
    "-n",
    "--help",
    "$(id)",
    "`id`",
    '"',
    "\\",
    "a\nb\n",
    "日本語",
    " ",
    "*",
)


def ran(text, shell="/bin/sh", payload=b"", **known):
    done = subprocess.run(
        [shell, "-c", f'eval "$(head -c {len(text.encode())})"'],
        input=text.encode() + payload,
        capture_output=True,
        timeout=60,
        **known,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def sent(*commands, **known):
    return ran(text_of(Script(tuple(Step("", each) for each in commands))), **known)


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory(prefix="it's a $(place) ") as folder:
        yield Path(folder)


@pytest.mark.parametrize("shell", SHELLS)
@given(words=st.lists(anything, min_size=1))
@example(words=list(hostile))
@PROFILE
def test_words_and_variables_arrive(shell, words):
    shown = command("printf", "%s\\0", *words)
    kept = together(
        let(**{f"v{n}": word for n, word in enumerate(words)}),
        *(command("eval", f'printf "%s\\0" "$v{n}"') for n in range(len(words))),
    )
    expected = b"".join(word.encode() + b"\0" for word in words)
    assert sent(shown, shell=shell) == expected
    assert sent(kept, shell=shell) == expected


@given(title=line)
@example(title="building: printf '%s' \"$(id)\" \\n")
@PROFILE
def test_a_step_is_announced_as_it_is_called(title):
    said = ran(text_of(Script((Step(title, command("true")),))))
    assert said == (b"\x1e" + title.encode() + b"\n" if title else b"")


def service(place, **given):
    return Service(
        **{
            "name": "sample",
            "deploy_to": place / "www",
            "start": "env -0",
            "user": getpass.getuser(),
            "use_sudo": False,
            "service_root": place / "services",
            **given,
        }
    )


def environment(text, **known):
    """What variables a rendered script gives to the program that it becomes."""
    pairs = ran(text, env={"PATH": os.environ["PATH"], **known}).split(b"\0")
    return dict(each.decode().partition("=")[::2] for each in pairs if each)


@given(value=anything)
@example(value="".join(hostile))
@PROFILE
def test_env_reaches_the_program(place, value):
    paths = Paths(service(place, env={"VALUE": value}))
    text = Templates(place).start(paths)
    assert environment(text, APPROOT=str(place))["VALUE"] == value


@given(folder=name)
@example(folder='it\'s $(a) `b` "c" \\ -n 日本')
@PROFILE
def test_runs_paths_are_whatever_they_are_called(place, folder):
    paths = Paths(service(place / folder))
    release = place / folder / "www" / "releases" / "one"
    (release / ".forklift").mkdir(parents=True, exist_ok=True)
    start = release / ".forklift" / "start"
    start.write_text(Templates(place).start(paths))
    start.chmod(0o755)
    current = place / folder / "www" / "current"
    if not current.is_symlink():
        current.symlink_to("releases/one")
    Path(paths.env).mkdir(parents=True, exist_ok=True)
    found = environment(Templates(place).run(paths))
    assert found["APPROOT"] == os.path.realpath(release)
    assert found["FORKLIFT_SHARED"] == str(paths.shared)
    noted = Path(paths.running).read_text().split(" ", 1)[1]
    assert noted == f"{os.path.realpath(release)}\n"


@given(secret=st.binary(min_size=1).filter(lambda b: b"\0" not in b))
@example(secret="".join(hostile).encode() + b"!")
@PROFILE
def test_a_secret_reaches_the_program(place, secret):
    paths = Paths(service(place))
    Path(paths.env).mkdir(parents=True, exist_ok=True)
    if setup.unkept(secret):
        return
    sent(setup.secret(paths, "TOKEN", len(secret)), payload=secret)
    shown = subprocess.run(
        ["envdir", paths.env, "sh", "-c", 'printf %s "$TOKEN"; echo .'],
        capture_output=True,
        check=True,
    ).stdout
    assert shown == secret + b".\n"


@given(branch=line.filter(bool), operator=anything.filter(bool), why=anything)
@example(branch="it's", operator='ann"@\\desk\n', why="".join(hostile))
@PROFILE
def test_manifest_and_history_say_what_they_were_told(place, branch, operator, why):
    paths = Paths(service(place))
    made = Path(paths.release(RELEASE))
    made.mkdir(parents=True, exist_ok=True)
    told = Manifest(RELEASE, "ready", "1a2b3c4d", branch, operator)
    noting = command("note", "deployed", uses="publish")
    failing = together(let(why=why), releases.switch_only(paths, told, HostFacts()))
    sent(releases.mark(paths, told, "verified"), failing, noting)
    found = json.loads((made / ".release.json").read_text())
    assert (found["branch"], found["operator"]) == (branch, operator)
    last = Path(paths.history).read_bytes().splitlines()[-1]
    history = json.loads(last)
    assert (history["branch"], history["operator"]) == (branch, operator)
    assert history.get("reason", "") == "".join(c for c in why if ord(c) > 31)


@given(each=name)
@example(each="-n")
@example(each='it\'s $(a) `b` "c" \\ 日本 *')
@PROFILE
def test_a_link_into_shared_leads_to_the_same_name(place, each):
    paths = Paths(service(place, linked_dirs=[each]))
    made = Path(paths.release(RELEASE))
    made.mkdir(parents=True, exist_ok=True)
    sent(shared.make_directories(paths), shared.link(paths, RELEASE))
    assert (made / each).is_symlink()
    assert (made / each).resolve() == (Path(paths.shared) / each).resolve()
    assert (Path(paths.shared) / each).is_dir()


@given(holder=line.filter(lambda text: text.strip() == text and text))
@example(holder="it's ann@desk: $(id) \\n %s -n")
@PROFILE
def test_a_hold_is_told_as_it_was_put(place, holder):
    paths = Paths(service(place))
    Path(paths.deploy_to).mkdir(exist_ok=True)
    sent(lock.put_hold(paths, holder))
    assert (Path(paths.deploy_to) / ".hold").read_text() == f"{holder}\n"
    taking = lock.take(paths, holder)
    assert sent(taking, lock.enter_phase(paths)) == b"lock mine\n"
    assert (Path(paths.deploy_to) / ".lock").read_text() == f"{holder}\n"
