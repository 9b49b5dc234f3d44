# Run by root (or, without sudo, by the service's own user). The first function reads: service, scan_entry.

# End the service within $1 seconds, take it away from the scanner, and end last what logs its farewell.
# While its link is there, the scanner would start what supervises it again.
unlink_service() {
    if [ -L "$scan_entry" ]; then
        [ "$(readlink "$scan_entry")" = "$service" ] ||
            fail 71 "$scan_entry leads to $(readlink "$scan_entry"), which is another's; nothing was removed"
    elif [ -e "$scan_entry" ]; then
        fail 71 "$scan_entry is a directory of its own, which is another's; nothing was removed"
    fi
    ! is_supervised "$service" || end_service "$service" "$1" || fail 70 "$service does not end; look there"
    rm -f "$scan_entry"
    [ -d "$service" ] || return 0
    end_supervise "$service" || fail 70 "$supervise of $service does not end; look there"
    end_supervise "$service/log" || fail 70 "$supervise of $service/log does not end; look there"
    # set up again, it stays down until it is started, as the first time; by an old status a supervisor
    # that begins (s6's) seems to have begun, and has not yet looked whether to stay down
    : >"$service/down"
    rm -f "$service/supervise/status" "$service/deploy_to"
}

# Bring DIR down; what still runs after $2 seconds is killed with its group.
end_service() {
    control -dc "$1" || return 1
    await_end "$1" "$2" && return 0
    say "process $pid got TERM and still runs after $2 s; it is killed"
    kill_process "$1"
    await_end "$1" 5
}

# Bring what supervises DIR to an end, and what it still looks after.
end_supervise() {
    is_supervised "$1" || return 0
    dismiss "$1" || return 1
    await_silence "$1" 10 && return 0
    read_status "$1"
    say "process $pid still runs after 10 s; it is killed"
    kill_process "$1"
    await_silence "$1" 5
}

# Kill the process of DIR whose status was read, with its group where it has one of its own.
kill_process() {
    [ "$pid" = 0 ] || kill -KILL -- "-$pid" 2>/dev/null || control -k "$1" || :
}

await_silence() {
    expect_within "$(($2 + 1))"
    while is_supervised "$1"; do
        ! is_late || return 1
        nap
    done
}

# Remove service directory $1, and from directory $2 the names that follow; $2 itself if nothing is left.
# Reads user: a path of his own could lead root to another directory, so what was entered has to be his.
purge_service() {
    service=$1 deploy_to=$2
    shift 2
    ! is_supervised "$service" || fail 71 "$service is still supervised; nothing was removed"
    rm -rf "${service:?}"
    [ -d "$deploy_to" ] || return 0
    cd -P "$deploy_to" || fail 71 "$deploy_to cannot be entered"
    owner=$(stat -c %U .)
    [ "$owner" = "$user" ] || fail 71 "$deploy_to belongs to $owner, not to $user; what is in it stays: remove it by hand"
    for name in "$@"; do
        rm -rf "./$name"
    done
    cd -P .. || return 0
    rmdir "./${deploy_to##*/}" 2>/dev/null || say "$deploy_to stays: it holds what is not ours"
}
