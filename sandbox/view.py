"""What a host sees of the machine: itself where a host is its own, the rest read-only.

Runs inside the host's mount namespace, so that the machine notices nothing and the kernel undoes
it when the host ends.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import socket
from pathlib import Path

from sandbox import accounts
from sandbox.plan import OWN, Plan

#: directories that the host may change as it likes: its changes live in memory
LAYERED = ("etc", "var", "root", "srv", "opt")
KERNELS_OWN = re.compile(r"/(proc|sys|dev)(/|$)")

READ_ONLY, REMOUNT, BIND, RECURSIVE = 0x1, 0x20, 0x1000, 0x4000
#: nosuid nodev noexec noatime nodiratime: the same bits in statvfs and in mount
KEPT = 0x2 | 0x4 | 0x8 | 0x400 | 0x800
#: hidden under another mount, or one user's own: then the host does not reach it either
UNREACHABLE = (errno.ENOENT, errno.EINVAL, errno.EACCES)


def enter(plan: Plan) -> None:
    """Turn this process's view of the machine into the host's."""
    resolver = Path("/etc/resolv.conf")
    nameservers = resolver.read_text() if resolver.exists() else ""
    machine = _mount_points()
    mount(plan.folder, plan.folder, flags=BIND)
    own = {f"/{path}": _opened(plan.own(path)) for path in OWN}
    visible = {str(path): _opened(path) for path in plan.visible}
    if plan.mariadb:
        for path in (str(plan.mariadb), "/run/mysqld"):
            visible[path] = _opened(plan.mariadb)
    for point in machine:
        _make_read_only(point)
    _layer(plan.folder / "layers")
    mount("tmpfs", "/run", "tmpfs", options="mode=755")
    mount("tmpfs", "/dev/shm", "tmpfs", options="mode=1777")  # noqa: S108 # its own
    for path, source in {**own, **visible}.items():
        _show(source, Path(path))
    os.chdir("/")
    Path("/run/sshd").mkdir()
    _name(plan, nameservers)


def mount(
    source: Path | str,
    target: Path | str,
    kind: str = "",
    flags: int = 0,
    options: str = "",
) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = (os.fsencode(word) for word in (source, target, kind))
    if libc.mount(*words, ctypes.c_ulong(flags), options.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot mount: {os.strerror(number)}", str(target))


def _mount_points() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = (line.split()[4].encode().decode("unicode_escape") for line in lines)
    return [point for point in points if not KERNELS_OWN.match(point)]


def _opened(path: Path) -> int:
    return os.open(path, os.O_PATH | os.O_DIRECTORY)


def _make_read_only(point: str) -> None:
    try:
        kept = os.statvfs(point).f_flag & KEPT
        mount("", point, flags=REMOUNT | BIND | READ_ONLY | kept)
    except OSError as error:
        if error.errno not in UNREACHABLE:
            raise


def _layer(layers: Path) -> None:
    layers.mkdir()
    mount("tmpfs", layers, "tmpfs", options="mode=755")
    os.chdir(layers)
    for name in LAYERED:
        if Path("/", name).is_dir():
            _overlay(name)


def _overlay(name: str) -> None:
    upper, work = Path(name, "upper"), Path(name, "work")
    upper.mkdir(parents=True)
    upper.chmod(Path("/", name).stat().st_mode & 0o7777)
    work.mkdir()
    options = f"lowerdir=/{name},upperdir={upper},workdir={work}"
    mount("overlay", f"/{name}", "overlay", options=options)


def _show(source: int, target: Path) -> None:
    # Debian's runit makes /etc/service a link
    if target.is_symlink():
        target.unlink()
    target.mkdir(parents=True, exist_ok=True)
    mount(f"/proc/self/fd/{source}", target, flags=BIND | RECURSIVE)
    os.close(source)


def _name(plan: Plan, nameservers: str) -> None:
    socket.sethostname(plan.name)
    Path("/etc/hostname").write_text(f"{plan.name}\n")
    Path("/etc/hosts").write_text(plan.hosts_file)
    # often a link into /run, where the host has nothing
    Path("/etc/resolv.conf").unlink(missing_ok=True)
    Path("/etc/resolv.conf").write_text(nameservers)
    accounts.install(Path("/etc"))
