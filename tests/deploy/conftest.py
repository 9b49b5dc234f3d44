"""Git repositories to deploy from, apart from whatever this machine's git is told."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Repository:
    path: Path

    def git(self, *words):
        done = subprocess.run(
            ["git", "-C", self.path, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, subject, **files):
        for name, content in files.items():
            (self.path / name).write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Let git and its mirrors know nothing but this test."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(
        "[user]\nname = Ann\nemail = ann@desk\n[init]\ndefaultBranch = main\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path, alone):  # noqa: ARG001 # asked for what it does
    made = Repository(tmp_path / "it's a project")
    made.path.mkdir()
    made.git("init", "--quiet")
    made.commit("First", app="one")
    return made
