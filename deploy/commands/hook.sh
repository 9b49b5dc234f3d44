# Run command $4..., which hook $1 is, in release $2 once it is complete, else in the current one $3, else at
# home; in the environment that the release there gives its service. Reads account and secrets: whose it
# runs as, and what it is given, if these are not empty, and the words for that: setuidgid, envdir.
run_hook() {
    title=$1 place=${HOME:-/}
    [ ! -d "$3" ] || place=$3
    [ -z "$2" ] || [ ! -f "$2/.release.json" ] || place=$2
    cd -P "$place" || fail 71 "$place cannot be entered"
    shift 3
    if [ -x .forklift/start ]; then
        APPROOT=$PWD
        export APPROOT
        set -- ./.forklift/start "$@"
    fi
    # shellcheck disable=SC2086 # setuidgid and envdir may be a word and its option
    [ -z "$account" ] || set -- $setuidgid "$account" "$@"
    # shellcheck disable=SC2086
    [ -z "$secrets" ] || set -- $envdir "$secrets" "$@"
    # what it leaves running does not keep the lock
    "$@" </dev/null >&2 8>&- || fail 76 "$title failed (exit status $?)"
}
