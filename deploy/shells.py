"""What a shell evaluates to complete fab: it asks deploy/completing.py at each tab."""

from __future__ import annotations

import shlex
import sys

BASH = """\
# completes fab: eval "$(python -m deploy completion bash)"
_forklift_fab() {{
    mapfile -t COMPREPLY < <({python} -m deploy complete --line="${{COMP_LINE:0:COMP_POINT}}" --typed="${{#COMP_WORDS[COMP_CWORD]}}" 2>/dev/null)
    [[ ${{#COMPREPLY[@]}} -ne 1 || ${{COMPREPLY[0]}} != *= ]] || compopt -o nospace
}}
complete -o default -F _forklift_fab fab
"""
ZSH = """\
#compdef fab
# completes fab: eval "$(python -m deploy completion zsh)"
_forklift_fab() {{
    local -a found
    local line="${{(j: :)words[1,CURRENT-1]}} $PREFIX"
    found=(${{(f)"$({python} -m deploy complete --line="$line" --typed="${{#PREFIX}}" 2>/dev/null)"}})
    (( $#found )) || {{ _files; return }}
    compadd -S '' -- ${{(M)found:#*=}}
    compadd -- ${{found:#*=}}
}}
compdef _forklift_fab fab
"""
SHELLS = {"bash": BASH, "zsh": ZSH}


def script(shell: str) -> str:
    """Give what a shell evaluates to complete fab."""
    return SHELLS[shell].format(python=shlex.quote(sys.executable))
