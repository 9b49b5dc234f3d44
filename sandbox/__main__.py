"""Start a sandbox in the foreground and say how to reach it: python -m sandbox [--hosts N]."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from sandbox.errors import SandboxError
from sandbox.sandbox import Sandbox


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Throwaway hosts on this machine."
    )
    parser.add_argument(
        "--hosts", type=int, default=1, metavar="N", help="how many: web1 … webN"
    )
    parser.add_argument(
        "--no-mariadb", action="store_true", help="start faster, without MariaDB"
    )
    asked = parser.parse_args(words)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        serve(tuple(f"web{n}" for n in range(1, asked.hosts + 1)), not asked.no_mariadb)
    except KeyboardInterrupt:
        return 0
    except SandboxError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


def serve(hosts: Sequence[str], mariadb: bool) -> None:
    """Keep a sandbox until a signal comes."""
    with Sandbox(hosts, mariadb) as sandbox:
        print(*introduction(sandbox), sep="\n", flush=True)
        signal.pause()


def introduction(sandbox: Sandbox) -> list[str]:
    log_in = [f"  ssh -F {sandbox.ssh_config} {name}" for name in sandbox.hosts]
    tasks = [
        f"  fab -S {sandbox.ssh_config} …",
        "or, once in the folder of a fabfile,",
        f"  echo ssh_config_path: {sandbox.ssh_config} >fabric.yaml",
    ]
    data = (
        [f"  mariadb -u root -S {sandbox.mariadb.socket}"]
        if sandbox.has_mariadb
        else []
    )
    limits = [f"Note: {sandbox.limits}."] if sandbox.limits else []
    return ["Reach it by", *log_in, *tasks, *data, *limits, "End it with Ctrl-C."]


if __name__ == "__main__":
    sys.exit(main())
