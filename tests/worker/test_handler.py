import sys

import pytest

from tests.worker import jobs
from worker import BadHandler, Handler, Job, handler
from worker.handler import name_of
from worker.loading import load
from worker.offer import offer
from worker.register import Register


def test_a_module_gives_all_its_handlers_and_a_name_one():
    register = load(["tests.worker.jobs"])
    names = {each.name for each in register}
    assert {"tests.worker.jobs.Echo", "tests.worker.jobs.give_up"} <= names
    assert "worker.handler.Handler" not in names
    assert [each.name for each in load(["tests.worker.jobs:Echo"])] == [
        "tests.worker.jobs.Echo"
    ]


def test_a_job_never_makes_a_worker_import_anything():
    register = load(["tests.worker.jobs:Echo"])
    assert register.get("tests.worker.jobs.Note") is None
    assert register.get("os.system") is None


@pytest.mark.parametrize(
    ("source", "name", "sentence"),
    [
        ("", "no_such_module", "cannot import no_such_module"),
        ("import no_such_thing", "broken", "No module named 'no_such_thing'"),
        ("1 / 0", "raising", "importing raising raised ZeroDivisionError"),
        (
            "",
            "sample/jobs.py:Echo",
            "sample/jobs.py is a file; name its module: sample.jobs",
        ),
        ("x = 1", "empty", "no handler stands in empty"),
        ("x = 1", "named:Echo", "named has no handler named Echo"),
        ("x = 1", "named_value:x", "has no handler named x"),
        (
            "from worker import Handler\nclass A(Handler):\n max_retries = -1\n def work(self, job): 0",
            "negative",
            "max_retries is -1; it must be at least 0",
        ),
        (
            "from worker import Handler\nclass A(Handler):\n async def work(self, job): 0",
            "class_async",
            "class_async.A is async or a generator",
        ),
        (
            "from worker import handler\n@handler\ndef f(job): yield",
            "yields",
            "yields.f is async or a generator, so calling it would run nothing",
        ),
        (
            "raise SystemExit(0)",
            "leaving",
            "importing leaving raised SystemExit at leaving.py:1",
        ),
        (
            "x = (",
            "unclosed",
            "importing unclosed raised SyntaxError: '.*unclosed.py, line 1",
        ),
        (
            "from worker import Handler\nclass A(Handler):\n def __init__(self, x): 0\n def work(self, job): 0",
            "wanting",
            "wanting.A cannot be made without arguments: TypeError",
        ),
        (
            "from worker import Handler, Hook\nclass A(Handler):\n hooks = (Hook())\n def work(self, job): 0",
            "hooked",
            "hooked.A.hooks must be a list of hooks",
        ),
        (
            "from worker import Handler, handler\n@handler\nclass A(Handler):\n def work(self, job): 0",
            "twofold",
            "a class is a handler by itself",
        ),
        (
            "from worker import handler\n@handler(schedule=5)\ndef f(job): 0",
            "scheduled",
            "scheduled.f.schedule must be a text",
        ),
        *(
            (
                f"from worker import handler\n@handler({setting}=float('{number}'))\ndef f(job): 0",
                f"number_{setting}_{number}",
                f"{setting} is {number}; it must be at {bound}",
            )
            for setting, number, bound in (
                ("keep_result", "inf", "most 3155760000"),
                ("grab_for", "inf", "most 3155760000"),
                ("timeout", "nan", "least 0"),
                ("coalesce_limit", "inf", "most 1000000"),
            )
        ),
    ],
)
def test_what_cannot_be_loaded_is_a_sentence(
    tmp_path, monkeypatch, source, name, sentence
):
    monkeypatch.syspath_prepend(tmp_path)
    module = name.partition(":")[0]
    if source:
        (tmp_path / f"{module}.py").write_text(source)
    with pytest.raises(BadHandler, match=sentence):
        load([name])
    sys.modules.pop(module, None)


def test_a_base_class_that_is_abstract_is_no_handler(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "based.py").write_text(
        "import abc\n"
        "from worker import Handler\n"
        "class Base(Handler, abc.ABC):\n"
        "    def work(self, job): self.step()\n"
        "    @abc.abstractmethod\n"
        "    def step(self): ...\n"
        "class Step(Base):\n"
        "    def step(self): ...\n"
    )
    assert [each.name for each in load(["based"])] == ["based.Step"]
    sys.modules.pop("based")


@pytest.mark.parametrize("thing", [lambda job: job, 42, None, int])
def test_what_is_no_handler_is_refused_with_what_to_do(thing):
    for use in (lambda: offer(thing, {}), lambda: Register([thing])):
        with pytest.raises(BadHandler, match="is no handler: subclass Handler, or pu"):
            use()


def test_a_function_with_settings_is_a_handler_and_still_a_function():
    assert jobs.give_up.max_retries == 1
    assert jobs.give_up.retry_delay == 0

    @handler
    def double(job):
        return job.arg * 2

    assert double(Job(id=1, handler="x", arg=21)) == 42


def test_an_unknown_setting_of_a_handler_is_refused():
    with pytest.raises(BadHandler, match="no setting 'max_retry'"):
        handler(max_retry=3)(lambda job: job)


def test_a_handler_can_be_tried_without_a_queue(capsys):
    jobs.Echo().work(Job(id=1, handler="Echo", arg={"message": "hi"}))
    assert capsys.readouterr().out == "hi\n"


def test_a_handlers_name_is_its_import_path():
    assert name_of(jobs.Echo) == name_of(jobs.Echo()) == "tests.worker.jobs.Echo"
    assert name_of(jobs.give_up) == "tests.worker.jobs.give_up"
    assert name_of("sample.jobs.Echo") == "sample.jobs.Echo"
    assert issubclass(jobs.Echo, Handler)
