# Whether process $1 has ended and only waits to be reaped: what svstat still calls up. Its state stands
# behind its name, which may hold anything.
is_zombie() {
    described=''
    while read -r line; do described=$line; done 2>/dev/null <"/proc/$1/stat" || :
    case ${described##*) } in '' | Z*) return 0 ;; *) return 1 ;; esac
}

# Read what `run` in DIR, and then its keeper, noted last: sets noted (the process), child (the keeper's
# that serves, if there is a keeper), place (the release that it was started in), notes (how many).
read_note() {
    noted='' child='' place='' notes=0
    [ -r "$1/running" ] || return 0
    while read -r noting placing; do
        noted=${noting%.*} child='' place=$placing notes=$((notes + 1))
        case $noting in *.*) child=${noting#*.} ;; esac
    done <"$1/running"
}

# The release that process $2 of service directory $1 runs from.
release_of() {
    read_note "$1"
    [ "$noted" = "$2" ] && printf '%s\n' "${place##*/}"
}

# Wait until `run` has noted process $2 of directory $1, which it does as it begins: at once, unless the
# host has very much to do. It may have died.
await_note() {
    expect_within 5
    until [ -n "$(release_of "$1" "$2")" ] || is_late; do
        nap
        read_status "$1"
        [ "$pid" = "$2" ] || return 0
    done
}

# Begin to wait for something for $1 seconds, of which a decimal fraction is allowed.
expect_within() {
    case $1 in *.*) hundredths=${1#*.}00 ;; *) hundredths=00 ;; esac
    hundredths=$((${1%.*} * 100 + 1${hundredths%"${hundredths#??}"} - 100))
    read_clock
    late_at=$((clock + hundredths)) moment=0 tell_at=$((clock + 200))
}

# Whether what was expected should have come by now.
is_late() {
    read_clock
    [ "$clock" -ge "$late_at" ]
}

# Say now and then how many processes of $1 are still at work: a worker that was told to stop finishes its jobs.
tell_left() {
    [ "$clock" -ge "$tell_at" ] || return 0
    tell_at=$((clock + 500)) left=0
    count_at_work "$1"
    begin "waiting for process $1: $left at work, $(((late_at - clock) / 100)) s left"
}

# Add to `left` the processes below $1 that have none below them; $1 itself if it is one.
count_at_work() {
    below=''
    read -r below 2>/dev/null <"/proc/$1/task/$1/children" || :
    [ -n "$below" ] || left=$((left + 1))
    for each in $below; do count_at_work "$each"; done
}

now() { date +%s; }

# Wait up to $2 seconds until DIR runs another start than $3, or is seen to have no process for longer than
# any supervisor waits between two starts.
await_start() {
    expect_within "$(($2 + 1))"
    dead_at=''
    while read_status "$1" && ! has_begun "$3"; do
        ! is_late || return 1
        [ "$pid" = 0 ] || tell_left "$pid"
        nap
    done
}

has_begun() {
    [ "$state" = up ] && [ "$start" != "$1" ] || return 1
    [ "$pid" = 0 ] || return 0
    [ "$clock" -ge "${dead_at:=$((clock + 250))}" ]
}

# Watch that DIR keeps its present start for $2 seconds (a decimal fraction is allowed).
stays_up() {
    expect_within "$2"
    watched=''
    while :; do
        # the clock first: the last look is not before the time is over
        if is_late; then last=yes; else last=''; fi
        read_status "$1"
        [ "$state" = up ] && [ "$start" = "${watched:=$start}" ] && ! is_zombie "$pid" || return 1
        [ -z "$last" ] || return 0
        sleep 0.2
    done
}

# The last $2 lines of a service's log from label $3 on, for the operator, on standard error.
show_log() {
    [ -r "$1/log/main/current" ] || return 0
    cat "$1"/log/main/@*.[su] "$1/log/main/current" 2>/dev/null | awk -v from="$3" '$1 >= from' | tail -n "$2" | readable >&2
}

# Restart DIR and prove it: a new process, from release $2, up for $3 seconds, within $4 seconds after
# TERM; its log service too; then the health check $5. Says on standard error what is wrong. Sets restarted,
# the time at which a new process was seen. A keeper hands over instead, so that no request is lost.
restart_and_verify() {
    is_supervised "$1" || {
        say "$supervise does not answer in $1: is $scanner running, and may this account control the service?"
        return 1
    }
    read_status "$1"
    before=$start since=$(now) handed='' untouched='' lasting=$3
    if can_hand_over "$1"; then hand_over "$1" "$3" "$4"; else replace "$1"; fi || return 1
    if [ -n "$handed" ]; then
        lasting=0
    else
        await_new "$1" "$4" && replace_earlier "$1" "$2" "$4" || return 1
    fi
    read_clock
    restarted=$clock
    verify "$1" "$2" "$lasting" "$5" "$3"
}

# Have what runs in DIR end and be started anew. supervise is deaf for a second after a start, and TERM
# would meet the start after it, which is ours, if what runs dies meanwhile. So what is young is watched
# first: if it does not last, it is not sent TERM, since it is started anew by itself. Nor is what had its
# TERM already, by a stop, or was seen down, since it may be between two starts.
replace() {
    letters=-cu young=''
    if [ "$state" = up ]; then
        age=$((since - started))
        [ "$age" -gt 10 ] || young=yes
        [ "$want" = down ] || letters=-tcu
        [ "$age" -gt 2 ] || stays_up "$1" 1.6 || letters=-cu young=''
    fi
    control "$letters" "$1"
}

# Wait $2 seconds for another start of DIR than the one before. What may have died just before its TERM
# gives the start after it a second chance.
await_new() {
    await_start "$1" "$2" "$before" || {
        read_status "$1"
        say "the service did not restart within $2 s: process $pid got TERM and has not ended (stop_timeout)"
        return 1
    }
    if [ -n "${young-}" ] && ! stays_up "$1" 1.6; then await_start "$1" 3 "$watched"; fi
}

# Restart DIR once more, within $3 seconds, if its new start is not from release $2: where the one before
# had just died, supervise may have begun it, and not told yet, before `current` led to $2.
replace_earlier() {
    await_note "$1" "$pid"
    case $(release_of "$1" "$pid" || :) in '' | "$2") return 0 ;; esac
    read_status "$1"
    before=$start since=$(now)
    replace "$1" && await_new "$1" "$3"
}

