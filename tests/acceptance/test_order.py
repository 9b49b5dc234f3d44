"""In which order fab deploy restarts several services, and in which they go back."""


def began(operator, name):
    """When the service's process was started, in hundredths of a second since the machine was."""
    pid = operator.pid("web1", name)
    return int(operator.on("web1", f"cut -d' ' -f22 /proc/{pid}/stat"))


def test_services_restart_in_the_order_of_the_fabfile_unless_they_have_another(
    operator,
):
    app, job = operator.write_pair(hosts=["web1"])
    operator.commit("one")
    operator.done(f"{app}.setup", f"{job}.setup")
    operator.done("deploy")
    assert began(operator, job) < began(operator, app)
    operator.commit("two")
    operator.done("deploy", **{f"FABRIC_{app.upper().replace('-', '_')}_ORDER": "-1"})
    assert began(operator, app) < began(operator, job)


def test_what_goes_back_goes_in_the_opposite_order(operator):
    app, job = operator.write_pair(hosts=["web1"])
    operator.commit("one")
    operator.done(f"{app}.setup", f"{job}.setup")
    operator.done("deploy")
    operator.commit("two")
    operator.on("web1", f"touch /tmp/die-{app}-two")
    assert operator.fab("deploy").returncode == 3
    assert began(operator, app) < began(operator, job)
