"""A web application under gunicorn that is deployed while its clients ask."""

from bench.web import APPLICATION, add_gunicorn
from bench.web_load import Load

PORT = 8000


def test_no_request_is_lost_during_a_deploy(operator):
    host = operator.sandbox.hosts["web1"].address
    operator.write_fabfile(
        hosts=["web1"],
        start="python3 -m gunicorn --workers 1 app:application",
        env={"PYTHONPATH": "lib"},
        health_check=f"http://{host}:{PORT}/",
        listen=[f"{host}:{PORT}"],
    )
    add_gunicorn(operator.folder)
    operator.commit("one", **{"app.py": APPLICATION})
    operator.ready()
    first, keeper = operator.current("web1"), operator.pid("web1")
    operator.commit("two")
    with Load((host, PORT)) as load:
        operator.done(operator.task("deploy"))
    second = operator.current("web1")
    assert load.lost == []
    assert {each.body for each in load.answers} == {first, second}
    assert load.answers[-1].body == second
    assert operator.pid("web1") == keeper
    noted = operator.on("web1", f"tail -n 1 {operator.service_directory}/running")
    assert noted.startswith(f"{keeper}.")
    assert noted.endswith(f"/{second}")
