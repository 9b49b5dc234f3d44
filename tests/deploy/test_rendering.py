"""The scripts of a service, made from templates."""

import subprocess
from dataclasses import replace

import pytest

from deploy.errors import Refused, SettingsError
from deploy.hosts import Host
from deploy.paths import Paths
from deploy.rendering import Templates, copy_out, not_copied, ours
from deploy.settings import Service

NAMES = ("run.j2", "log.run.j2", "start.j2")

ODD = {
    "QUOTES": """it's "quoted" `id` $(id) $HOME \\""",
    "LINES": "one\ntwo\n",
    "EMPTY": "",
    "JAPANESE": "日本語",
    "DASH": "-n",
    "NUMBER": 5,
    "TEMPLATE": "{{ service }} {% if %}",
}


def paths(**given):
    whole = {
        "name": "sample",
        "deploy_to": "/home/it's a $(root)/日本語",
        "service_root": "/var/lib/it's `here`",
        "start": """./serve --name "it's \\"it\\"" '' $PORT""",
        "user": "app",
        "env": ODD,
    }
    return Paths(Service(**{**whole, **given}))


def made(templates, name, of):
    makers = {
        "run.j2": templates.run,
        "log.run.j2": templates.log_run,
        "start.j2": templates.start,
    }
    return makers[name](of)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("given", [{}, {"use_sudo": False}, {"run_as": "www"}])
def test_every_template_makes_a_shell_script_that_ends_with_exec(tmp_path, name, given):
    text = made(Templates(tmp_path), name, paths(**given))
    done = subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert text.startswith("#!/bin/sh\n")
    assert text.splitlines()[-1].startswith("exec ")
    assert text.endswith("\n")


@pytest.mark.parametrize("name", NAMES[:2])
def test_root_drops_to_the_service_s_account(tmp_path, name):
    last = made(Templates(tmp_path), name, paths(run_as="www")).splitlines()[-1]
    assert " setuidgid www " in last
    last = made(Templates(tmp_path), name, paths(use_sudo=False)).splitlines()[-1]
    assert "setuidgid" not in last


def test_a_program_starts_with_its_environment_as_it_was_given(tmp_path):
    start = tmp_path / "start"
    start.write_text(Templates(tmp_path).start(paths()))
    done = subprocess.run(
        ["sh", start, "env", "-0"], env={"APPROOT": "/r/20261123"}, capture_output=True
    )
    given = dict(
        each.split("=", 1) for each in done.stdout.decode().split("\0") if each
    )
    assert {name: given[name] for name in ODD} == {k: str(v) for k, v in ODD.items()}
    assert given["FORKLIFT_RELEASE"] == "20261123"
    assert given["FORKLIFT_CURRENT"] == "/home/it's a $(root)/日本語/current"
    assert given["FORKLIFT_SHARED"] == "/home/it's a $(root)/日本語/shared"


def test_run_enters_the_current_release_by_its_physical_path(tmp_path):
    of = paths(deploy_to=tmp_path / "it's www", service_root=tmp_path / "s", env={})
    release = tmp_path / "it's www" / "releases" / "1"
    (release / ".forklift").mkdir(parents=True)
    (release.parent.parent / "current").symlink_to("releases/1")
    (tmp_path / "s" / "sample").mkdir(parents=True)
    script = Templates(tmp_path).run(of).splitlines()
    script[-1] = 'pwd; echo "$APPROOT $USER $LOGNAME"'
    done = subprocess.run(
        ["sh"], input="\n".join(script), text=True, capture_output=True
    )
    assert done.stdout == f"{release}\n{release} app app\n"
    pid, _, where = (tmp_path / "s/sample/running").read_text().partition(" ")
    assert pid.isdigit()
    assert where == f"{release}\n"


def test_what_runs_locks_its_release_and_so_do_its_children(tmp_path):
    start, release = tmp_path / "start", tmp_path / "it's a release"
    release.mkdir()
    start.write_text(Templates(tmp_path).start(paths(env={})))
    asked = 'flock -n "$APPROOT" true && exit 1; sh -c "flock -n 9 || exit 2"'
    words = ["sh", start, "sh", "-c", asked]
    done = subprocess.run(words, env={"APPROOT": str(release)}, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert subprocess.run(["flock", "-n", release, "true"]).returncode == 0


def test_a_project_s_own_template_wins(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "log.run.j2").write_text(
        "#!/bin/sh\nexec logger -t {{ service.name | sh }}\n"
    )
    templates = Templates(tmp_path)
    assert templates.log_run(paths()) == "#!/bin/sh\nexec logger -t sample\n"
    assert "envdir" in templates.run(paths())


def test_a_template_knows_for_which_host_it_is_rendered(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "start.j2").write_text(
        "#!/bin/sh\nexec ./x {{ host.name }} {{ facts.rack }} {{ service.env.A }}\n"
    )
    known = [Host("web1", facts={"rack": 7}, env={"A": 2}), Host("web2")]
    of, templates = paths(hosts=known), Templates(tmp_path)
    assert templates.start(of.at("web1")).endswith("./x web1 7 2\n")
    with pytest.raises(SettingsError, match=r"start.j2 cannot .* for web2: .*rack"):
        templates.start(of.at("web2"))


def test_files_of_a_release_are_rendered_for_its_host_with_their_templates_mode(
    tmp_path,
):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "ini.j2").write_text("rack={{ facts.rack }} {{ 'it' }}\n")
    (tmp_path / "templates" / "tool.j2").write_text("#!{{ service.user }}")
    (tmp_path / "templates" / "tool.j2").chmod(0o700)
    wanted = {"z/app.ini": "ini.j2", "bin/tool": "tool.j2"}
    of = paths(rendered_files=wanted, hosts=[Host("web1", facts={"rack": "a b"})])
    assert Templates(tmp_path).files(of.at("web1")) == [
        ("bin/tool", "#!app", 0o755),
        ("z/app.ini", "rack=a b it\n", 0o644),
    ]
    with pytest.raises(SettingsError, match=r"ini.j2 cannot be rendered: .*rack"):
        Templates(tmp_path).files(of)


