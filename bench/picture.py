"""Draw what a terminal shows of a deploy, into docs: while it uploads, and when a host fails.

    python bench/picture.py

The pictures are of real runs on throwaway hosts.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pyte.screens import Char  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.style import Style  # noqa: E402
from rich.text import Text  # noqa: E402

from bench import deploy_one  # noqa: E402
from bench.deploy_rig import Rig, through  # noqa: E402
from sandbox import Sandbox  # noqa: E402
from sandbox.terminal import Terminal  # noqa: E402

#: seconds that a byte takes to each host, which limits what an upload gets
FAR = 0.25
HOSTS = ("web1", "web2", "web3")
COLUMNS, LINES = 90, 9
#: a build that takes its time, and breaks where a host says so
BUILD = """\
test ! -e /tmp/broken || { echo "main.c:7: unknown type name 'size'"; exit 1; }
sleep 3
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="forklift-picture-") as folder,
        Sandbox(HOSTS, mariadb=False) as sandbox,
    ):
        project = Path(folder) / "sample"
        project.mkdir()
        rig = Rig(project, sandbox)
        rig.fab("bench.setup")
        for number in range(3):
            (project / f"film{number}.raw").write_bytes(os.urandom(5_000_000))
        (project / "build.sh").write_text(BUILD)
        rig.commit()
        with slow_network(rig):
            upload = drawn(
                rig,
                "upload",
                lambda shown: shown.count(" MB sent") == 3 and shown.count(" of ") == 3,
            )
        rig.declare(build=["sh build.sh"])
        rig.commit()
        sandbox.hosts["web2"].run("touch /tmp/broken")
        failure = drawn(rig, "failure", lambda shown: "✗ web2" in shown)
    for name, text in (("upload", upload), ("failure", failure)):
        (ROOT / "docs" / f"terminal-{name}.svg").write_text(text)
        print(f"wrote docs/terminal-{name}.svg")


@contextmanager
def slow_network(rig: Rig) -> Iterator[None]:
    with ExitStack() as until_done:
        ports = {}
        for host in rig.hosts:
            words = [str(FAR), host.address, str(host.port)]
            delaying = subprocess.Popen(
                [sys.executable, str(deploy_one.DELAY), *words],
                stdout=subprocess.PIPE,
                text=True,
            )
            until_done.callback(delaying.wait)
            until_done.callback(delaying.kill)
            assert delaying.stdout
            ports[host.port] = int(delaying.stdout.readline())
        near = rig.ssh_config
        through(rig, ports)
        yield
        rig.ssh_config = near


def drawn(rig: Rig, name: str, wanted: Callable[[str], bool]) -> str:
    """Deploy on a terminal; give the picture of the moment that is *wanted*."""
    terminal = Terminal(COLUMNS, LINES)
    fab = str(Path(sys.executable).parent / "fab")
    with terminal.path.open("w") as tty:
        process = subprocess.Popen(
            [fab, "-S", str(rig.ssh_config), "bench.deploy"],
            cwd=rig.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
            stdin=subprocess.DEVNULL,
            stdout=tty,
            stderr=tty,
        )
    picture: list[list[Char]] = []
    while process.poll() is None:
        if wanted(terminal.text()):
            picture = picture or terminal.picture()
        time.sleep(0.05)
    if not picture:
        sys.exit(f"{name}: the moment did not come:\n{terminal.text()}")
    return svg(picture)


def svg(picture: list[list[Char]]) -> str:
    made = Console(
        record=True,
        width=COLUMNS,
        file=io.StringIO(),
        force_terminal=True,
        height=LINES,
    )
    while not "".join(cell.data for cell in picture[-1]).strip():
        picture.pop()
    for line in picture:
        made.print(Text.assemble(*_runs(line)))
    drawing = made.export_svg(title="fab bench.deploy")
    # nothing is loaded from elsewhere: the reader's own monospaced font does
    return re.sub(r"\s*@font-face \{.*?\}", "", drawing, flags=re.DOTALL)


def _runs(line: list[Char]) -> Iterator[tuple[str, Style]]:
    """Give the parts of a line that look the same."""
    for look, cells in groupby(line, key=style):
        yield "".join(cell.data for cell in cells), look


def style(cell: Char) -> Style:
    colour = None if cell.fg == "default" else cell.fg.replace("brown", "yellow")
    hexadecimal = colour and re.fullmatch("[0-9a-f]{6}", colour)
    return Style(color=f"#{colour}" if hexadecimal else colour, bold=cell.bold)


if __name__ == "__main__":
    main()
