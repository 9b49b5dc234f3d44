"""A program that is no Python, with exactly the fabfile of docs/howto.md."""

from tests import documents

CLOCK = """\
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv) {
    printf("ticking %s %s\\n", argv[1], argv[2]);
    fflush(stdout);
    for (;;) pause();
}
"""


def test_a_program_in_c_is_built_on_the_host_and_runs(operator):
    section = documents.section("docs/howto.md", "## A program in another language")
    (fabfile,) = (b.text for b in documents.blocks(section) if b.language == "python")
    (operator.folder / "fabfile.py").write_text(fabfile)
    operator.commit("one", **{"clock.c": CLOCK})
    operator.done("clock.setup")
    operator.done("clock.deploy", "-o", "settle=0.4")
    pid = operator.pid("web1", "clock")
    release = operator.on("web1", "readlink -f /home/app/www/clock/current")
    assert operator.on("web1", f"readlink /proc/{pid}/exe") == f"{release}/clock"
    log = operator.on("web1", "cat /var/lib/forklift/clock/log/main/current")
    assert "ticking --every 60" in log
