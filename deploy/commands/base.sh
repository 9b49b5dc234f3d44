# The operator's side may be gone while a script still has to finish or undo its phase: writing to
# nobody must not end it.
trap '' PIPE HUP

# Hundredths of a second since the host started, as $clock: no process is started for it, and nobody can
# set it back.
read_clock() {
    read -r clock _ </proc/uptime
    clock=$((${clock%.*} * 100 + 1${clock#*.} - 100))
}

read_clock
began=$clock

# Sleep a moment between two looks, of which the first follow quickly: most of what is waited for comes soon.
nap() {
    moment=$((${moment:-0} + 1))
    [ "$moment" -lt 6 ] || moment=5
    sleep "0.0$moment"
}

# Say which step begins, on standard output under the mark of the record separator.
begin() {
    said=''
    printf '\036%s\n' "$1" 2>/dev/null || :
}

# End the script with a sentence for the operator; the mark tells it from what tools wrote before it.
# The status tells the kind of failure: 70 failed, 71 refused, 72 failed and undone, 73 failed and not
# undone, 75 locked.
fail() {
    status=$1
    shift
    [ -n "${said:-}" ] || said=$*
    printf '\036!%s\n' "$*" >&2 2>/dev/null || :
    exit "$status"
}

# Say a line to the operator; the first of a step is why it failed, if it does.
say() {
    [ -n "${said:-}" ] || said=$*
    printf '%s\n' "$*" >&2 2>/dev/null || :
}
