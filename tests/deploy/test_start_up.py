"""An operator who stops fab while it starts is left in silence, with nothing begun."""

import os
import signal
import subprocess
import sys

from tests.deploy.waiting import wait_for

FABFILE = """\
import pathlib, time
from deploy.tasks import Service, project
namespace = project(Service(name="x", deploy_to="/srv/x", start="./x", user="app"))
pathlib.Path("begun").touch()
time.sleep(60)
"""

HOSTLESS = """\
from deploy.tasks import Service, project
namespace = project(Service(name="x", deploy_to="/srv/x", start="./x", user="app"))
"""


def test_what_was_closed_before_fab_began_is_no_bug(tmp_path):
    """As cron jobs and daemons start programs."""
    (tmp_path / "fabfile.py").write_text(HOSTLESS)
    for task, status in (("settings", 0), ("status", 2)):
        fab = f"exec {sys.executable} -m fabric x.{task}"
        done = subprocess.run(
            ["sh", "-c", f"{fab} <&- >&- 2>said"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=60,
        )
        said = (tmp_path / "said").read_text()
        assert done.returncode == status, said
        assert ("has no hosts" in said) is (status == 2)
        assert "Traceback" not in said


def test_ctrl_c_while_the_fabfile_is_read_ends_in_silence(tmp_path):
    (tmp_path / "fabfile.py").write_text(FABFILE)
    process = subprocess.Popen(
        [sys.executable, "-m", "fabric", "x.status"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_for((tmp_path / "begun").exists, 60)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[0] == ""
    assert process.returncode == 1
