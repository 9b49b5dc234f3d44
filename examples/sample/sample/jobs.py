"""What the worker can do."""

from __future__ import annotations

from worker import Handler, Job


class Echo(Handler):
    """Print the message of the job."""

    max_retries = 2
    retry_delay = 10  # seconds

    def work(self, job: Job) -> None:
        print(job.arg["message"], flush=True)
