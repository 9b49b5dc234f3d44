"""A release is finished on the host: the project's commands, and a Python environment that is its own."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy.commands import build
from deploy.settings import PythonEnvironment

FIRST, SECOND, THIRD = (f"2026112309450{n}-1a2b3c4" for n in (1, 2, 3))
COPYING = "copying the environment of the current release"


def wheel(folder, version):
    """Write a wheel of a package with a module, a program and a file outside of lib."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"greeting-{version}.dist-info"
    files = {
        "greeting.py": f"def main():\n    import sys\n    print({version!r}, sys.prefix)\n",
        f"greeting-{version}.data/data/share/greeting/text": "hello",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ngreet = greeting:main\n",
    }
    record = []
    with zipfile.ZipFile(
        folder / f"greeting-{version}-py3-none-any.whl", "w"
    ) as packed:
        for name, content in files.items():
            digest = hashlib.sha256(content.encode()).digest()
            told = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            record.append(f"{name},sha256={told},{len(content)}\n")
            packed.writestr(name, content)
        packed.writestr(f"{info}/RECORD", "".join([*record, f"{info}/RECORD,,\n"]))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder, "1.0")
    return folder


@pytest.fixture
def offline(wheels):
    return PythonEnvironment(
        python=sys.executable, options=("--no-index", "--find-links", str(wheels))
    )


