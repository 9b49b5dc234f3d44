"""What setup makes on a host, here for the test's own account."""

import stat

import pytest

from deploy.commands import setup
from deploy.shell import command


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_texts_of_the_commands(host):
    paths = host.paths
    ends = {
        "make_deploy_to": setup.directories(paths),
        "make_service_directory": setup.service_directory(paths),
        "install_scripts 'a run' 'a log'": setup.scripts(paths, "a run", "a log"),
        "link_service": setup.link(paths),
    }
    for end, made in ends.items():
        lines = made.text.splitlines()
        assert lines[-1] == end
        assert [line.split("=")[0] for line in lines[:4]] == [
            "user",
            "account",
            "deploy_to",
            "shared",
        ]
        assert "setup" in made.uses
    assert setup.secret(paths, "KEY", 5).text.endswith("/services/sample/env/KEY' 5")
    needs = setup.conditions(paths, ["KEY", "OTHER"]).text.splitlines()[-3:]
    assert needs[:2] == ["need_accounts", "need_one_supervisor"]
    assert needs[2].endswith("/services/sample/env' KEY OTHER")


def test_what_is_purged_has_to_be_the_users(host):
    host.release("20261123094501-1a2b3c4")
    refused = host.with_settings(user="nobody").send(
        setup.purge(host.with_settings(user="nobody").paths)
    )
    assert refused.status == 71
    assert "not to nobody; what is in it stays" in refused.sentence
    assert host.releases.exists()
    host.do(setup.purge(host.paths))
    assert not host.deploy_to.exists()


def test_a_link_leads_a_purge_to_nothing_of_another_account(host, tmp_path):
    elsewhere = host.deploy_to.rename(tmp_path / "elsewhere")
    host.deploy_to.symlink_to(elsewhere)
    nobodys = host.with_settings(user="nobody")
    assert nobodys.send(setup.purge(nobodys.paths)).status == 71
    assert (elsewhere / "shared").exists()


def test_a_command_of_the_project_runs_in_the_release_with_the_service_s_environment(
    host,
):
    manifest = host.release("20261123094501-1a2b3c4")
    host.current.symlink_to(f"releases/{manifest.release}")
    start = host.current / ".forklift" / "start"
    start.write_text('#!/bin/sh\nA=1; export A\nexec "$@"\n')
    start.chmod(0o755)
    (host.service / "env").mkdir(parents=True)
    (host.service / "env" / "KEY").write_text("s3cret")
    line = 'echo "$A $KEY $APPROOT"; pwd; cat'
    ended = host.do(setup.in_service(host.paths, line), payload=b"not its input")
    assert ended.out == ""
    inside = str(host.current.resolve())
    assert ended.err.splitlines() == [f"1 s3cret {inside}", inside]
    assert (
        "setuidgid www"
        in setup.in_service(
            host.with_settings(use_sudo=True, run_as="www").paths, line
        ).text
    )


def test_the_directories_are_made_and_made_again(host):
    fresh = host.with_settings(deploy_to=host.deploy_to.parent / "new/it's deep")
    for _ in range(2):
        fresh.do(setup.directories(fresh.paths))
        assert names(fresh.deploy_to) == ["releases", "shared"]


def test_an_account_that_is_missing_is_named(host):
    gone = host.with_settings(user="nobody-here")
    ended = host.send(setup.conditions(gone.paths, ()))
    assert ended.status == 71
    assert "useradd --create-home nobody-here" in ended.sentence


def test_a_link_is_not_taken_for_deploy_to(host):
    link = host.deploy_to.parent / "link"
    link.symlink_to(host.deploy_to)
    ended = host.send(setup.directories(host.with_settings(deploy_to=link).paths))
    assert (ended.status, ended.sentence) == (
        71,
        f"{link} is a link; deploy_to has to be a directory",
    )


def test_the_service_directory_lets_the_deploy_user_s_group_control_it(host):
    for _ in range(2):
        host.do(setup.service_directory(host.paths))
        assert names(host.service) == [
            "deploy_to",
            "down",
            "env",
            "log",
            "supervise",
        ]
        for each in (host.service / "supervise", host.service / "log" / "supervise"):
            assert mode(each) == 0o711
            for fifo in (each / "control", each / "ok"):
                assert stat.S_ISFIFO(fifo.lstat().st_mode)
                assert mode(fifo) == 0o620
        assert mode(host.service / "env") == 0o700
        assert mode(host.service / "log" / "main") == 0o2750


