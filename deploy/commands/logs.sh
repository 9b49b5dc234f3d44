# Show the log of service directory $1 on standard error, each line with its time: the last $2 lines, or all
# from second $3 since the epoch on; then, if $4 says so, what comes, over every rotation of the file.
show_logs() {
    cd "$1/log/main" 2>/dev/null && [ -r current ] ||
        fail 71 "there is no log in $1/log/main that this account may read; was the service set up and started?"
    first=-$2
    if [ -n "$3" ]; then
        label=$(label_of "$3")
        cat ./@*.[su] 2>/dev/null | awk -v from="$label" '$1 >= from' | readable >&2
        first=+$(awk -v from="$label" '$1 < from { before = NR } END { print before + 1 }' current)
    else
        # a file that has begun a moment ago has not all of them
        lacking=$(($2 - $(wc -l <current)))
        [ "$lacking" -le 0 ] || cat ./@*.[su] 2>/dev/null | tail -n "$lacking" | readable >&2
    fi
    # tail's own words are about rotations; it ends with the connection, also while nothing comes
    tail -n "$first" ${4:+-F --pid="$PPID"} current 2>/dev/null | readable >&2
}
