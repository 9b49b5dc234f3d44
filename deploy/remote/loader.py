"""Under which command line a script begins, and as whom. The script's text follows on standard input."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.remote.transcript import SENTENCE
from deploy.shell import WHOLE, command, quote

#: exit statuses of the loader itself
CUT_OFF, NO_SETPRIV, NO_SUDO, NO_USER = 95, 96, 97, 98


@dataclass(frozen=True)
class Account:
    """As whom scripts run on a host: the login's name, and the service's user if root becomes it."""

    login: str
    user: str = ""


def starting(size: int, account: Account, as_root: bool = False) -> str:
    """Give the command line for a script of *size* bytes; what may go wrong there has its sentence."""
    return becoming(_evaluate(size), account, as_root)


def becoming(text: str, account: Account, as_root: bool = False) -> str:
    """Give the command line for shell text that stands on it."""
    if as_root and account.login != "root":
        return _sudo(text, account.login)
    if not as_root and account.login == "root" and account.user not in ("", "root"):
        return _as_user(text, account.user)
    return command("sh", "-c", text).text


def killing(process: int, signal: str, account: Account, as_root: bool) -> str | None:
    """Give the command line that signals a script's whole process group; None where ssh does it.

    OpenSSH's sshd sends signals for logins other than root alone, and to their own processes.
    """
    if not process or not (as_root or account.login == "root"):
        return None
    group = f"-$(ps -o pgid= -p {process} | tr -d ' ')"
    text = f"kill -s {signal} -- {group} || kill -s {signal} {process}"
    become = [] if account.login == "root" else ["sudo", "-n"]
    return command(*become, "/bin/sh", "-c", text).text


def plain(size: int) -> str:
    """Take *size* bytes of standard input for the script; the rest of it is the script's own."""
    return command("sh", "-c", _evaluate(size)).text


def _sudo(text: str, login: str) -> str:
    refused = (
        f"{login} may not become root without a password; "
        f"let a file in /etc/sudoers.d say: {login} ALL=(root) NOPASSWD: /bin/sh"
    )
    lines = [
        _or_end("sudo -n /bin/sh -c : </dev/null 2>/dev/null", refused, NO_SUDO),
        "exec " + command("sudo", "-n", "/bin/sh", "-c", text).text,
    ]
    return command("sh", "-c", "\n".join(lines)).text


def _as_user(text: str, user: str) -> str:
    name = quote(user)
    no_user = f"there is no user {user}; make it, or change the service's user"
    no_setpriv = "setpriv is missing; install util-linux, or log in as the user itself"
    become = (
        f'setpriv --reuid={name} --regid="$(id -g {name})" --init-groups --reset-env'
    )
    # the login's own directory may be closed to this user
    inner = f"cd 2>/dev/null || cd /; {text}"
    lines = [
        _or_end(f"id -u {name} >/dev/null 2>&1", no_user, NO_USER),
        _or_end("command -v setpriv >/dev/null", no_setpriv, NO_SETPRIV),
        f"exec {become} {command('sh', '-c', inner).text}",
    ]
    return command("sh", "-c", "\n".join(lines)).text


def _or_end(check: str, sentence: str, status: int) -> str:
    said = command("printf", "%s\\n", SENTENCE + sentence).text
    return f"{check} || {{ {said} >&2; exit {status}; }}"


def _evaluate(size: int) -> str:
    evaluated = f"printf '\\036$%s\\n' $$ >&2; eval \"$(head -c {size})\""
    # nothing, or a part without its last line, would end with 0 and have done nothing
    cut_off = "the script did not arrive whole, and nothing was done"
    return f"{evaluated}; {_or_end(WHOLE, cut_off, CUT_OFF)}"