def test_a_service_that_was_supervised_before_gets_no_down_file(host):
    host.do(setup.service_directory(host.paths))
    (host.service / "down").unlink()
    (host.service / "supervise" / "status").touch()
    host.do(setup.service_directory(host.paths))
    assert not (host.service / "down").exists()


@pytest.mark.parametrize(
    "place", [".", "log", "env", "supervise", "log/supervise", "run", "log/run"]
)
def test_what_others_could_write_and_root_runs_is_taken_back(host, place):
    made = setup.service_directory(host.paths), setup.scripts(host.paths, "a", "b")
    host.do(*made)
    (host.service / place).chmod(0o777)
    host.do(*made)
    assert mode(host.service / place) & 0o022 == 0


@pytest.mark.parametrize(
    "text", ["#!/bin/sh\nexec x\n", "it's %s \\n $(id)\n日本語", ""]
)
def test_scripts_are_put_in_place_as_they_are(host, text):
    host.do(setup.service_directory(host.paths), setup.scripts(host.paths, text, text))
    for each in (host.service / "run", host.service / "log" / "run"):
        assert each.read_text() == text
        assert mode(each) == 0o755
    assert not list(host.service.glob("**/*.new"))


def test_a_script_that_is_there_already_is_not_written_again(host):
    host.do(setup.service_directory(host.paths), setup.scripts(host.paths, "a", "b"))
    before = (host.service / "run").stat().st_ino
    host.do(setup.scripts(host.paths, "a", "c"))
    assert (host.service / "run").stat().st_ino == before
    assert (host.service / "log" / "run").read_text() == "c"


@pytest.mark.parametrize(
    "content",
    ["s3cret", "two\nlines\n", "it's $(id)", "日本語", "", "-n", " x" * 50_000],
)
def test_a_secret_comes_to_the_service_as_it_was_given(host, content):
    given = content.encode()
    keeping = setup.secret(host.paths, "KEY", len(given))
    rest = command("cat")
    ended = host.do(
        setup.service_directory(host.paths), keeping, rest, payload=given + b"+"
    )
    assert ended.out == "+"
    assert mode(host.service / "env" / "KEY") == 0o600
    shown = (
        host.do(command("envdir", host.service / "env", "printenv", "-0", "KEY"))
        if content
        else None
    )
    assert shown is None or shown.out == content + "\0"


def test_a_secret_that_was_cut_off_on_its_way_is_not_kept(host):
    host.do(setup.service_directory(host.paths))
    host.do(setup.secret(host.paths, "KEY", 3), payload=b"old")
    ended = host.send(setup.secret(host.paths, "KEY", 6), b"s3c")
    assert ended.status == 70
    assert (host.service / "env" / "KEY").read_text() == "old"
    assert names(host.service / "env") == ["KEY"]


def test_all_secrets_that_nobody_gave_are_asked_for(host):
    asking = setup.conditions(host.paths, ["A", "KEY", "B"])
    told = "secrets that are not on this host yet: A KEY B; set them in your"
    assert host.send(asking).sentence.startswith(told)
    host.do(setup.service_directory(host.paths))
    host.do(setup.secret(host.paths, "KEY", 3), payload=b"old")
    ended = host.send(asking)
    assert ended.status == 71
    assert ": A B; set them" in ended.sentence
    host.do(setup.conditions(host.paths, ["KEY"]))
    host.do(setup.conditions(host.paths, ()))


def test_a_service_is_not_linked_over_another_s(host):
    scan = host.place(host.paths.service.scan_directory)
    ended = host.send(setup.link(host.paths))
    assert "there is no scan directory" in ended.sentence
    scan.mkdir()
    (scan / "sample").symlink_to("/elsewhere")
    ended = host.send(setup.link(host.paths))
    assert "leads to /elsewhere, which is another's" in ended.sentence
    (scan / "sample").unlink()
    (scan / "sample").mkdir()
    ended = host.send(setup.link(host.paths))
    assert ended.status == 71
    assert "is a directory of its own; take that service off first" in ended.sentence
    assert names(scan) == ["sample"]
