"""What ssh_config says of a host: read by paramiko, looked up once."""

from __future__ import annotations

from typing import Any

import paramiko


class SshConfig(paramiko.SSHConfig):
    """The same blocks as *read*, of which each host's are found once.

    paramiko 5.1 goes through all of them twice, and asks the system who runs this at each that is for another host.
    """

    def __init__(self, read: paramiko.SSHConfig) -> None:
        vars(self).update(vars(read))
        self._found: dict[str, paramiko.SSHConfigDict] = {}

    def lookup(self, hostname: str) -> paramiko.SSHConfigDict:
        if hostname not in self._found:
            self._found[hostname] = super().lookup(hostname)
        return self._found[hostname]

    def _does_match(self, match_list: list[Any], *given: Any) -> Any:
        # a Host block has no list, and every block for another host comes this way
        return match_list and super()._does_match(match_list, *given)  # type: ignore[misc] # not in the stubs
