"""What tells one supervisor from another: its programs, its words in templates, the libraries that drive it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Supervisor:
    """One of the programs that start services, start them anew and keep their logs."""

    #: the Debian package that has its programs
    package: str
    #: the Debian package that has the scanner started with the machine
    scan_package: str
    #: keeps one service up
    supervise: str
    #: finds services in the scan directory
    scanner: str
    #: the command that starts the scanner
    start_scanner: str
    #: the command that brings a service up that was down
    bring_up: str
    #: programs that a host has to have
    tools: tuple[str, ...]
    #: runs a program with the environment that a directory of files holds
    envdir: str
    #: the most bytes that it gives back of a file; none where it gives all
    envdir_limit: int | None
    #: runs a program in a process group of its own; empty where each service has one
    pgrphack: str
    #: runs a program as another account
    setuidgid: str
    #: keeps what it reads in the directory main, each line with its time
    logger: str
    #: the shell libraries that drive it
    libraries: frozenset[str]


DAEMONTOOLS = Supervisor(
    package="daemontools",
    scan_package="daemontools-run",
    supervise="supervise",
    scanner="svscan",
    start_scanner="systemctl start daemontools-run (or svscanboot)",
    bring_up="svc -u",
    tools=("svc", "svok", "svstat", "multilog", "setuidgid", "envdir", "tai64nlocal"),
    envdir="envdir",
    envdir_limit=None,
    pgrphack="pgrphack",
    setuidgid="setuidgid",
    logger="multilog t s1000000 n10 ./main",
    libraries=frozenset(
        {"supervise", "supervisors/daemontools", "supervisors/djb_status"}
    ),
)

RUNIT = Supervisor(
    package="runit",
    scan_package="runit-run",
    supervise="runsv",
    scanner="runsvdir",
    start_scanner="systemctl start runit (or runsvdir -P on the scan directory)",
    bring_up="sv up",
    tools=("sv", "svlogd", "chpst"),
    envdir="chpst -e",
    envdir_limit=None,
    pgrphack="chpst -P",
    setuidgid="chpst -u",
    logger="svlogd -tt ./main",
    libraries=frozenset({"supervise", "supervisors/runit", "supervisors/djb_status"}),
)

S6 = Supervisor(
    package="s6",
    scan_package="s6",
    supervise="s6-supervise",
    scanner="s6-svscan",
    start_scanner="s6-svscan on the scan directory, now and at boot",
    bring_up="s6-svc -u",
    tools=(
        *("s6-svc", "s6-svscanctl", "s6-svstat", "s6-log"),
        *("s6-setuidgid", "s6-envdir", "s6-tai64nlocal"),
    ),
    envdir="s6-envdir",
    # as of 2.11; its option -L, which lifts the limit, gives nothing at all there
    envdir_limit=4095,
    pgrphack="",
    setuidgid="s6-setuidgid",
    logger="s6-log t s1000000 n10 ./main",
    libraries=frozenset({"supervise", "supervisors/s6"}),
)

#: by the value of the setting
SUPERVISORS: Mapping[str, Supervisor] = {
    "daemontools": DAEMONTOOLS,
    "runit": RUNIT,
    "s6": S6,
}
