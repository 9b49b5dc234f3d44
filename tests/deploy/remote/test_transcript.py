"""What a script says: marks that are forklift's own, and what programs say that looks like them."""

from deploy.remote.transcript import PROCESS, Transcript


def test_only_the_loader_names_the_process_that_is_told_to_end():
    """As root, for what root runs: a program could name any."""
    said = Transcript("web1", heard := Heard())
    said.take("err", f"{PROCESS}812\n")
    for its_own in ("1", "none", ""):
        said.take("err", f"{PROCESS}{its_own}\n")
    assert said.process == 812
    assert heard.lines == [f"{PROCESS}1", f"{PROCESS}none", PROCESS]
    assert list(said.tail) == heard.lines


class Heard:
    """An onlooker that keeps the lines of the log."""

    def __init__(self):
        self.lines = []

    def on_log(self, host, line):
        assert host == "web1"
        self.lines.append(line)
