# Read DIR/supervise/status: 12 bytes start stamp, 4 bytes pid, paused, want (facts: djb's format of 18
# bytes, which runit begins with too). Sets state (up, down, none), pid, started (seconds since the epoch),
# start (stamp and pid: names one start exactly), want, paused. What is to be up and has no process, between
# two starts, is up with pid 0.
read_status() {
    state=none pid=0 started=0 start='' want='' paused=''
    # shellcheck disable=SC2046 # eighteen numbers, one word each
    set -- $(od -An -v -w18 -N18 -tu1 "$1/supervise/status" 2>/dev/null)
    [ $# -ge 18 ] || return 0
    started=$((($5 << 24) + ($6 << 16) + ($7 << 8) + $8 - 10))
    shift 12
    pid=$(($1 + ($2 << 8) + ($3 << 16) + ($4 << 24)))
    [ "$5" = 0 ] || paused=paused
    case $6 in 117) want=up ;; 100) want=down ;; esac
    state=down
    [ "$pid" = 0 ] && [ "$want" != up ] || state=up
    start=$started.$pid
}
