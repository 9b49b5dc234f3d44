"""What a siege reads of processes is what they are."""

import os
import subprocess

from siege.proc import children_first, is_zombie, parent


def test_children_come_before_their_parents_in_whatever_order_they_were_named():
    with subprocess.Popen(
        ["sh", "-c", "sh -c 'echo $$; read line; :'; :"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as outer:
        inner = int(outer.stdout.readline())
        for named in ([outer.pid, inner], [inner, outer.pid]):
            assert children_first([os.getpid(), *named]) == [
                inner,
                outer.pid,
                os.getpid(),
            ]
        outer.communicate("\n")
    assert (is_zombie(outer.pid), parent(outer.pid)) == (True, 0)
