# What a release has that no commit holds: links into `shared`, and files that are rendered for its host.

# Make shared directories; the group may write where `shared` has the setgid bit.
make_shared() {
    for directory in "$@"; do
        (umask 002 && mkdir -p "$directory") ||
            fail 70 "$directory could not be made (mkdir's words are below); if it is a link, what it leads to is missing"
    done
}

# Make room for $2 in release $1, and nowhere else.
make_room() {
    mkdir -p "$(dirname "$1/$2")"
    case $(realpath "$(dirname "$1/$2")")/ in
    "$(realpath "$1")"/*) ;;
    *) fail 71 "$2 cannot be put there: a link of the commit leads out of the release" ;;
    esac
    rm -rf "${1:?}/$2"
}

# Link $2 of release $1 to the same path in shared directory $3, by a relative link. What stands there
# is replaced: it has to be the release's own.
link_shared() {
    make_room "$1" "$2"
    ln -s "$(realpath -s --relative-to="$(dirname "$1/$2")" "$3/$2")" "$1/$2"
}

# The same, if the shared file is there; else the release keeps what its commit has.
link_shared_if_there() {
    [ ! -e "$3/$2" ] || link_shared "$@"
}

# Put text $3 into file $2 of release $1, with mode $4.
add_rendered() {
    make_room "$1" "$2"
    if ! { printf '%s' "$3" >"$1/$2" && chmod "$4" "$1/$2"; }; then fail 70 "$1/$2 could not be written"; fi
}
