"""What the value of a setting may be: each function makes it or says in a ValueError why not."""

from deploy.values.endpoints import (
    addresses,
    hosts,
)
from deploy.values.environments import (
    environment,
    facts,
    optional_variable,
    secret_commands,
    variables,
)
from deploy.values.names import (
    account,
    branch,
    optional_account,
    repository,
    service_name,
)
from deploy.values.numbers import (
    batch_size,
    count,
    number,
    percentage,
    place,
    seconds,
    seconds_from_3,
    yes_or_no,
)
from deploy.values.paths import (
    absolute_path,
    optional_relative_path,
    relative_path,
    relative_paths,
    rendered_files,
)
from deploy.values.programs import (
    interpreter,
    program,
)
from deploy.values.showing import (
    kind,
    named,
    shown,
)
from deploy.values.words import (
    arguments,
    commands,
    each,
    listed,
    one_of,
    some_text,
    text,
    text_or_function,
    texts,
)

__all__ = [
    "absolute_path",
    "account",
    "addresses",
    "arguments",
    "batch_size",
    "branch",
    "commands",
    "count",
    "each",
    "environment",
    "facts",
    "hosts",
    "interpreter",
    "kind",
    "listed",
    "named",
    "number",
    "one_of",
    "optional_account",
    "optional_relative_path",
    "optional_variable",
    "percentage",
    "place",
    "program",
    "relative_path",
    "relative_paths",
    "rendered_files",
    "repository",
    "seconds",
    "seconds_from_3",
    "secret_commands",
    "service_name",
    "shown",
    "some_text",
    "text",
    "text_or_function",
    "texts",
    "variables",
    "yes_or_no",
]
