"""Sample and its worker: one repository, two services. See fab --list."""

from deploy.tasks import PythonEnvironment, Service, project

common = {
    "user": "app",
    "hosts": ["hoge.host.h"],
    # vendor/ holds the wheels: the hosts need no package index
    "build": [PythonEnvironment(options=("--no-index", "--find-links", "vendor"))],
    # taken from your environment by setup, kept on the hosts for the service alone
    "secrets": ["QUEUE_URL"],
}

sample = Service(
    name="sample",
    deploy_to="/home/app/www/Sample",
    start="venv/bin/python -m sample.web",
    env={"PORT": 8080},
    **common,
)

worker = Service(
    name="worker",
    deploy_to="/home/app/www/Sample-Worker",
    start="venv/bin/python -m worker run sample.jobs",
    setup_commands=["venv/bin/python -m worker setup"],
    reloads=True,
    **common,
)

# fab deploy restarts in this order: the worker knows the jobs of the old application, not the other way round
namespace = project(worker, sample)
