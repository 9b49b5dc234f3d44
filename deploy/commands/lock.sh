# Take the deploy lock of directory $1 for the life of this process and note who has it ($2), within $3
# seconds. Prints `lock mine`, or who else has it.
#
# A second lock, .phase.lock, is held by each script that changes something. A lost client frees the
# first at once; the second keeps the next deploy out until what still runs here has ended.
take_lock() {
    [ -w "$1" ] || return 0
    exec 9>>"$1/.lock"
    flock -w "$3" 9 || {
        # who has just taken it may not be noted yet
        holder=$(cat "$1/.lock" 2>/dev/null || :)
        printf 'lock %s\n' "${holder:-somebody}"
        return 0
    }
    printf '%s\n' "$2" >"$1/.lock"
    exec 8>>"$1/.phase.lock"
    # what was begun ends by itself: who may wait at all waits longer for that
    flock -w "$(($3 > 0 && $3 < 30 ? 30 : $3))" 8 || {
        echo 'lock a deploy whose operator is gone; what it began still runs here'
        return 0
    }
    exec 8>&-
    await_watcher "$1" "$(($3 > 0 && $3 < 30 ? 30 : $3))" || {
        echo 'lock a deploy whose operator is gone; nobody has confirmed it, so it goes back by itself (confirm_timeout)'
        return 0
    }
    echo 'lock mine'
}

# Wait $2 seconds at most for the end of what watches over an unconfirmed release of directory $1; what a
# watcher that was killed has left is removed.
await_watcher() {
    { command exec 7<"$1/.unconfirmed"; } 2>/dev/null || return 0
    flock -w "$2" 7 || return 1
    exec 7<&-
    rm -f "$1/.unconfirmed"
}

# Keep the lock until standard input ends: until the operator's side is done, or gone.
wait_with_lock() {
    printf '\036held\n'
    cat >/dev/null
}

# Be the only script that changes directory $1; for holder $2 only while that one has the deploy lock. A
# script can lose its client before it begins, and begin when others have looked and gone on.
enter_phase() {
    exec 8>>"$1/.phase.lock"
    flock -n 8 || fail 75 'another script still works here; try again when that is done'
    [ -z "$2" ] || has_lock "$1" "$2" || fail 75 'the run that sent this has lost the deploy lock; nothing was done'
}

# Whether holder $2 has the deploy lock of directory $1.
has_lock() {
    exec 9>>"$1/.lock"
    ! flock -n 9 || return 1
    exec 9>&-
    IFS= read -r noted <"$1/.lock" && [ "$noted" = "$2" ]
}

# Be the only script that changes directory $1, once what was begun there has ended, within $3 seconds.
# The lock of holder $2 may have gone with its connection: then it is taken again, unless another came.
enter_again() {
    exec 8>>"$1/.phase.lock" 9>>"$1/.lock"
    flock -w "$3" 8 || fail 75 "what was begun here still runs after $3 s"
    flock -n 9 || [ "$(cat "$1/.lock")" = "$2" ] || fail 75 "another deploy has begun here: $(cat "$1/.lock")"
}

# Leave word ($2) in directory $1 that nobody is to deploy there.
put_hold() {
    printf '%s\n' "$2" >"$1/.hold.new" || fail 70 "$1/.hold could not be written"
    mv -f "$1/.hold.new" "$1/.hold" || fail 70 "$1/.hold could not be written"
}

release_hold() {
    rm -f "$1/.hold" || fail 70 "$1/.hold could not be removed"
}