# Prove that DIR is up from release $2 for $3 seconds, with its log service; then the health check $4, for
# $5 seconds.
verify() {
    stays_up "$1" "$3" || {
        say 'the service does not stay up; the end of its log:'
        show_log "$1" 15 "$(label_of "$since")"
        return 1
    }
    await_note "$1" "$pid"
    found=$(release_of "$1" "$pid" || :)
    [ "$found" = "$2" ] || {
        say "process $pid runs from ${found:-an unknown release}, not from $2"
        return 1
    }
    logs "$1/log" || {
        say "the log service in $1/log does not stay up: nothing of the service can be logged"
        return 1
    }
    [ -z "$4" ] || answers "$4" "$5"
}

# Whether log service DIR is up: at once if it has been for a while, or else watched for one of its deaths.
logs() {
    read_status "$1"
    lasting=1.6
    [ $(($(now) - started)) -le 2 ] || lasting=0
    stays_up "$1" "$lasting"
}

# Try the health check $1 for $2 seconds more.
answers() {
    expect_within "$((${2%.*} + 2))"
    until complaint=$(timeout -k 1 "$((${2%.*} + 1))" sh -c "$1" 2>&1 </dev/null); do
        ! is_late || {
            say "the health check fails: $1"
            say "$complaint"
            return 1
        }
        sleep 0.2
    done
}

# What follows is asked for by the operator: each ends with a sentence if it fails.

start_service() {
    need_supervise "$1"
    read_status "$1"
    expected=$2 since=$(now)
    if [ "$state" = up ] && [ -z "$paused" ] && [ "$want" != down ]; then
        echo already
        expected=$(release_of "$1" "$pid" || :)
    else
        before=none
        [ "$want" != down ] || before=$start
        control -cu "$1" || fail 70 'the service could not be told to start (its words are below)'
        await_start "$1" "$4" "$before" || fail 70 'the service did not start'
    fi
    verify "$1" "$expected" "$3" "$5" "$3" || fail 70 'the service was started but is not up (the reason is below)'
}

stop_service() {
    need_supervise "$1"
    read_status "$1"
    [ "$state" = up ] || [ "$want" = up ] || echo already
    control -d "$1" || fail 70 'the service could not be told to stop (its words are below)'
    await_end "$1" "$2" ||
        fail 70 "process $pid got TERM and still runs after $2 s; it stays down once it ends (stop_timeout says how long to wait)"
}

restart_service() {
    need_supervise "$1"
    restart_and_verify "$@" || fail 70 'the service was told to restart but is not up (the reason is below)'
}

# Send HUP and see that the process goes on: another process means that it does not know HUP.
reload_service() {
    need_supervise "$1"
    read_status "$1"
    [ "$state" = up ] || fail 71 'the service is down: there is nothing to reload'
    before=$start
    control -h "$1" || fail 70 'the service could not be sent HUP (its words are below)'
    stays_up "$1" "$2" && [ "$start" = "$before" ] ||
        fail 70 'the service ended on HUP and was started again: it cannot reload; use restart, and set reloads=False'
}

need_supervise() {
    is_supervised "$1" ||
        fail 71 "$supervise does not answer in $1: is $scanner running, is the service set up, and may this account control it?"
}

# Wait up to $2 seconds after the order to go down until DIR's process has ended. A service that is down for a moment
# between two starts has not had the order yet: its supervisor notes in the status that it wants it down.
await_end() {
    expect_within "$(($2 + 1))"
    while read_status "$1" && { [ "$state" = up ] || [ "$want" != down ]; }; do
        ! is_late || return 1
        [ "$pid" = 0 ] || tell_left "$pid"
        nap
    done
}
