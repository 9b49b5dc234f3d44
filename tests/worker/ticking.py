"""A periodic handler for the tests."""

from __future__ import annotations

import os

from tests.worker.jobs import note
from worker import handler


@handler(schedule="0 * * * *", time_zone="Asia/Tokyo")
def hourly(job):
    note(os.environ["NOTED"], job.arg["tick"])
