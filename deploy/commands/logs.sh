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
    exec 5<current
    { tail -n "$first" <&5 && if [ -n "$4" ]; then follow_log; fi; } | readable >&2
}

# Print what comes to the log whose file is open as 5, over every rotation, until the connection ends. Not by
# tail -F: when the file has been rotated away it does not read what it has not read of it (coreutils 9.1).
follow_log() {
    while [ -d "/proc/$PPID" ]; do
        cat <&5
        if [ -e current ] && ! [ current -ef /proc/self/fd/5 ]; then
            # no more comes to it, since its name has gone; the next file is held before others are looked for
            { command exec 6<current; } 2>/dev/null || continue
            cat <&5
            print_between
            exec 5<&6 6<&-
        else
            sleep 0.2
        fi
    done
}

# Print the files that were rotated after the one that is open as 5 and before the one that is open as 6.
print_between() {
    seen=
    for each in ./@*.[su]; do
        [ ! "$each" -ef /proc/self/fd/6 ] || break
        [ -z "$seen" ] || cat "$each"
        [ ! "$each" -ef /proc/self/fd/5 ] || seen=yes
    done
}
