"""Files that are rendered for each host are the release's own: they come and go back with it."""

FILE = "conf/app.ini"


def rendered(operator, host):
    return operator.on(host, f"cat {operator.deploy_to}/current/{FILE}")


def test_rendered_files_are_made_for_each_host_and_go_back_with_their_release(operator):
    template = operator.folder / "templates" / "app.ini.j2"
    template.parent.mkdir()
    template.write_text("{{ host.name }} {{ facts.rack }} {{ service.env.NAME }}")
    hosts = [
        {"name": each, "facts": {"rack": n}} for n, each in enumerate(("web1", "web2"))
    ]
    operator.write_fabfile(
        hosts=hosts, rendered_files={FILE: "app.ini.j2"}, hard_links=True
    )
    operator.commit("one", **{FILE: "of the commit"})
    operator.ready()
    assert rendered(operator, "web1") == f"web1 0 {operator.name}"
    assert rendered(operator, "web2") == f"web2 1 {operator.name}"
    assert "live and verified already" in operator.done(operator.task("deploy"))

    template.write_text("other")
    operator.done(operator.task("deploy"))
    assert rendered(operator, "web2") == "other"
    operator.done(operator.task("rollback"))
    assert rendered(operator, "web2") == f"web2 1 {operator.name}"

    template.write_text("{{ facts.shelf }}")
    refused = operator.fab(operator.task("deploy"))
    assert refused.returncode == 2
    assert "the template app.ini.j2 cannot be rendered for web1: " in refused.stderr
    assert rendered(operator, "web1") == f"web1 0 {operator.name}"