def release(host, name, requirements="greeting==1.0\n", **files):
    host.release(name)
    folder = host.releases / name
    for path, text in {"requirements.txt": requirements, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def made(host, name, wanted):
    """Make the environment of a release, make the release current, and say what was said."""
    ended = host.do(build.step(host.paths, name, wanted))
    host.current.unlink(missing_ok=True)
    host.current.symlink_to(f"releases/{name}")
    assert ended.out == ""
    return ended.err


def greeting(folder):
    done = subprocess.run(
        [folder / "venv" / "bin" / "greet"], capture_output=True, text=True
    )
    assert done.returncode == 0, done
    return done.stdout.split(maxsplit=1)


def test_the_texts_of_the_commands(host):
    lines = build.step(host.paths, FIRST, "make 'it'; true").text.splitlines()
    assert lines[0].startswith("cd '/")
    assert lines[1] == """sh -c 'make '"'"'it'"'"'; true' </dev/null >&2 8>&-"""
    wanted = PythonEnvironment(options=("--no-index", "-f", "it's"))
    line = build.step(host.paths, FIRST, wanted).text.splitlines()[1]
    assert line.startswith("python_environment python3 venv requirements.txt '/")
    assert line.endswith("""/current' --no-index -f 'it'"'"'s'""")
    assert build.title("make") == "building: make"
    assert build.title(wanted) == "making the Python environment venv"


def test_a_build_command_runs_in_the_release_and_reads_nothing(host):
    host.release(FIRST)
    ended = host.do(
        build.step(host.paths, FIRST, "pwd; cat; echo made | tee product"), payload=b"x"
    )
    assert ended.out == ""
    assert ended.err == f"{host.releases / FIRST}\nmade\n"
    assert (host.releases / FIRST / "product").read_text() == "made\n"


def test_a_build_command_that_fails_ends_the_script(host):
    host.release(FIRST)
    ended = host.send(build.step(host.paths, FIRST, "echo why >&2; exit 9"))
    assert (ended.status, ended.err) == (9, "why\n")


def test_a_copied_environment_works_when_the_release_that_it_came_from_is_gone(
    host, offline
):
    first, second = release(host, FIRST), release(host, SECOND)
    assert COPYING not in made(host, FIRST, offline)
    assert greeting(first) == ["1.0", f"{first}/venv\n"]

    assert COPYING in made(host, SECOND, offline)
    shutil.rmtree(first)
    assert greeting(second) == ["1.0", f"{second}/venv\n"]
    assert (second / "venv/share/greeting/text").read_text() == "hello"
    done = subprocess.run(
        ["grep", "-rl", "--exclude=*.pyc", FIRST, second / "venv"],
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""


def test_requirements_that_lie_in_other_files_count_too(host, installer):
    wanted = PythonEnvironment(
        python=installer.python, options=("--constraint=bounds.txt",)
    )
    files = {"deps/all.txt": "-r more.txt\n", "deps/more.txt": "greeting\n"}
    changed = {**files, "deps/more.txt": "greeting>1\n"}
    bound = {**changed, "bounds.txt": "greeting==2\n"}
    copied = []
    for number, held in enumerate((files, files, changed, changed, bound, bound)):
        name = f"2026112309451{number}-1a2b3c4"
        release(host, name, "-r deps/all.txt\n", **held)
        copied.append(COPYING in made(host, name, wanted))
    assert copied == [False, True] * 3


def test_files_that_include_each_other_end_somewhere(host, installer):
    release(host, FIRST, "-r other.txt\n", **{"other.txt": "-r requirements.txt\n"})
    assert re.search("asked:.* install", made(host, FIRST, installer))


@pytest.mark.parametrize(
    "line",
    [".", "-e .", "./pack", "--editable=pack", "greeting @ file:pack", "pack/x.whl"],
)
def test_an_environment_of_what_lies_in_the_release_is_never_copied(host, line):
    """What a release installs from itself belongs to it: a copy would run the old code."""
    before = release(host, FIRST, f"# first\n{line}\n")
    library = (
        Path(__file__).parents[3] / "deploy" / "commands" / "build.sh"
    ).read_text()
    script = f"{library}\nshareable requirements.txt && echo yes || echo no"
    done = subprocess.run(
        ["sh"], input=script, cwd=before, capture_output=True, text=True, check=True
    )
    assert done.stdout == "no\n"


@pytest.mark.parametrize(
    "line", ["greeting==1.0", "# -e .", "x @ git+https://h/x.git", "a.b>=1", "a[b]; c"]
)
def test_an_environment_of_what_comes_from_elsewhere_may_be_copied(host, line):
    before = release(host, FIRST, f"{line}\n--index-url https://h/simple\n")
    library = (
        Path(__file__).parents[3] / "deploy" / "commands" / "build.sh"
    ).read_text()
    script = f"{library}\nshareable requirements.txt && echo yes || echo no"
    done = subprocess.run(
        ["sh"], input=script, cwd=before, capture_output=True, text=True, check=True
    )
    assert done.stdout == "yes\n"


@pytest.fixture
def installer(tmp_path):
    """An interpreter whose pip notes what it is asked for: what is made of what needs no real one."""
    real = Path(sys.executable)
    fake = tmp_path / "python"
    fake.write_text(
        f"""#!/bin/sh
case "$*" in
"-m venv --without-pip "*) shift 3; mkdir -p "$1/bin" "$1/lib"; cp "$0" "$1/bin/python" ;;
"-m ensurepip") ;;
"-m pip "*) shift 2; echo "asked: $*" >&2 ;;
*) exec {real} "$@" ;;
esac
"""
    )
    fake.chmod(0o755)
    return PythonEnvironment(python=str(fake))


@pytest.mark.parametrize(
    ("requirements", "options", "copied"),
    [
        ("a==1\n", (), True),
        ("a==2\n", (), False),
        ("a==1\n", ("--no-deps",), False),
    ],
)
def test_an_environment_is_copied_only_if_it_would_be_made_of_the_same(
    host, installer, requirements, options, copied
):
    release(host, FIRST, "a==1\n")
    release(host, SECOND, requirements)
    assert re.search("asked:.* install", made(host, FIRST, installer))
    again = PythonEnvironment(python=installer.python, options=options)
    assert (COPYING in made(host, SECOND, again)) == copied


def test_an_environment_of_another_interpreter_is_not_copied(host, installer, tmp_path):
    release(host, FIRST)
    release(host, SECOND)
    made(host, FIRST, installer)
    text = Path(installer.python).read_text()
    other = tmp_path / "other"
    other.write_text(text.replace("*) exec", '"-c "*) echo 3.99 ;;\n*) exec'))
    other.chmod(0o755)
    assert COPYING not in made(host, SECOND, PythonEnvironment(python=str(other)))


def test_wheels_in_the_release_are_part_of_what_an_environment_is_made_of(
    host, installer
):
    wanted = PythonEnvironment(
        python=installer.python, options=("--find-links=it's wheels",)
    )
    for name, content in ((FIRST, "one"), (SECOND, "two"), (THIRD, "two")):
        release(host, name, **{"it's wheels/a.whl": content})
        assert (COPYING in made(host, name, wanted)) == (name == THIRD)


def test_programs_that_name_their_environment_are_the_copy_s_own(host, installer):
    first, second = release(host, FIRST), release(host, SECOND)
    made(host, FIRST, installer)
    bin = first / "venv" / "bin"
    programs = {
        "plain": f"#!{bin}/python\nprint()\n",
        "long": f"#!/bin/sh\n'''exec' \"{bin}/python\" \"$0\" \"$@\"\n' '''\nprint()\n",
        "odd": "#!/bin/sh\necho odd\n",
    }
    for name, text in programs.items():
        (bin / name).write_text(text)
        (bin / name).chmod(0o755)
    (bin / "binary").write_bytes(b"\x7fELF" + os.urandom(100))
    (bin / "link").symlink_to("plain")
    assert COPYING in made(host, SECOND, installer)
    copy = second / "venv" / "bin"
    for name, text in programs.items():
        assert (copy / name).read_text() == text.replace(FIRST, SECOND)
        assert os.access(copy / name, os.X_OK)
    assert (copy / "binary").read_bytes() == (bin / "binary").read_bytes()
    assert (copy / "link").readlink() == Path("plain")
    assert (bin / "plain").read_text() == programs["plain"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"python": "python9.9"}, "there is no python9.9 here; install it"),
        ({"requirements": "no.txt"}, "the release has no no.txt"),
    ],
)
def test_what_an_environment_needs_is_named(host, wanted, sentence):
    release(host, FIRST)
    ended = host.send(
        build.step(host.paths, FIRST, PythonEnvironment(**{"python": "sh", **wanted}))
    )
    assert ended.status == 71
    assert ended.sentence.startswith(sentence)


def test_what_pip_cannot_install_ends_the_script(host, installer):
    failing = (
        Path(installer.python)
        .read_text()
        .replace('asked: $*" >&2', 'no x" >&2; exit 1')
    )
    Path(installer.python).write_text(failing)
    release(host, FIRST)
    ended = host.send(build.step(host.paths, FIRST, installer))
    assert ended.status == 70
    assert ended.sentence.startswith(
        "pip could not install what requirements.txt names"
    )
    assert "no x\n" in ended.err
