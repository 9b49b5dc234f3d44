"""What tells one supervisor from another: its programs, its words in templates, the libraries that drive it. Pure."""

from __future__ import annotations

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
    pgrphack="pgrphack",
    setuidgid="setuidgid",
    logger="multilog t s1000000 n10 ./main",
    libraries=frozenset(
        {"supervise", "supervisors/daemontools", "supervisors/djb_status"}
    ),
)
