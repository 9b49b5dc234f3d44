"""What the operator declares: services and where they live. Frozen, and checked when made."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import PurePosixPath
from typing import Any, Union

from deploy import hook_checks, linked, values
from deploy import hosts as inventories
from deploy.errors import SettingsError
from deploy.hooks import Hook
from deploy.hosts import Host


@dataclass(frozen=True)
class PythonEnvironment:
    """A build step: a virtual environment in the release, with what *requirements* names.

    *directory* is where it lies in the release, *python* the host's interpreter that it is made
    with, *options* are given to pip.
    """

    requirements: str = "requirements.txt"
    directory: str = "venv"
    python: str = "python3"
    options: tuple[str, ...] = ()


Build = Union[str, PythonEnvironment]


def build_steps(value: Any) -> tuple[Build, ...]:
    parts = (value,) if isinstance(value, (str, PythonEnvironment)) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError("must be a list of commands")
    return tuple(
        _python_environment(part)
        if isinstance(part, PythonEnvironment)
        else values.some_text(part)
        for part in parts
    )


def _python_environment(given: PythonEnvironment) -> PythonEnvironment:
    checks: Mapping[str, Any] = {
        "requirements": values.relative_path,
        "directory": values.relative_path,
        "python": values.interpreter,
        "options": values.arguments,
    }
    try:
        for name, check in checks.items():
            check(getattr(given, name))
    except ValueError as error:
        raise ValueError(f"has a PythonEnvironment, and its {name} {error}") from None
    return replace(given, options=tuple(given.options))


def commands(value: Any) -> tuple[str, ...]:
    return values.texts((value,) if isinstance(value, str) else value)


def setting(meaning: str, check: Any, default: Any = MISSING) -> Any:
    return field(default=default, metadata={"meaning": meaning, "check": check})


@dataclass(frozen=True)
class Service:
    """One thing that is deployed and supervised: an application, or its worker."""

    name: str = setting(
        "The service's name: its fab namespace and its entry in the scan directory.",
        values.service_name,
    )
    deploy_to: PurePosixPath = setting(
        "The directory on each host that holds `releases`, `shared` and `current`.",
        values.absolute_path,
    )
    start: str = setting(
        "The program that the service runs, as a shell command in the release; it stays in the foreground.",
        values.program,
    )
    user: str = setting(
        "The Unix account that logs in and owns the releases.", values.account
    )
    hosts: tuple[Host, ...] = setting(
        "The machines, as ssh names them, `host`, `user@host` or `user@host:port`; or as `Host`s, with roles.",
        inventories.hosts,
        (),
    )
    inventory: str | Callable[[], Any] = setting(
        "Where more hosts stand: a YAML or JSON file, seen from the fabfile's folder, or a function that gives them.",
        values.text_or_function,
        "",
    )
    run_as: str = setting(
        "The account that the service runs as; empty means `user`.",
        values.optional_account,
        "",
    )
    repository: str = setting(
        "The git repository: a URL, or a path seen from the fabfile's folder.",
        values.repository,
        ".",
    )
    repo_tree: PurePosixPath = setting(
        "The directory of the repository that is deployed; `.` means all of it.",
        values.optional_relative_path,
        PurePosixPath(),
    )
    branch: str = setting(
        "What to deploy: a branch, tag or commit of the repository.",
        values.branch,
        "HEAD",
    )
    deploy_via: str = setting(
        "How the code comes to the hosts: `copy` archives one commit once and streams it to all, `git` lets each host fetch it into a mirror.",
        values.one_of("copy", "git"),
        "copy",
    )
    git_shallow_clone: int = setting(
        "How many commits of history the mirror of `git` fetches; 0 means all.",
        values.number,
        0,
    )
    forward_agent: bool = setting(
        "Whether hosts may use the operator's ssh agent while they fetch with `git`.",
        values.yes_or_no,
        False,
    )
    hard_links: bool = setting(
        "Whether a release shares unchanged files with the one before, so that `copy` sends the changed ones alone; the files of the commit are read-only then.",
        values.yes_or_no,
        False,
    )
    build: tuple[Build, ...] = setting(
        "Shell commands, or a `PythonEnvironment`, that finish a release on the host before it is used.",
        build_steps,
        (),
    )
    setup_commands: tuple[str, ...] = setting(
        "Shell commands that `setup` runs on each host in the current release, with the service's environment.",
        commands,
        (),
    )
    env: Mapping[str, str] = setting(
        "Environment variables of the service that may be read by anyone; they roll back with the release.",
        values.environment,
        (),
    )
    secrets: tuple[str, ...] = setting(
        "Names of environment variables that `setup` takes from the operator's environment and keeps on the host for the service alone.",
        values.variables,
        (),
    )
    secret_commands: Mapping[str, str] = setting(
        "Shell commands that print secrets on the operator's machine, for `setup` to ask where the environment has none: a password manager's, or `cat` of a file.",
        values.secret_commands,
        (),
    )
    linked_dirs: tuple[PurePosixPath, ...] = setting(
        "Directories of the release that are links into `shared`; made if missing.",
        values.relative_paths,
        (),
    )
    linked_files: tuple[linked.LinkedFile, ...] = setting(
        "Files of the release that are links into `shared`; they have to be there, but for those marked by a `?` at the end.",
        linked.linked_files,
        (),
    )
    copy_files: tuple[PurePosixPath, ...] = setting(
        "Files of the fabfile's folder that `setup` puts at the same path in `shared`, for the service's eyes alone.",
        values.relative_paths,
        (),
    )
    keep_releases: int = setting(
        "How many verified releases stay on a host, the current one among them.",
        values.count,
        5,
    )
    keep_failed: int = setting(
        "How many failed releases stay on a host, to be looked at.",
        values.number,
        1,
    )
    settle: float = setting(
        "Seconds that a new process has to stay up before it counts as up.",
        values.seconds,
        5.0,
    )
    stop_timeout: float = setting(
        "Seconds that the service may take to end after TERM.", values.seconds, 60.0
    )
    health_check: str = setting(
        "A shell command on the host, in the release, that exits with 0 once the service answers, or an `http://` address that is asked there; tried for `settle` seconds more.",
        values.text,
        "",
    )
    listen: tuple[str, ...] = setting(
        "Addresses that stay open across restarts: the program gets them as sockets, and a new process serves before the old one ends, so that no request is lost.",
        values.addresses,
        (),
    )
    order: int = setting(
        "The place of the service in `fab deploy`: those with lower numbers are switched and restarted first, those with the same in the order of `project()`.",
        values.place,
        0,
    )
    batch_size: str = setting(
        "How many hosts are switched, restarted and verified together: a number, or a percentage such as `25%`; empty means all.",
        values.batch_size,
        "",
    )
    batch_wait: float = setting(
        "Seconds between one batch of hosts and the next.", values.seconds, 0.0
    )
    max_fail_percentage: int = setting(
        "How many per cent of the hosts may fail once switching has begun: they go back by themselves and are named, the others go on.",
        values.percentage,
        0,
    )
    confirm_timeout: float = setting(
        "Seconds without a word from the operator's side after which a host that was switched goes back by itself, until the run has confirmed it; 0 means never.",
        values.seconds_from_3,
        0.0,
    )
    unreachable: str = setting(
        "What a run does about hosts that cannot be reached when it begins: `stop`, or `skip` them and name them at the end.",
        values.one_of("stop", "skip"),
        "stop",
    )
    notify_url: str = setting(
        "The environment variable, on the operator's machine, that holds the URL of a webhook: it is told when hosts begin to change, and how that ended.",
        values.optional_variable,
        "",
    )
    notify_command: str = setting(
        "A shell command on the operator's machine that is run at the same moments.",
        values.text,
        "",
    )
    hooks: tuple[Hook, ...] = setting(
        "What is done before and after phases and tasks, on the hosts or on the operator's machine.",
        hook_checks.hooks,
        (),
    )
    migrate: str = setting(
        "A shell command that a deploy runs once, on the primary host, when the release is complete everywhere and nothing is switched yet.",
        values.text,
        "",
    )
    reloads: bool = setting(
        "Whether the service reloads itself on HUP; `reload` refuses otherwise.",
        values.yes_or_no,
        False,
    )
    use_sudo: bool = setting(
        "Whether root owns the service directory, as it should; without it the scan directory is the user's own.",
        values.yes_or_no,
        True,
    )
    scan_directory: PurePosixPath = setting(
        "The directory that svscan looks at.",
        values.absolute_path,
        PurePosixPath("/etc/service"),
    )
    service_root: PurePosixPath = setting(
        "The directory that holds the service directories.",
        values.absolute_path,
        PurePosixPath("/var/lib/forklift"),
    )

    def __post_init__(self) -> None:
        problems = []
        for each in fields(self):
            try:
                made = each.metadata["check"](getattr(self, each.name))
            except ValueError as error:
                problems.append(f"{each.name} {error}")
            else:
                object.__setattr__(self, each.name, made)
        problems = problems or list(_crossed(self))
        if problems:
            raise SettingsError(
                "\n".join(f"{values.named(self.name)}: {each}" for each in problems)
            )

    @property
    def account(self) -> str:
        """The account that the service runs as."""
        return self.run_as or self.user


def _crossed(service: Service) -> Iterable[str]:
    both = set(service.env) & set(service.secrets)
    if both:
        yield f"{', '.join(sorted(both))} must stand in env or in secrets, not in both"
    unnamed = set(service.secret_commands) - set(service.secrets)
    if unnamed:
        yield f"secret_commands has {', '.join(sorted(unnamed))}, which must stand in secrets too"
    if not service.use_sudo and service.account != service.user:
        yield "run_as must be empty without use_sudo: only root can change accounts"
    if service.listen and service.reloads:
        yield "reloads must be off with listen: HUP hands the sockets over there, as restart does"
    if service.hard_links and service.deploy_via != "copy":
        yield "hard_links needs deploy_via copy"
    yield from _links(service)


def _links(service: Service) -> Iterable[str]:
    """Name the links that would be made through others: they would replace what is shared."""
    links = [*service.linked_dirs, *(each.path for each in service.linked_files)]
    for index, each in enumerate(links):
        if each.parts[0] in (".forklift", ".release.json"):
            yield f"{each} must not be linked: it belongs to forklift"
        above = [a for n, a in enumerate(links) if n != index and a in each.parents]
        above += links[:index].count(each) * [each]
        if above:
            yield f"{each} must not be linked: {above[0]} is linked already"


def names() -> list[str]:
    return [each.name for each in fields(Service)]


def refuse_unknown(service: str, given: Iterable[str]) -> None:
    """Raise SettingsError with the nearest name for each that is no setting."""
    wrong = [name for name in given if name not in names()]
    if wrong:
        raise SettingsError("\n".join(_unknown(service, name) for name in wrong))


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return *given* if it names settings only and all that have no default."""
    service = values.named(given.get("name", "a service"))
    refuse_unknown(service, given)
    missing = [
        each.name
        for each in fields(Service)
        if each.default is MISSING and each.name not in given
    ]
    if missing:
        raise SettingsError(f"{service}: {', '.join(missing)} must be set")
    return dict(given)


def made(name: str, value: Any) -> Any:
    """Make the value of a setting; raises ValueError with what it has to be."""
    check = Service.__dataclass_fields__[name].metadata["check"]
    return check(value)


def overridden(service: Service, given: Mapping[str, Any]) -> Service:
    """Make the service with what *given* says; None says nothing, and `env` says it by variable."""
    refuse_unknown(service.name, given)
    said = {name: each for name, each in given.items() if each is not None}
    if said.get("name", service.name) != service.name:
        raise SettingsError(f"{service.name}: its name cannot be overridden")
    if isinstance(said.get("env"), Mapping):
        variables = {k: v for k, v in said["env"].items() if v is not None}
        said["env"] = {**service.env, **variables}
    return replace(service, **said)


def _unknown(service: str, name: str) -> str:
    near = difflib.get_close_matches(str(name), names(), 1)
    hint = f"did you mean {near[0]}?" if near else "docs/settings.md has them all"
    return f"{service}: there is no setting {values.named(name)}; {hint}"
