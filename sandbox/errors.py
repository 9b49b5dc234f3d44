"""What keeps a sandbox from standing."""

from __future__ import annotations


class SandboxError(Exception):
    """A part of the sandbox could not start or did not answer; the text is a sentence."""