def test_what_is_rendered_holds_no_secret_that_is_known_here(tmp_path):
    known = {"KEY": "s3cret-value", "SHORT": "a", "OTHER": "visible-value"}
    of = paths(secrets=["KEY", "SHORT"], env={"A": "x s3cret-value", "B": "a"})
    for make in (Templates(tmp_path, known).start, Templates(tmp_path, known).files):
        given = of if make.__name__ == "start" else _with_a_file(tmp_path, of)
        with pytest.raises(SettingsError, match="holds the secret KEY") as refused:
            make(given)
        assert "s3cret" not in str(refused.value)
    assert "visible" in Templates(tmp_path, known).start(
        paths(env={"A": "visible-value"})
    )


def _with_a_file(folder, of):
    (folder / "templates").mkdir()
    (folder / "templates" / "t.j2").write_text("{{ service.env.A }}")
    return Paths(replace(of.service, rendered_files={"x": "t.j2"}))


def test_a_template_saved_with_carriage_returns_is_still_a_script(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "start.j2").write_bytes(b"#!/bin/sh\r\nexec ./x\r\n")
    assert Templates(tmp_path).start(paths()) == "#!/bin/sh\nexec ./x\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#!/bin/sh\nexec {{ service.nam }}\n", "cannot be rendered: .*nam"),
        ("#!/bin/sh\nexec {{ nothing }}\n", "cannot be rendered: 'nothing' is und"),
        ("#!/bin/sh\nexec {{ service.name\n", "cannot be rendered"),
        ("#!/bin/sh\n{% if %}exec x\n", "cannot be rendered"),
        ("#!/bin/sh\n{% include 'absent' %}\nexec x\n", "cannot be rendered: .absent"),
        ("#!/bin/sh\nexec {{ 1 // 0 }}\n", "cannot be rendered"),
        ("#!/bin/sh\nexec {{ paths.release() }}\n", "cannot be rendered"),
        ("#!/bin/sh\nexec {{ service.name + 1 }}\n", "cannot be rendered"),
        (b"#!/bin/sh\n# caf\xe9\nexec x\n", "cannot be rendered"),
        ("#!/bin/sh\nexec 'x\n", "is no shell script: .*[Uu]nterminated"),
        ("#!/bin/sh\nif true; then\nexec x\n", "is no shell script"),
        ("#!/bin/sh\n./x\n", "last command .* must begin with exec"),
        ("#!/bin/sh\nexec ./x &&\n./y\n", "must begin with exec"),
        ("#!/bin/sh\nexecute x\n", "must begin with exec"),
        ("", "must begin with"),
        ("\n\n", "must begin with"),
        ("exec x\n", "must begin with #!"),
        (" #!/bin/sh\nexec x\n", "must begin with #!"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_template_that_makes_no_such_script_is_refused(tmp_path, name, text, why):
    (tmp_path / "templates").mkdir()
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "templates" / name).write_bytes(content)
    with pytest.raises(SettingsError, match=why) as refused:
        made(Templates(tmp_path), name, paths())
    assert str(refused.value).startswith("sample: ")
    assert name in str(refused.value)


def test_templates_are_copied_out_to_be_edited_and_what_is_there_is_left(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "run.j2").write_text("mine")
    ours_alone = ["log.run.j2", "maintenance.html.j2", "start.j2"]
    assert not_copied(tmp_path) == (ours_alone, ["run.j2"])
    copy_out(tmp_path, ours_alone)
    assert (tmp_path / "templates" / "run.j2").read_text() == "mine"
    theirs = (tmp_path / "templates" / "start.j2").read_text()
    assert [theirs] == [
        (place / "start.j2").read_text() for place in ours() if place.is_dir()
    ]
    assert not_copied(tmp_path) == ([], sorted([*ours_alone, "run.j2"]))


def test_templates_that_cannot_be_copied_out_are_refused(tmp_path):
    (tmp_path / "templates").write_text("no directory")
    with pytest.raises(Refused, match="templates cannot be filled"):
        copy_out(tmp_path, ["run.j2"])
