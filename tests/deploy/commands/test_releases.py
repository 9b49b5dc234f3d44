"""Release directories: filled, completed, switched to and removed."""

import io
import json
import os
import signal
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from shlex import quote

import pytest

from deploy.commands import releases, shared, source
from deploy.facts import HostFacts, Supervised
from deploy.release import Manifest, Release, read
from deploy.shell import Command, together
from deploy.supervisors import DAEMONTOOLS
from tests.deploy.waiting import wait_for

OLD, NEW = "20261123094501-1a2b3c4", "20261123094502-1a2b3c4"
MADE = Manifest(Release(NEW), "ready", "1a2b3c4d", "main", "ann's@desk")


def names(folder):
    """Without what a release is removed from."""
    every = (each.name for each in folder.iterdir())
    return sorted(each for each in every if not each.startswith(".gone"))


def leads(link):
    return str(link.readlink())


def tree(**files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpacking(host):
    return source.unpack(host.paths, NEW)


def test_the_texts_of_the_commands(host):
    paths, at = host.paths, f"'{host.deploy_to}".replace("it's", """it'"'"'s""")
    manifest = read(json.dumps({**host.release(NEW).__dict__}))
    texts = {
        f"sweep {at}/releases' {at}/current'": releases.sweep(paths),
        f"add_start {at}/releases/{NEW}' 'exec x'": releases.add_start(
            paths, NEW, "exec x"
        ),
        f"unpack {at}/releases/{NEW}' 0": source.unpack(paths, NEW),
    }
    abandoning = releases.abandon_on_failure(paths, MADE)
    assert (
        abandoning.text.splitlines()[-1] == f"abandon_on_failure {at}/releases/{NEW}'"
    )
    assert abandoning.uses == {"releases", "history"}
    for text, command in texts.items():
        assert (command.text, command.uses) == (text, {"releases"})
    pruning = releases.prune(paths, [OLD, NEW]).text.split(f"{at}/current' ")
    assert pruning[0] == f"prune {at}/releases' "
    assert pruning[1].endswith(f"/services/sample/running' {OLD} {NEW}")
    begun = """'{"release": "20261123094502-1a2b3c4", "state": "ready", "revision": "1a2b3c4d", "branch": "main", "operator": "ann'"'"'s@desk"'"""
    completing = releases.complete(paths, manifest)
    assert completing.text == f"complete {at}/releases/{NEW}' {begun}"
    marking = releases.mark(paths, manifest, "ready")
    assert marking.text == f"write_manifest {at}/releases/{NEW}' {begun}"


@pytest.mark.parametrize("verb", ["go_live", "revert", "switch_only", "switch_back"])
def test_the_text_of_what_publishes(host, verb):
    make = getattr(releases, verb)
    up = HostFacts(current=OLD, service=Supervised(up=True))
    command = make(host.paths, host.release(NEW), up)
    lines = command.text.splitlines()
    assert lines[:3] == [f"release={NEW}", f"previous={OLD}", "was=up"]
    assert lines[-1] == verb
    uses = {
        "confirm",
        "handover",
        "history",
        "publish",
        "releases",
        *DAEMONTOOLS.libraries,
    }
    assert command.uses == uses
    first = make(host.paths, host.release(OLD), HostFacts()).text
    assert "previous=''\nwas=down\n" in first


BEFORE = HostFacts(current=OLD)


def switching(host, make, before=OLD):
    facts = HostFacts(current=before)
    return make(host.paths, host.release(NEW), facts)


def test_a_switch_without_a_restart_goes_back_twice_over(host):
    host.release(OLD)
    host.do(point(host, OLD), switching(host, releases.switch_only))
    assert leads(host.current) == f"releases/{NEW}"
    back = releases.switch_back(host.paths, read_manifest(host), HostFacts(current=OLD))
    host.do(back, back)
    assert leads(host.current) == f"releases/{OLD}"
    assert [each["outcome"] for each in host.history()] == ["updated", "undone"]


def test_a_first_switch_that_goes_back_leaves_no_current(host):
    host.do(switching(host, releases.switch_only, None))
    host.do(releases.switch_back(host.paths, read_manifest(host), HostFacts()))
    assert not host.current.is_symlink()


@pytest.mark.parametrize("verb", ["go_live", "switch_only"])
@pytest.mark.parametrize("back", ["revert", "switch_back"])
def test_what_was_given_up_before_it_was_switched_to_stays_so(host, verb, back):
    """The way back can be here before the way there, which lost its client on its way."""
    host.release(OLD)
    host.do(point(host, OLD), switching(host, getattr(releases, back)))
    forth = getattr(releases, verb)(host.paths, read_manifest(host), BEFORE)
    ended = host.send(forth)
    assert ended.status == 75
    assert "was given up before it was switched to" in ended.sentence
    assert leads(host.current) == f"releases/{OLD}"


def test_what_never_was_switched_needs_no_way_back(host):
    host.release(OLD)
    host.do(point(host, OLD), switching(host, releases.revert))
    assert leads(host.current) == f"releases/{OLD}"
    assert not (host.deploy_to / "deploys.jsonl").exists()


def read_manifest(host):
    return read((host.releases / NEW / ".release.json").read_text())


def test_an_archive_becomes_a_release(host):
    content = tree(app=b"one", **{"it's a file": b"x" * 100_000})
    host.do(unpacking(host), payload=content)
    assert (host.releases / NEW / "app").read_bytes() == b"one"
    assert (host.releases / NEW / "it's a file").stat().st_size == 100_000
    assert names(host.releases) == [NEW]


@pytest.mark.parametrize("at", [20, 5_000, -1])
def test_an_archive_that_arrives_damaged_is_no_release(host, at):
    content = bytearray(tree(app=os.urandom(10_000)))
    sent = unpacking(host)
    content[at] ^= 1
    abandoning = releases.abandon_on_failure(host.paths, MADE)
    ended = host.send(together(abandoning, sent), bytes(content))
    assert ended.status == 70
    assert "archive" in ended.sentence
    assert names(host.releases) == []


@pytest.mark.parametrize("length", [0, 1, 20, 5_000, -9, -1])
def test_an_archive_that_was_cut_off_is_no_release(host, length):
    content = tree(app=os.urandom(10_000))
    abandoning = releases.abandon_on_failure(host.paths, MADE)
    ended = host.send(together(abandoning, unpacking(host)), content[:length])
    assert ended.status == 70
    assert names(host.releases) == []


def test_a_release_that_is_there_is_never_filled_again(host):
    host.release(NEW)
    content = tree(app=b"one")
    assert host.send(unpacking(host), content).status != 0
    assert not (host.releases / NEW / "app").exists()
    assert (host.releases / NEW / ".release.json").exists()


def test_a_release_is_abandoned_if_its_script_fails(host):
    begun = Command(f"mkdir {str(host.releases / NEW)!r}")
    noted = {"host": "web1", "phases": {"probe": 0.25}}
    abandoning = releases.abandon_on_failure(host.paths, MADE, noted)
    ended = host.send(together(abandoning, begun, Command("exit 9")))
    assert ended.status == 9
    assert names(host.releases) == []
    (line,) = host.history()
    assert (line["outcome"], line["host"]) == ("undone", "web1")
    assert line["reason"] == "its making ended with status 9"
    assert list(line["phases"]) == ["probe", "prepare"]


def test_a_release_is_abandoned_if_its_script_is_told_to_end(host, begin, until):
    begun = Command(f"mkdir {str(host.releases / NEW)!r}\nwhile :; do sleep 0.1; done")
    abandoning = releases.abandon_on_failure(host.paths, MADE)
    process = begin(together(abandoning, begun))
    until(lambda: (host.releases / NEW).exists())
    process.terminate()
    assert process.wait(5) == 143
    assert names(host.releases) == []


def test_a_release_that_is_complete_is_kept_whatever_follows(host):
    manifest = host.release(NEW, "ready")
    abandoning = releases.abandon_on_failure(host.paths, MADE)
    host.send(
        together(abandoning, releases.complete(host.paths, manifest), Command("false"))
    )
    assert host.state(manifest) == "ready"


def test_a_manifest_is_written_whole_and_read_again(host):
    manifest = replace(host.release(NEW), branch='it\'s "odd" $(id) `id` \\ 日本語 %s')
    host.do(releases.complete(host.paths, manifest))
    written = (host.releases / NEW / ".release.json").read_text()
    assert written.endswith('Z"}\n')
    found = read(written)
    assert found == replace(manifest, state="ready", at=found.at)
    assert found.at > manifest.at
    host.do(releases.mark(host.paths, manifest, "failed"))
    assert host.state(manifest) == "failed"
    assert sorted(names(host.releases / NEW)) == [".forklift", ".release.json"]


def test_a_release_s_part_of_starting_is_written_as_it_is(host):
    (host.releases / NEW).mkdir()
    text = "#!/bin/sh\necho 'it''s' \"$1\" %s \\n 日本語\n"
    host.do(releases.add_start(host.paths, NEW, text))
    start = host.releases / NEW / ".forklift" / "start"
    assert start.read_text() == text
    assert start.stat().st_mode & 0o777 == 0o755


def test_what_a_deploy_that_was_cut_off_has_left_is_swept(host):
    host.release(OLD)
    (host.releases / NEW / "half").mkdir(parents=True)
    (host.releases / f"{NEW}.fifo").touch()
    (host.releases / f"{NEW}.sum").touch()
    (host.releases / "20261123094501").mkdir()
    (host.releases / "notes").mkdir()
    host.current.symlink_to(f"releases/{OLD}")
    (host.deploy_to / "current.new.4711").symlink_to("releases/x")
    host.do(releases.sweep(host.paths))
    assert sorted(names(host.releases)) == ["20261123094501", OLD, "notes"]
    assert sorted(names(host.deploy_to)) == ["current", "releases", "shared"]


def test_a_manifest_that_a_full_disk_cut_off_is_not_left(host):
    made = host.release(OLD)
    torn = host.releases / OLD / ".release.json.new"
    torn.symlink_to("/dev/full")
    assert host.send(releases.mark(host.paths, made, "failed")).status != 0
    assert not torn.is_symlink()
    assert host.state(made) == "verified"
    torn.touch()
    host.do(releases.sweep(host.paths))
    assert not torn.exists()


def test_an_empty_host_is_swept(host):
    host.do(releases.sweep(host.paths))
    assert names(host.releases) == []


def point(host, to):
    place = str(host.current).replace("'", "'\"'\"'")
    return Command(f"point '{place}' releases/{to}", frozenset({"releases"}))


def test_current_leads_to_a_release_by_a_relative_link(host):
    host.release(OLD)
    host.release(NEW)
    host.do(point(host, OLD), point(host, NEW))
    assert leads(host.current) == f"releases/{NEW}"
    assert names(host.deploy_to).count("current") == 1
    assert not list(host.deploy_to.glob("current.new*"))


def test_current_is_never_led_to_what_is_no_complete_release(host):
    host.release(OLD)
    (host.releases / NEW).mkdir()
    host.do(point(host, OLD))
    for name in (NEW, "20261123094509-1a2b3c4"):
        assert host.send(point(host, name)).status != 0
        assert leads(host.current) == f"releases/{OLD}"


def test_current_that_is_a_directory_is_left_alone(host):
    host.release(NEW)
    host.current.mkdir()
    assert host.send(point(host, NEW)).status != 0
    assert host.current.is_dir()
    assert not host.current.is_symlink()
    assert names(host.current) == []


def test_a_reader_never_misses_current_while_it_is_switched(host, begin):
    host.release(OLD)
    host.release(NEW)
    host.do(point(host, OLD))
    one, other = point(host, NEW).text, point(host, OLD).text
    switching = begin(
        Command(
            f"tries=100\nwhile [ $tries -gt 0 ]; do {one}; {other}; tries=$((tries - 1)); done",
            frozenset({"releases"}),
        )
    )
    found = set()
    while switching.poll() is None:
        found.add(leads(host.current))
        assert (host.current / ".release.json").exists()
    assert switching.returncode == 0
    assert found == {f"releases/{OLD}", f"releases/{NEW}"}


def test_what_is_old_is_removed(host):
    for name in (OLD, NEW, "20261123094503-1a2b3c4"):
        host.release(name)
    host.do(point(host, NEW), releases.prune(host.paths, [OLD]))
    assert sorted(names(host.releases)) == [NEW, "20261123094503-1a2b3c4"]
    host.do(releases.prune(host.paths, []))


def test_what_is_gone_already_does_not_keep_the_rest_from_being_removed(host):
    host.release(OLD)
    host.release(NEW)
    host.do(
        point(host, NEW), releases.prune(host.paths, [OLD, OLD, "20261123094509-1"])
    )
    assert names(host.releases) == [NEW]


def test_current_is_never_pruned(host):
    host.release(OLD)
    host.do(point(host, OLD), releases.prune(host.paths, [OLD]))
    assert (host.current / ".release.json").exists()


def test_current_is_never_pruned_behind_links_above_it(host, tmp_path):
    host.release(OLD)
    (tmp_path / "link").symlink_to(host.deploy_to)
    linked = host.with_settings(deploy_to=tmp_path / "link")
    linked.do(point(host, OLD), releases.prune(linked.paths, [OLD]))
    assert (host.current / ".release.json").exists()


def test_a_release_with_a_name_that_only_begins_alike_is_pruned(host):
    host.release(OLD)
    host.release(OLD + "5")
    host.do(point(host, OLD + "5"), releases.prune(host.paths, [OLD]))
    assert names(host.releases) == [OLD + "5"]


@pytest.mark.parametrize("place", [".", "deep/er"])
def test_a_release_that_a_process_works_in_is_not_pruned(host, place):
    host.release(OLD)
    (host.releases / OLD / place).mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(["sleep", "60"], cwd=host.releases / OLD / place)
    try:
        host.do(releases.prune(host.paths, [OLD]))
        assert (host.releases / OLD / ".release.json").exists()
    finally:
        process.kill()
        process.wait()
    host.do(releases.prune(host.paths, [OLD]))
    assert names(host.releases) == []


def test_a_release_whose_program_runs_is_not_pruned(host):
    host.release(OLD)
    program = host.releases / OLD / "sleep"
    subprocess.run(["cp", "/bin/sleep", program], check=True)
    process = subprocess.Popen([program, "60"], cwd="/")
    try:
        host.do(releases.prune(host.paths, [OLD]))
        assert program.exists()
    finally:
        process.kill()
        process.wait()


def test_a_release_that_is_locked_is_not_pruned_whoever_s_the_process_is(host):
    """As the processes of another account are, which hide where they work."""
    host.release(OLD)
    locking = f"cd '{host.releases / OLD}'; exec 9<.; cd /; sleep 60 & flock -s 9; wait"
    locking = locking.replace("it's", """it'"'"'s""")
    process = subprocess.Popen(
        ["sh", "-c", locking], stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_for(lambda: locked(host.releases / OLD))
        process.kill()
        process.wait()
        # its child holds the lock on
        host.do(releases.prune(host.paths, [OLD]))
        assert (host.releases / OLD / ".release.json").exists()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
    wait_for(lambda: not locked(host.releases / OLD))
    host.do(releases.prune(host.paths, [OLD]))
    assert names(host.releases) == []


def locked(directory):
    return subprocess.run(["flock", "-n", directory, "true"]).returncode != 0


def test_a_release_that_was_noted_as_running_is_not_pruned_while_that_process_lives(
    host,
):
    host.release(OLD)
    host.service.mkdir(parents=True)
    process = subprocess.Popen(["sleep", "60"], cwd="/")
    note = f"{process.pid} {(host.releases / OLD).resolve()}\n"
    (host.service / "running").write_text(note)
    try:
        host.do(releases.prune(host.paths, [OLD]))
        assert (host.releases / OLD / ".release.json").exists()
    finally:
        process.kill()
        process.wait()
    host.do(releases.prune(host.paths, [OLD]))
    assert names(host.releases) == []


def test_nobody_waits_for_the_files_of_a_release_that_is_gone(host, tmp_path):
    host.release(OLD)
    go = tmp_path / "go"
    held_up = f'until [ -e {quote(str(go))} ]; do sleep 0.05; done; command rm "$@"'
    host.do(with_rm(host, held_up))
    assert names(host.releases) == []
    assert files(host.releases)
    go.touch()
    wait_for(lambda: not files(host.releases))


def test_files_that_could_not_be_removed_are_told_of_by_who_prunes_next(host):
    host.release(OLD)
    host.release(NEW)
    failing = with_rm(host, "echo 'Operation not permitted' >&2; false")
    host.do(failing)
    said = host.send(failing)
    assert said.status == 70
    assert "/releases/.gone.* could not be removed" in said.sentence
    assert "Operation not permitted" in said.err
    host.do(releases.sweep(host.paths))
    assert [each.parent.name for each in files(host.releases)] == [NEW]


def files(folder):
    # os.walk passes over what is removed while it looks, which Path.rglob does not
    return [
        Path(inside) / name for inside, _, names in os.walk(folder) for name in names
    ]


def with_rm(host, does):
    command = releases.prune(host.paths, [OLD])
    changed = command.text.replace("prune ", f"rm() {{ {does}; }}\nprune ", 1)
    return Command(changed, command.uses)


def test_the_texts_of_what_links_shared_places(host):
    linked = host.with_settings(linked_dirs=["it's a log"], linked_files=["a/b.yml"])
    making, links = (
        shared.make_directories(linked.paths),
        shared.link(linked.paths, NEW),
    )
    assert making.text.startswith("make_shared '/")
    assert [line.split()[0] for line in links.text.splitlines()] == ["link_shared"] * 2
    assert making.uses == links.uses == {"shared"}


def test_nothing_is_linked_where_nothing_is_shared(host):
    host.release(NEW)
    host.do(shared.make_directories(host.paths), shared.link(host.paths, NEW))
    assert names(host.shared) == []


def test_shared_places_are_linked_by_relative_links_at_any_depth(host):
    host.release(NEW)
    linked = host.with_settings(
        linked_dirs=["log", "tmp/it's deep/pids", "日本語"],
        linked_files=["config/db.yml", "-f"],
    )
    linked.do(shared.make_directories(linked.paths), shared.link(linked.paths, NEW))
    (host.shared / "tmp/it's deep/pids" / "1").write_text("one")
    found = {
        name: leads(host.releases / NEW / name)
        for name in ("log", "tmp/it's deep/pids", "config/db.yml", "-f", "日本語")
    }
    assert found == {
        "log": "../../shared/log",
        "tmp/it's deep/pids": "../../../../shared/tmp/it's deep/pids",
        "config/db.yml": "../../../shared/config/db.yml",
        "-f": "../../shared/-f",
        "日本語": "../../shared/日本語",
    }
    inside = host.releases / NEW / "tmp/it's deep/pids" / "1"
    assert inside.read_text() == "one"


def test_what_the_commit_had_is_replaced_by_the_link(host):
    host.release(NEW)
    (host.releases / NEW / "log" / "old").mkdir(parents=True)
    (host.releases / NEW / "db.yml").write_text("from the commit")
    (host.shared / "db.yml").write_text("shared")
    linked = host.with_settings(linked_dirs=["log"], linked_files=["db.yml"])
    linked.do(shared.make_directories(linked.paths), shared.link(linked.paths, NEW))
    assert names(host.shared / "log") == []
    assert (host.releases / NEW / "db.yml").read_text() == "shared"


def test_a_link_that_is_optional_is_made_where_its_file_is(host):
    host.release(NEW)
    (host.releases / NEW / "own.yml").write_text("from the commit")
    (host.shared / "there's.yml").write_text("shared")
    wanted = ["there's.yml?", "gone.yml?", "own.yml?"]
    linked = host.with_settings(linked_files=wanted)
    linked.do(shared.link(linked.paths, NEW))
    assert leads(host.releases / NEW / "there's.yml") == "../../shared/there's.yml"
    assert (host.releases / NEW / "own.yml").read_text() == "from the commit"
    assert not (host.releases / NEW / "gone.yml").is_symlink()


def test_a_shared_directory_that_leads_to_a_disk_that_is_missing_is_named(host):
    linked = host.with_settings(linked_dirs=["up"])
    (host.shared / "up").symlink_to("/mnt/not/mounted")
    host.release(NEW)
    ended = host.send(shared.make_directories(linked.paths))
    assert ended.status == 70
    assert ended.sentence.startswith(f"{host.shared}/up could not be made")
    assert ended.sentence.endswith("what it leads to is missing")


def test_what_is_shared_stays_as_it_is(host):
    linked = host.with_settings(linked_dirs=["log"])
    (host.shared / "log").mkdir()
    (host.shared / "log" / "line").write_text("kept")
    for name in (OLD, NEW):
        host.release(name)
        linked.do(
            shared.make_directories(linked.paths), shared.link(linked.paths, name)
        )
    assert (host.releases / NEW / "log" / "line").read_text() == "kept"


def test_a_link_of_the_commit_does_not_lead_out_of_the_release(host):
    host.release(NEW)
    (host.shared / "public" / "uploads").mkdir(parents=True)
    (host.shared / "public" / "uploads" / "photo").write_text("kept")
    (host.releases / NEW / "public").symlink_to("../../shared/public")
    linked = host.with_settings(linked_dirs=["public/uploads"])
    ended = linked.send(shared.link(linked.paths, NEW))
    assert ended.status == 71
    assert "public/uploads cannot be put there: a link of the commit" in ended.sentence
    assert (host.shared / "public" / "uploads" / "photo").read_text() == "kept"


def test_a_rendered_file_takes_the_place_of_the_commits_and_of_no_other_releases(host):
    host.release(OLD)
    host.release(NEW)
    old, new = (host.releases / each / "it's $(x)" for each in (OLD, NEW))
    old.write_text("of the commit")
    new.hardlink_to(old)
    name, text = "it's $(x)", "a 'b' $c\n\\n"
    host.do(shared.add_rendered(host.paths, NEW, name, text, 0o755))
    assert (new.read_text(), old.read_text()) == (text, "of the commit")
    assert new.stat().st_mode & 0o777 == 0o755
    host.do(shared.add_rendered(host.paths, NEW, "a/b/c", "", 0o644))
    assert (host.releases / NEW / "a" / "b" / "c").read_text() == ""


def test_a_rendered_file_does_not_leave_the_release(host, tmp_path):
    host.release(NEW)
    (tmp_path / "out").mkdir()
    (host.releases / NEW / "way").symlink_to(tmp_path / "out")
    ended = host.send(shared.add_rendered(host.paths, NEW, "way/x", "x", 0o644))
    assert (ended.status, "leads out of the release" in ended.sentence) == (71, True)
    assert list((tmp_path / "out").iterdir()) == []
