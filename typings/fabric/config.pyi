from typing import Any

import invoke.config
from paramiko.config import SSHConfig

class Authentication:
    identities: list[str]
    strategy_class: type[Any] | None

class Timeouts:
    connect: int | None

class Config(invoke.config.Config):
    base_ssh_config: SSHConfig
    connect_kwargs: dict[str, Any]
    authentication: Authentication
    timeouts: Timeouts
    forward_agent: bool
    gateway: Any
    load_ssh_configs: bool
    port: int
    ssh_config_path: str | None
    user: str
    def __setitem__(self, key: str, value: Any) -> None: ...
    def _set(self, **attributes: Any) -> None: ...
    def __init__(
        self,
        *,
        ssh_config: SSHConfig | None = ...,
        runtime_ssh_path: str | None = ...,
        system_ssh_path: str = ...,
        user_ssh_path: str = ...,
        overrides: dict[str, Any] | None = ...,
        defaults: dict[str, Any] | None = ...,
        lazy: bool = ...,
        **kwargs: Any,
    ) -> None: ...
