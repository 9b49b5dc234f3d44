"""Prepare a host for a service, as root: directories, the service directory, its place in the scan directory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from deploy.paths import Paths
from deploy.shell import Command, Word, command, let, together


def conditions(paths: Paths, secrets: Iterable[str]) -> Command:
    """Refuse, before anything is made, what cannot work; of these *secrets* the host has to have its own."""
    kept = command("need_secrets", paths.env, *secrets)
    needs = ("need_accounts", "need_one_supervisor", kept.text)
    return together(_names(paths), *(_called(paths, each) for each in needs))


def directories(paths: Paths) -> Command:
    return together(_names(paths), _called(paths, "make_deploy_to"))


def service_directory(paths: Paths) -> Command:
    return together(_names(paths), _called(paths, "make_service_directory"))


def scripts(paths: Paths, run: str, log_run: str) -> Command:
    """Put `run` and `log/run` in place, if they are not there already."""
    put = command("install_scripts", run, log_run)
    return together(_names(paths), _called(paths, put.text))


def secret(paths: Paths, name: str, size: int) -> Command:
    """Keep the next *size* bytes of standard input for envdir, readable by root alone."""
    return command("put_secret", paths.env / name, size, uses="setup")


def unkept(value: bytes, limit: int | None = None) -> str:
    """Say why envdir would not give a secret back as it is; empty if it would."""
    if limit is not None and len(value) > limit:
        return f"is longer than {limit} bytes"
    if not value:
        return "is empty, which takes the variable away"
    if b"\0" in value:
        return "holds a NUL character"
    # envdir(8): "removing any spaces and tabs at the end"
    return "ends with a space or tab" if value[-1:] in b" \t" else ""


def shared_file(paths: Paths, name: PurePosixPath, size: int) -> Command:
    """Keep the next *size* bytes of standard input in `shared`, for the deploy user and the service."""
    putting = command("put_shared", paths.shared / name, size, uses="setup")
    return together(_names(paths), putting)


def drop_other_secrets(paths: Paths) -> Command:
    """Remove the secrets that the service had once and no longer names."""
    names = paths.service.secrets
    return command("drop_other_secrets", paths.env, *names, uses="setup")


def link(paths: Paths) -> Command:
    """Let the scanner see the service, and wait until it does."""
    return together(_names(paths), _called(paths, "link_service"))


def unlink(paths: Paths) -> Command:
    """End the service, then its log service, and what supervises both; the scanner forgets it."""
    patience = round(paths.service.stop_timeout)
    return together(_names(paths), _removal(paths, "unlink_service", patience))


def purge(paths: Paths) -> Command:
    """Remove the service directory, and of deploy_to what forklift made there."""
    names = (each.name for each in paths.own())
    places: list[Word] = [paths.service_directory, paths.deploy_to, *names]
    purging = _removal(paths, "purge_service", *places)
    return together(let(user=paths.service.user), purging)


def in_service(paths: Paths, line: str) -> Command:
    """Run a shell command in the current release, as the service's account, in its environment."""
    entering, started = beside_service(paths, line)
    return together(entering, Command(f"{started.text} </dev/null >&2"))


def beside_service(paths: Paths, line: str) -> tuple[Command, Command]:
    """Enter the current release as `run` does, and start a shell command as the service is started."""
    account, words = paths.service.account, paths.service.supervised_by
    given: list[Word] = [*words.envdir.split(), paths.env]
    if paths.service.use_sudo:
        given += [*words.setuidgid.split(), account]
    entering = together(
        command("cd", paths.current),
        # one release for all that runs here
        Command('APPROOT=$(pwd -P) && export APPROOT && cd "$APPROOT"'),
        Command(f"HOME=~{account} USER={account} LOGNAME={account}"),
        Command("export HOME USER LOGNAME"),
    )
    return entering, command(*given, "./.forklift/start", "sh", "-c", line)


def _names(paths: Paths) -> Command:
    supervisor = paths.service.supervised_by
    return let(
        user=paths.service.user,
        account=paths.service.account,
        deploy_to=paths.deploy_to,
        shared=paths.shared,
        service=paths.service_directory,
        scan_directory=paths.service.scan_directory,
        scan_entry=paths.scan_entry,
        scan_package=supervisor.scan_package,
        start_scanner=supervisor.start_scanner,
    )


def _called(paths: Paths, name: str) -> Command:
    return Command(name, paths.service.supervised_by.libraries | {"setup"})


def _removal(paths: Paths, *words: Word) -> Command:
    uses = paths.service.supervised_by.libraries | {"removal"}
    return Command(command(*words).text, uses)
