# Files between the operator's machine and a host. Whoever may write below `shared` can put links there, also
# while these work: so each directory is entered, and looked at, before anything is done in it.

# Enter directory $1, and in it $2... one after the other, which are made if they are missing; none may be a link.
# Sets below, where that is.
enter_below() {
    cd -P "$1" 2>/dev/null || fail 71 "there is no $1; run setup first"
    below=$(pwd -P)
    shift
    for part in "$@"; do
        below=$below/$part
        [ -d "./$part" ] || (umask 002 && mkdir "./$part") || fail 70 "$below could not be made"
        cd -P "./$part" && [ "$(pwd -P)" = "$below" ] ||
            fail 71 "$below is a link, and nothing is put through links; name the place where it leads"
    done
}

# Put what stands as `content`, a $1 (file or directory), in the archive on standard input in the place of $2 in
# the directory that is entered. A file is replaced in one rename, a directory by two.
put_upload() {
    kind=$1 name=$2
    [ ! -L "./$name" ] || fail 71 "$below/$name is a link, which would be replaced; remove it, or name the place where it leads"
    [ ! -e "./$name" ] || is_a "$kind" "./$name" || fail 71 "$below/$name is there and no $kind; move it away first"
    staged=$(mktemp -d ./.upload.XXXXXXXX) || fail 70 "$below cannot be written"
    trap 'rm -rf "$below/$staged"' EXIT
    cd -P "$staged" && [ "$(pwd -P)" = "$below/${staged#./}" ] && [ "$(stat -c %u .)" = "$(id -u)" ] ||
        fail 70 "$below/$staged was taken away meanwhile"
    tar -xpzof - || fail 70 "the upload could not be unpacked in $below, or did not arrive whole (tar's words are below)"
    is_a "$kind" ./content || fail 70 'the upload holds something else'
    [ "$kind" = file ] || [ ! -d "../$name" ] || mv -T "../$name" ./before || fail 70 "$below/$name could not be moved aside"
    mv -fT ./content "../$name" || {
        [ ! -d ./before ] || mv -T ./before "../$name"
        fail 70 "$below/$name could not be replaced"
    }
}

is_a() { case $1 in file) [ -f "$2" ] ;; *) [ -d "$2" ] ;; esac; }

# Give file $2 on standard output; it has to lie below directory $1 if that is not empty, wherever links lead.
send_file() {
    [ -f "$2" ] || fail 71 "there is no file $2"
    { command exec 3<"$2"; } 2>/dev/null || fail 71 "$(id -un) may not read $2"
    within=${1:+$(realpath "$1")/}
    case $(readlink /proc/self/fd/3) in
    "$within"*) cat <&3 ;;
    *) fail 71 "$2 leads out of $1; give its own path, from / on" ;;
    esac
}
