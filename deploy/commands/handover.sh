# Whether what runs in DIR, whose status was read, can hand its sockets over: a keeper runs there, as `run`
# and the secrets are now.
can_hand_over() {
    read_note "$1"
    [ "$state" = up ] && [ -z "$paused" ] && [ "$want" != down ] &&
        [ "$noted" = "$pid" ] && [ -n "$child" ] &&
        [ "$(stat -c %Y "$1/run")" -lt "$started" ] && [ "$(stat -c %Y "$1/env")" -lt "$started" ]
}

# Have the keeper of DIR start what is current beside what serves, and wait until that alone serves: it
# has stayed up for $2 seconds, and what served has ended within $3 seconds more. Sets handed, unless the
# keeper ended instead, which it does when other addresses are asked for: that is a restart like any other.
# Sets untouched if the new one did not stay up, and what served goes on.
hand_over() {
    served=$child had=$notes
    control -h "$1" || return 1
    expect_within "$((${2%.*} + $3 + 2))"
    while read_note "$1" && [ "$notes" -le "$had" ]; do
        read_status "$1"
        [ "$start" = "$before" ] || return 0
        ! is_late || {
            say "the service did not hand over within $((${2%.*} + $3 + 2)) s: process $served got TERM and has not ended (stop_timeout), or process $pid, its keeper, hangs"
            return 1
        }
        tell_left "$served"
        nap
    done
    [ "$child" != "$served" ] || {
        untouched=yes
        say "the new process does not stay up, process $served goes on serving; the end of the log:"
        show_log "$1" 15 "$(label_of "$since")"
        return 1
    }
    handed=yes
}
