"""Hosts with roles, of which some get no release, declared in the fabfile or in an inventory."""

import json

from tests.acceptance.test_hooks import times

TOLD = "echo at $FORKLIFT_WHEN ${FORKLIFT_RELEASE:+release}"


def declare(operator, **settings):
    """Write a fabfile in which web1 is a cache, and web3 the primary of the others."""
    hosts = [
        {"name": "web1", "roles": ["cache"], "no_release": True},
        {"name": "web2", "roles": ["web", "blue"]},
        {"name": "web3", "roles": ["web"], "primary": True},
    ]
    operator.write_fabfile(**{"hosts": hosts, **settings})


def test_a_host_without_a_release_has_hooks_of_its_roles_alone(operator):
    hooks = [
        {"run": TOLD, "before": "publish"},
        {"run": TOLD, "after": "verify", "roles": ["cache", "blue"]},
    ]
    declare(operator, hooks=hooks, migrate="echo at migrate")
    operator.done(operator.task("setup"))
    said = operator.done(operator.task("deploy"))
    assert sorted(times(said)) == [
        ("web1", "after verify release"),
        ("web2", "after verify release"),
        ("web2", "before publish release"),
        ("web3", "before publish release"),
        ("web3", "migrate"),
    ]
    operator.on("web1", f"test ! -e {operator.deploy_to}")
    assert operator.version("web2") == operator.version("web3") == "one"

    hooks = [
        {"run": "test $FORKLIFT_HOST != web1", "after": "verify", "roles": "cache"}
    ]
    declare(operator, hooks=hooks)
    operator.commit("two")
    failed = operator.fab(operator.task("deploy"))
    assert failed.returncode == 3
    assert failed.stderr.count("web1: hook after verify: test") == 1
    assert operator.version("web2") == operator.version("web3") == "one"


def test_roles_choose_hosts_and_one_that_nobody_has_is_refused(operator):
    declare(operator)
    operator.done(operator.task("setup"), "--roles", "blue")
    operator.on("web2", f"test -d {operator.deploy_to}")
    operator.on("web3", f"test ! -e {operator.deploy_to}")
    for words, sentence in (
        (("--roles", "bleu"), "no host has the role bleu; did you mean blue?"),
        (("--roles", "cache"), "web1 would get no release"),
    ):
        refused = operator.fab(operator.task("status"), *words)
        assert refused.returncode == 2
        assert sentence in refused.stderr
    only = operator.fab("-H", "web3", operator.task("status"), "--roles", "blue")
    assert (only.returncode, "none of web3 has such a role" in only.stderr) == (2, True)


def test_more_hosts_stand_in_an_inventory(operator):
    inventory = operator.folder / "hosts.json"
    inventory.write_text(json.dumps(["web1", {"name": "web3", "roles": ["blue"]}]))
    declare(operator, hosts=["web2"], inventory="hosts.json")

    def asked():
        status = operator.fab(operator.task("status"), "--json")
        return list(json.loads(status.stdout)["hosts"])

    assert asked() == ["web2", "web1", "web3"]
    told = json.loads(operator.done(operator.task("settings"), "--json"))["hosts"]
    blue = {"name": "web3", "roles": ["blue"]}
    assert told == {"value": ["web2", "web1", blue], "from": "fabfile, inventory"}
    fabfile = operator.folder / "fabfile.py"
    text = fabfile.read_text()
    function = "def machines():\n    return ['web3']\n"
    fabfile.write_text(function + text.replace("'hosts.json'", "machines"))
    assert asked() == ["web2", "web3"]
    fabfile.write_text(text.replace("'hosts.json'", "lambda: 1 / 0"))
    refused = operator.fab(operator.task("status"))
    assert refused.returncode == 2
    assert "the inventory <lambda> raised ZeroDivisionError" in refused.stderr
    for content, sentence in (
        (
            '["web2"]',
            "hosts must name each host once, and web2 stands there twice, in the inventory hosts.json",
        ),
        (
            '{"a": 1}',
            "hosts must be a list of hosts, not a mapping, in the inventory hosts.json",
        ),
        ("[", "the inventory hosts.json cannot be read"),
    ):
        inventory.write_text(content)
        fabfile.write_text(text)
        refused = operator.fab(operator.task("status"))
        assert (refused.returncode, sentence in refused.stderr) == (2, True)
    inventory.unlink()
    assert "cannot be found" in operator.fab(operator.task("status")).stderr
