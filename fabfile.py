"""The services of this project, and the tasks that fab offers for them: see fab --list."""

from deploy.tasks import PythonEnvironment, Service, project

common = {
    "hosts": ["hoge.host.h"],
    "user": "app",
    "repository": "git@hoge.host.h:/var/git/project/Sample",
    "branch": "master",
    "build": [PythonEnvironment()],
}

sample = Service(
    name="sample",
    deploy_to="/home/app/www/Sample",
    start="venv/bin/python -m sample.web",
    env={"PORT": "8080"},
    secrets=["QUEUE_URL"],
    **common,
)

worker = Service(
    name="worker",
    deploy_to="/home/app/www/Sample-Worker",
    start="venv/bin/python -m worker run sample.jobs",
    setup_commands=["venv/bin/python -m worker setup"],
    secrets=["QUEUE_URL"],
    **common,
)

# fab deploy restarts in this order: the worker knows the jobs of the old application, not the other way round
namespace = project(worker, sample)
