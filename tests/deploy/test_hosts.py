"""Hosts are names, or have roles; one does what is done once; the command line chooses among them."""

import pytest
from invoke.exceptions import Exit

from deploy import host_checks, hosts, tasks
from deploy.hosts import Host

WRONG = [
    ([Host("a"), "a"], "must name each host once"),
    ([Host("a b")], "must be host, user@host or user@host:port"),
    ([Host("a", primary=True), Host("b", primary=True)], "one primary host, not a and"),
    ([Host("a", primary=True, no_release=True)], "a as primary without a release"),
    ([Host("a", roles=["x y"])], "is a, whose roles number 1 must be letters"),
    ([Host("a", primary="chief")], "is a, whose primary must be true or false"),
    ([{"roles": ["web"]}], "or a host that has a name"),
    ([{"name": "a", "role": "web"}], "a host has name, roles, primary, no_release"),
    ([{"name": "a", "branch": "x"}], "branch cannot be said of one"),
    ([Host("a", env={"A B": 1})], "is a, whose env must have names of environment"),
    ([Host("a", start="a | b")], "is a, whose start must be one program"),
    ([Host("a", listen=["80"])], "is a, whose listen number 1 must be an address"),
    ([Host("a", facts={"rack": {}})], "is a, whose facts must hold texts"),
    ([Host("a", facts=["rack"])], "is a, whose facts must be a mapping"),
    ([Host("a", no_release=True, env={"A": 1})], "not give env to a, which gets no"),
    ([{"name": 5}], "must be host, user@host or user@host:port, not 5"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[w[1] for w in WRONG])
def test_a_host_that_cannot_be_is_refused(wrong, sentence):
    with pytest.raises(ValueError, match=r"(must|cannot|is) ") as refused:
        host_checks.hosts(wrong)
    assert sentence in str(refused.value)


def test_names_values_and_mappings_make_the_same_hosts():
    given = ["ann@a:22", Host("b", ("web",)), {"name": "b2", "roles": "web,db"}]
    assert host_checks.hosts(given) == (
        Host("ann@a:22"),
        Host("b", ("web",)),
        Host("b2", ("web", "db")),
    )
    assert host_checks.hosts("a,b") == (Host("a"), Host("b"))


def test_a_host_tells_what_it_is_for():
    assert str(Host("a")) == "a"
    assert str(Host("a", ("web", "db"), primary=True)) == "a (web, db, primary)"
    assert str(Host("a", no_release=True)) == "a (no release)"


def test_a_host_tells_what_it_has_of_its_own():
    made = Host("a", ("web",), env={"A": "1", "B": "2"}, facts={"rack": 3})
    assert str(made) == "a (web, env A=1 B=2, facts rack=3)"
    assert made.own == {"env": {"A": "1", "B": "2"}}
    assert Host("a", health_check="").own == {"health_check": ""}


def test_a_fabfile_that_says_of_one_host_what_holds_for_all_ends_with_a_sentence():
    with pytest.raises(Exit, match="it has no branch") as ended:
        tasks.Host("a", branch="x")
    assert ended.value.code == 2
    assert tasks.Host("a", ["web"], env={"A": 1}).roles == ["web"]


KNOWN = (Host("a"), Host("b", ("web",)), Host("c", ("web", "db"), primary=True))


def test_the_primary_is_who_was_declared_or_the_first_that_takes_part():
    assert hosts.primary(KNOWN, ["a", "b", "c"]) == "c"
    assert hosts.primary(KNOWN, ["b", "a"]) == "b"


def test_names_and_roles_choose_together():
    def names(*given):
        return [each.name for each in hosts.chosen(KNOWN, *given)]

    assert names((), ()) == ["a", "b", "c"]
    assert names(("a", "b"), ()) == ["a", "b"]
    assert names((), ("web",)) == ["b", "c"]
    assert names((), ("db", "other")) == ["c"]
    assert names(("b",), ("db",)) == []


def test_a_role_that_no_host_has_is_told_with_the_nearest():
    assert hosts.unknown_role(KNOWN, ["web", "db"]) == ""
    assert "no host has the role wbe; did you mean web?" in hosts.unknown_role(
        KNOWN, ["wbe"]
    )
    assert "there are db, web" in hosts.unknown_role(KNOWN, ["queue"])
    assert "there are none" in hosts.unknown_role([Host("a")], ["queue"])
