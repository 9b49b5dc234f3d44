"""docs/from-qudo.md maps all of Qudo's names, and what it says of ours is so."""

import argparse
import inspect
import re

import pytest

from tests.documents import ROOT
from worker import Handler, Hook, Job, Queue, Queues, options
from worker.desk import Desk
from worker.verbs import VERBS

PAGE = (ROOT / "docs" / "from-qudo.md").read_text()
WORDS = set(re.findall(r"[\w:]+", " ".join(re.findall(r"`([^`]+)`", PAGE))))
#: what stands in Qudo 0.0214, Qudo::Parallel::Manager 0.06, Qudo::Parallel::Worker 0.01, and TheSchwartz alone
QUDO = [
    "databases",
    "driver_class",
    "connect_options",
    "manager_abilities",
    "default_hooks",
    "default_plugins",
    "find_job_limit_size",
    "retry_seconds",
    "work_delay",
    "manager",
    "enqueue",
    "work",
    "work_once",
    "job_count",
    "exception_list",
    "job_status_list",
    "driver",
    "driver_for",
    "set_connection",
    "get_connection",
    "shuffled_databases",
    "can_do",
    "register_abilities",
    "has_abilities",
    "register_hooks",
    "unregister_hooks",
    "global_register_hooks",
    "register_plugins",
    "plugin",
    "call_hook",
    "reenqueue",
    "dequeue",
    "lookup_job",
    "find_job",
    "job_failed",
    "set_job_status",
    "enqueue_from_failed_job",
    "funcname_to_id",
    "funcid_to_name",
    "funcnames_to_ids",
    "arg",
    "uniqkey",
    "run_after",
    "priority",
    "suppress_job",
    "id",
    "func_id",
    "funcname",
    "retry_cnt",
    "grabbed_until",
    "arg_origin",
    "db",
    "job_start_time",
    "error",
    "completed",
    "is_completed",
    "abort",
    "is_aborted",
    "failed",
    "is_failed",
    "replace",
    "max_retries",
    "retry_delay",
    "grab_for",
    "work_safely",
    "Qudo::Hook",
    "load",
    "unload",
    "pre_enqueue",
    "serialize",
    "post_enqueue",
    "deserialize",
    "pre_work",
    "post_work",
    "Serialize::JSON",
    "Serialize::MessagePack",
    "Serialize::Storable",
    "Qudo::Plugin",
    "plugin_name",
    "register",
    "setup_dbs",
    "teardown_dbs",
    "test_master",
    "load_schema",
    "run_tests",
    "run_tests_mysql",
    "run_tests_innodb",
    "run_tests_sqlite",
    "add_child_job",
    "start_child_job",
    "max_workers",
    "min_spare_workers",
    "max_spare_workers",
    "max_request_par_child",
    "auto_load_worker",
    "admin",
    "admin_host",
    "admin_port",
    "debug",
    "rdbms",
    "user",
    "pass",
    "host",
    "use_innodb",
    "dry_run",
    "help",
    "coalesce",
    "find_job_with_coalescing_value",
    "find_job_with_coalescing_prefix",
    "declined",
    "permanent_failure",
    "insert_jobs",
    "grab_and_work_on",
    "work_until_done",
    "keep_exit_status_for",
    "schwartzmon",
    "thetop",
]


def test_every_name_of_qudos_and_the_schwartzs_is_mapped():
    assert [name for name in QUDO if name not in WORDS] == []


def test_every_flag_that_the_page_names_is_one():
    known = set()
    for _, arguments in VERBS.values():
        verb = argparse.ArgumentParser()
        arguments(verb)
        known |= set(re.findall(r"--[\w-]+", verb.format_help()))
    named = set(re.findall(r"--[a-z][\w-]+", PAGE))
    assert named - known - {"--help"} == set()


@pytest.mark.parametrize(
    ("of", "prefix"),
    [(Queue, r"queue\.(?!desk)"), (Desk, r"queue\.desk\."), (Job, r"job\.")],
    ids=["queue", "desk", "job"],
)
def test_every_method_of_ours_that_the_page_names_is_one(of, prefix):
    named = set(re.findall(rf"`{prefix}(\w+)", PAGE))
    fields = getattr(of, "__dataclass_fields__", {})
    assert named
    assert [
        name for name in named if not hasattr(of, name) and name not in fields
    ] == []


def test_every_setting_of_a_handler_that_the_page_names_is_one():
    rows = PAGE.split("| Qudo::Worker | here: `Handler` |")[1].split("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", rows)) - {
        "work",
        "set_job_status",
        "work_safely",
    }
    assert {"max_retries", "grab_for", "keep_result"} <= named
    assert [name for name in named if not hasattr(Handler, name)] == []


def test_hooks_queues_and_the_command_line_are_what_the_page_says():
    assert {"enqueue", "serialize", "deserialize", "work"} <= vars(Hook).keys()
    assert "hooks" in inspect.signature(Queue).parameters
    assert "retry_seconds" in inspect.signature(Queues).parameters
    said = options.parse(["setup", "--rdbms=mysql", "--db=q", "--user=u", "--pass=p", "--host=h", "--use_innodb", "--dry_run"])  # fmt: skip
    assert said.dry_run
