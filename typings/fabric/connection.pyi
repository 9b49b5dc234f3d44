from typing import Any, Literal, TypedDict

import invoke.context
import paramiko
from fabric.config import Config

class Shorthand(TypedDict):
    user: str | None
    host: str
    port: int | None

def derive_shorthand(host_string: str) -> Shorthand: ...

class Connection(invoke.context.Context):
    client: paramiko.SSHClient
    config: Config
    connect_kwargs: dict[str, Any]
    connect_timeout: int | None
    gateway: Connection | str | Literal[False] | None
    host: str
    original_host: str
    port: int
    ssh_config: dict[str, Any]
    transport: paramiko.Transport | None
    user: str
    def __init__(
        self,
        host: str,
        user: str | None = ...,
        port: int | None = ...,
        config: Config | None = ...,
        gateway: Connection | str | Literal[False] | None = ...,
        forward_agent: bool | None = ...,
        connect_timeout: int | None = ...,
        connect_kwargs: dict[str, Any] | None = ...,
        inline_ssh_env: bool | None = ...,
    ) -> None: ...
    @property
    def is_connected(self) -> bool: ...
    def open(self) -> Any: ...
    def close(self) -> None: ...
    def __enter__(self) -> Connection: ...
    def __exit__(self, *exc: object) -> None: ...
