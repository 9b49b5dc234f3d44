"""A page that a web server can show in place of a service, on every host, until it is taken away."""


def test_a_page_is_put_and_taken_away_each_twice_in_a_row(operator):
    page = f"{operator.deploy_to}/shared/maintenance.html"
    refused = operator.fab(operator.task("maintenance.on"))
    assert refused.returncode == 2
    assert f"web3: there is no {operator.deploy_to}/shared; run setup" in refused.stderr
    hosts = operator.sandbox.hosts
    for host in hosts:
        operator.on(host, f"mkdir -p {operator.deploy_to}/shared")
        operator.on(host, f"chown -R app {operator.deploy_to}")
    on = operator.task("maintenance.on")
    operator.done(on)
    said = operator.done(on, "--reason", "<b>it's</b> new disks", "--until", "noon")
    assert f"it is shown until: fab {operator.name}.maintenance.off" in said
    for host in hosts:
        shown = operator.on(host, f"cat {page}; stat -c '%a %U' {page}")
        assert "down for &lt;b&gt;it&#39;s&lt;/b&gt; new disks." in shown
        assert "back noon." in shown
        assert shown.endswith("644 app")
    told = operator.fab(operator.task("status")).stderr
    assert f"web3: the maintenance page is up, until: fab {on[:-2]}off" in told
    for _ in range(2):
        operator.done(operator.task("maintenance.off"))
        for host in hosts:
            operator.on(host, f"test ! -e {page}")
    assert "page" not in operator.fab(operator.task("status")).stderr


def test_a_project_has_a_page_of_its_own(operator):
    templates = operator.folder / "templates"
    templates.mkdir()
    (templates / "maintenance.html.j2").write_text("{{ service.name }}: {{ reason }}")
    said = operator.fab("--dry", operator.task("maintenance.on"), "--reason", "disks")
    assert f"'{operator.name}: disks'" in said.stdout
    (templates / "maintenance.html.j2").write_text("{{ nobody }}")
    refused = operator.fab(operator.task("maintenance.on"))
    assert refused.returncode == 2
    assert "the template maintenance.html.j2 cannot be rendered" in refused.stderr
