# What of s6 the other libraries ask and tell.
supervise=s6-supervise scanner=s6-svscan

# Seconds that s6's stamps are ahead of Unix time: TAI's ten, and the leap seconds that there have been.
ahead=37

# Whether s6-supervise looks after DIR: one that left a status of its own kind, which s6-svok does not ask.
is_supervised() { s6-svstat -o up "$1" >/dev/null 2>&1; }

# What djb_status.sh tells of the others, in the same words.
read_status() {
    state=none pid=0 started=0 start='' want=down paused=''
    # shellcheck disable=SC2046 # five words
    set -- $(s6-svstat -o pid,up,wantedup,paused,updownsince "$1" 2>/dev/null)
    [ $# = 5 ] || return 0
    [ "$2" = false ] || pid=$1
    [ "$3" = false ] || want=up
    [ "$4" = false ] || paused=paused
    # a TAI64N label: @, sixteen digits of seconds, eight of nanoseconds
    stamp=${5#@40000000}
    started=$((0x${stamp%????????} - ahead))
    state=down
    [ "$pid" = 0 ] && [ "$want" = down ] || state=up
    start=$5.$pid
}

# Send LETTERS to DIR: s6-svc's are the same as svc's.
control() {
    complaint=$(s6-svc "$1" "$2" 2>&1) && return 0
    say "$complaint"
    return 1
}

# s6-svscan looks when it is told to.
rescan() { s6-svscanctl -a "$scan_directory" 2>/dev/null; }

# s6-svscan ends those whose links are gone, and lets their loggers read all.
dismiss() { s6-svscanctl -an "$scan_directory" 2>/dev/null || control -dx "$1"; }

label_of() { printf '@40000000%08x' "$(($1 + ahead))"; }

readable() { s6-tai64nlocal; }
