# Run by root (or, without sudo, by the service's own user). The first function reads: service, scan_entry.

# Take the service away from svscan, then end it within $1 seconds, and last what logs its farewell.
# Without its link svscan would start a supervise that was told to exit again.
unlink_service() {
    if [ -L "$scan_entry" ]; then
        [ "$(readlink "$scan_entry")" = "$service" ] ||
            fail 71 "$scan_entry leads to $(readlink "$scan_entry"), which is another's; nothing was removed"
        rm "$scan_entry"
    elif [ -e "$scan_entry" ]; then
        fail 71 "$scan_entry is a directory of its own, which is another's; nothing was removed"
    fi
    [ -d "$service" ] || return 0
    end_supervise "$service" "$1" || fail 70 "supervise of $service does not end; look there"
    end_supervise "$service/log" 10 || fail 70 "supervise of $service/log does not end; look there"
    # set up again, it stays down until it is started, as the first time
    : >"$service/down"
}

# Bring DIR down and its supervise to an end; what still runs after $2 seconds is killed with its group.
end_supervise() {
    is_supervised "$1" || return 0
    read_status "$1"
    control -dcx "$1" || return 1
    await_silence "$1" "$2" && return 0
    say "process $pid got TERM and still runs after $2 s; it is killed"
    kill -KILL -- "-$pid" 2>/dev/null || control -k "$1" || return 1
    await_silence "$1" 5
}

await_silence() {
    expect_within "$(($2 + 1))"
    while is_supervised "$1"; do
        ! is_late || return 1
        nap
    done
}

# Remove service directory $1, and from directory $2 the names that follow; $2 itself if nothing is left.
purge_service() {
    service=$1 deploy_to=$2
    shift 2
    ! is_supervised "$service" || fail 71 "$service is still supervised; nothing was removed"
    rm -rf "${service:?}"
    for name in "$@"; do
        rm -rf "${deploy_to:?}/$name"
    done
    [ ! -d "$deploy_to" ] || rmdir "$deploy_to" 2>/dev/null ||
        say "$deploy_to stays: it holds what is not ours"
}
