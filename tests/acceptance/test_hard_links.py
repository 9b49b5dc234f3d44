"""Deploys that share unchanged files with the release before."""

import pytest


@pytest.fixture
def linking(operator):
    """A service with a large file that is live on web1."""
    operator.write_fabfile(hard_links=True, linked_dirs=["log"], hosts=["web1"])
    operator.commit("one", **{"large": "x" * 10_000, "log/.keep": "", "gone": "x"})
    operator.ready()
    return operator


def test_a_change_is_sent_alone_and_the_rest_is_shared(linking):
    first = linking.current("web1")
    (linking.folder / "gone").unlink()
    linking.commit("two")
    said = linking.done(linking.task("deploy"))
    second = linking.current("web1")
    assert f"linking {second} to {first}" in said
    assert linking.version("web1") == "two"
    assert same_file(linking, "large", first, second)
    held = linking.on("web1", f"ls {linking.deploy_to}/current").split()
    assert "gone" not in held
    kept = linking.on("web1", f"cat {linking.deploy_to}/releases/{first}/VERSION")
    assert kept == "one"


def test_what_is_shared_cannot_be_written_to_by_its_account(linking):
    writing = f"echo more >>{linking.deploy_to}/current/large"
    assert linking.sandbox.hosts["web1"].run(writing, "app").returncode != 0


def test_a_file_that_was_written_to_is_not_shared(linking):
    current = f"{linking.deploy_to}/current"
    linking.on("web1", f"cd {current} && chmod u+w large && echo more >>large")
    linking.commit("two")
    result = linking.fab(linking.task("deploy"))
    assert result.returncode == 0, result.stderr
    assert "is not as it was made, so nothing is linked to it" in result.stderr
    assert "it gets the whole tree" in result.stderr
    assert linking.version("web1") == "two"
    assert linking.on("web1", f"cat {current}/large") == "x" * 10_000


def same_file(operator, name, *releases):
    places = " ".join(
        f"{operator.deploy_to}/releases/{each}/{name}" for each in releases
    )
    inodes = operator.on("web1", f"stat -c %i {places}").split()
    return len(set(inodes)) == 1
