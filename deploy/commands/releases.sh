# Write a manifest in one rename: a release is complete from then on, never half.
write_manifest() {
    printf '%s,"at":"%s"}\n' "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$1/.release.json.new" &&
        mv -f "$1/.release.json.new" "$1/.release.json" && return 0
    rm -f "$1/.release.json.new"
    return 1
}

# Make release directory $1 and fill it with the archive that is the rest of standard input, whose names have
# $2 directories in front that the release has not. Its end is known by gzip, which has a sum of it too.
unpack() {
    mkdir "$1"
    unpack_into "$@"
}

unpack_into() {
    tar -xzof - -C "$1" --strip-components="$2" ||
        fail 70 "the archive could not be unpacked in $1, or did not arrive whole (tar's words are below)"
}

# Remove what an unfinished deploy left in directory $1: releases without a manifest, and helpers.
sweep() {
    remove_gone "$1" 2>/dev/null || :
    for left in "$1"/*; do
        [ -f "$left/.release.json" ] && continue
        case ${left##*/} in
        [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-*) rm -rf "$left" ;;
        esac
    done
    for left in "$2".new.* "$1"/*/.release.json.new; do
        [ ! -e "$left" ] && [ ! -L "$left" ] || rm -f "$left"
    done
}

# Make link `current` $1 lead to complete release $2 in one rename(2), so that no reader ever misses it.
point() {
    [ -f "${1%/*}/$2/.release.json" ] || {
        say "$2 is no complete release"
        return 1
    }
    ln -s "$2" "$1.new.$$" && mv -fT "$1.new.$$" "$1" && [ "$1" -ef "${1%/*}/$2" ]
}

# Remove releases of directory $1 by name, but none that `current` $2 leads to or that is in use, by the
# note $3 of root's `run` too. Each is gone in one rename; nobody waits for its files, of which the next
# one that prunes says so if they could not be removed.
prune() {
    releases=$(readlink -f "$1") current=$(readlink -f "$2" || :) pid=gone noted=''
    [ ! -r "$3" ] || while read -r noting place; do pid=${noting%.*} noted=$place; done <"$3"
    [ -d "/proc/$pid" ] || noted=''
    places=$(readlink -f /proc/[0-9]*/cwd /proc/[0-9]*/exe 2>/dev/null || :)
    shift 3
    remove_gone "$releases" || fail 70 "what is left in $releases/.gone.* could not be removed (rm's words are below)"
    for name in "$@"; do
        [ -d "$releases/$name" ] || continue
        ! in_use "$releases/$name" || continue
        mkdir -p "$releases/.gone.$$" && mv "$releases/$name" "$releases/.gone.$$/"
    done
    # a shell of its own, or sh keeps copies of both outputs, and ssh waits for their end
    (remove_gone "$releases") </dev/null >/dev/null 2>&1 &
}

remove_gone() {
    for left in "$1"/.gone.*; do
        [ ! -d "$left" ] || rm -rf "$left" || return 1
    done
}

# Whether release $1 is current, or a process runs from it: any that descends from the release's `start`
# holds its lock, whoever's it is; where others work is seen as far as this account may see it.
in_use() {
    case "
$current
$noted
$places
" in
    *"
$1"[/"
"]*) return 0 ;;
    esac
    ! flock -n "$1" true
}

# Begin release $1 with what no commit holds: the release's part of starting, $2.
add_start() {
    mkdir -p "$1/.forklift"
    printf '%s' "$2" >"$1/.forklift/start"
    chmod 755 "$1/.forklift/start"
}

# Add the keeper $2 to release $1, and what it is told, $3.
add_keeper() {
    printf '%s' "$2" >"$1/.forklift/keeper.py"
    printf '%s' "$3" >"$1/.forklift/keeper.json"
}

# What is written reaches the disk before a manifest calls it complete.
complete() {
    sync -f "$1"
    write_manifest "$1" "$2" || fail 70 "the manifest of ${1##*/} could not be written"
}

# Remove release $1 if the script ends before its manifest stands in it, and note that with why.
abandon_on_failure() {
    abandoned=$1
    trap 'exit 143' TERM INT
    trap 'abandon "$?"' EXIT
}

abandon() {
    [ ! -f "$abandoned/.release.json" ] || exit "$1"
    rm -rf "$abandoned" "$abandoned".*
    # it is tried again at once, with the whole tree
    [ "$1" != 74 ] || exit 74
    why=${said:-"its making ended with status $1"}
    ended prepare
    note undone
    exit "$1"
}
