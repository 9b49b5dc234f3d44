# Print what is there, one fact a line. These functions read: deploy_to, releases, current, maintenance,
# service, scan_directory, wanted_run, wanted_log_run (their checksums), more_tools (of the supervisor and
# the service).

facts_of_machine() {
    echo "user $(id -un)"
    time=$(now)
    echo "clock $time"
    for tool in $more_tools tar gzip flock sha256sum od awk; do
        command -v "$tool" >/dev/null || echo "missing_tool $tool"
    done
    [ -d "$scan_directory" ] || echo "no_scan_directory $scan_directory"
}

facts_of_releases() {
    [ -d "$deploy_to" ] || return 0
    if [ -w "$deploy_to" ] && [ -w "$releases" ]; then
        echo 'deploy_to writable'
    else
        echo "deploy_to $(stat -c %U "$deploy_to")"
    fi
    [ ! -s "$deploy_to/.unconfirmed" ] || echo "unconfirmed $(head -n 1 "$deploy_to/.unconfirmed")"
    [ ! -e "$maintenance" ] || echo 'maintenance yes'
    [ ! -s "$deploy_to/.hold" ] || echo "hold $(head -n 1 "$deploy_to/.hold")"
    # shellcheck disable=SC2046 # three numbers: free blocks, bytes in a block, free inodes
    set -- $(stat -f -c '%a %S %d' "$releases" 2>/dev/null || stat -f -c '%a %S %d' "$deploy_to")
    echo "free_kib $(($1 * ($2 / 512) / 2))"
    echo "free_inodes $3"
    if [ -L "$current" ]; then
        target=$(readlink "$current")
        echo "current ${target##*/}"
        [ -f "$current/.release.json" ] || echo 'current_is incomplete'
    elif [ -e "$current" ]; then
        echo 'current_is directory'
    fi
    for manifest in "$releases"/*/.release.json; do
        [ -f "$manifest" ] || continue
        held=${manifest%/.release.json} told=''
        # read leaves out what a power failure puts in place of a text: NULs
        while IFS= read -r line || [ -n "$line" ]; do told=$told$line line=''; done <"$manifest"
        # a release that was copied or renamed by hand is not the one that its manifest names
        case $told in *"\"release\": \"${held##*/}\""*) printf 'manifest %s\n' "$told" ;; esac
    done
}

# A service that was started less than two seconds ago is looked at again: it may be flapping, which
# looks up for a moment after each start.
facts_of_service() {
    [ -d "$1" ] || return 0
    if is_supervised "$1"; then echo "$2_supervised yes"; fi
    read_status "$1"
    steady=yes
    if [ "$state" = up ]; then
        if is_zombie "$pid"; then steady=no; fi
        if [ $((time - started)) -lt 2 ]; then stays_up "$1" 1.6 || steady=no; fi
    fi
    echo "$2 state=$state pid=$pid started=$started want=${want:-none} paused=${paused:-no} steady=$steady release=$(release_of "$1" "$pid")"
    [ ! -e "$1/down" ] || echo "$2_down_file yes"
}

facts_of_scripts() {
    sums=$(cd "$service" 2>/dev/null && sha256sum run log/run 2>/dev/null) || :
    case $sums in *"$wanted_run  run"*) ;; *) echo 'differs run' ;; esac
    case $sums in *"$wanted_log_run  log/run"*) ;; *) echo 'differs log/run' ;; esac
    whose=''
    read -r whose 2>/dev/null <"$service/deploy_to" || :
    case $whose in '' | "$deploy_to") ;; *) echo "belongs_to $whose" ;; esac
}
