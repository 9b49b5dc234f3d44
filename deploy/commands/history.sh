# These functions read: history, entry (a JSON object without its end), phases (the seconds of those before, as
# JSON too), and for what went live revisions_log, revisions_line, back_line.

# Note that phase $1 ended at $2, or ends now.
ended() {
    read_clock
    spent=$((${2:-$clock} - ${phase_began:-$began})) phase_began=${2:-$clock}
    rest=$((100 + spent % 100))
    phases="${phases:+$phases, }\"$1\": $((spent / 100)).${rest#1}"
}

# Add a line to the host's history of deploys; and Capistrano's line, for those who read it.
note() {
    printf '%s, "outcome": "%s"%s, "phases": {%s}, "seconds": %s, "at": "%s"}\n' "$entry" "$1" "$(reason)" \
        "$phases" "$(seconds)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$history" || :
    case $1 in
    deployed | updated) printf '%s\n' "$revisions_line" >>"$revisions_log" || : ;;
    undone)
        # only where it had gone live before
        [ -z "${back_line:-}" ] || ! grep -qsF "$revisions_line" "$revisions_log" ||
            printf '%s\n' "$back_line" >>"$revisions_log" || :
        ;;
    esac
}

# Why what was begun did not last, as a part of a JSON object.
reason() {
    [ -z "${why:-}" ] || printf ', "reason": "%s"' "$(printf '%s' "$why" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"
}

# Seconds since this script began, with two digits after the point.
seconds() {
    read_clock
    printf '%d.%02d' "$(((clock - began) / 100))" "$(((clock - began) % 100))"
}
