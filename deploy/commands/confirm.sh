# A release that has to be confirmed is named in file .unconfirmed of its service's directory. Who holds
# .phase.lock decides what becomes of it: the operator's side confirms it and removes the file, or the
# watcher goes back. While the watcher lives it holds a lock on the file, which keeps other deploys out.

# Have function $4 called once $3 seconds have passed without a word about release $2 of directory $1.
watch_for_words() {
    printf '%s\n' "$2" >"$1/.unconfirmed" || {
        rm -f "$1/.unconfirmed"
        fail 70 "$1/.unconfirmed could not be written; nothing was switched"
    }
    exec 7<"$1/.unconfirmed"
    flock 7
    # orders to stop are for the script alone
    (trap '' TERM INT && await_silence "$1" "$2" "$3" && "$4") </dev/null >/dev/null 2>&1 8>&- &
    exec 7<&-
}

# Wait until $3 seconds pass without a word about release $2 of directory $1, and be the only script there
# then; end if it is confirmed. Words are counted from the end of what switched to it. Seconds are counted
# by sleeping: a clock that is set changes nothing.
await_silence() {
    exec 8>>"$1/.phase.lock"
    flock 8
    flock -u 8
    heard='' silent=0
    while is_unconfirmed "$1" "$2"; do
        word=$(stat -c %y "$1/.unconfirmed" 2>/dev/null || :)
        [ "$word" = "$heard" ] || silent=0
        heard=$word
        [ "$silent" -lt "$3" ] || ! decides "$1" "$2" || return 0
        sleep 1
        silent=$((silent + 1))
    done
    exit 0
}

# Enter the phase, and leave it again if release $2 of directory $1 was confirmed or a word came meanwhile.
decides() {
    flock 8
    if is_unconfirmed "$1" "$2" && [ "$(stat -c %y "$1/.unconfirmed")" = "$heard" ]; then
        rm -f "$1/.unconfirmed"
        return 0
    fi
    flock -u 8
    return 1
}

is_unconfirmed() { [ "$(cat "$1/.unconfirmed" 2>/dev/null)" = "$2" ]; }

# Let the watcher of directory $1 hear from the operator's side.
give_word() { touch -c "$1/.unconfirmed"; }

# Confirm release $2 of directory $1 once nothing else works there, within $3 seconds.
confirm() {
    exec 8>>"$1/.phase.lock"
    flock -w "$3" 8 || fail 71 "$2 could not be confirmed: what was begun here still runs after $3 s"
    is_unconfirmed "$1" "$2" || fail 71 "no word came here in time, and $2 was taken back"
    rm -f "$1/.unconfirmed"
}
