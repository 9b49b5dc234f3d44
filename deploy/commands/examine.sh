# What `check` asks besides what every recipe does. These functions read what those of facts.sh do, and user,
# account, shared.

facts_of_rights() {
    for each in "$user" "$account"; do
        id -u "$each" >/dev/null 2>&1 || echo "missing_account $each"
    done
    for each in "$shared" "$deploy_to/.lock" "$deploy_to/.phase.lock" "$deploy_to/deploys.jsonl" "$deploy_to/revisions.log"; do
        if [ -e "$each" ] && [ ! -w "$each" ]; then echo "unwritable $each"; fi
    done
    [ ! -d "$releases" ] || [ "$(stat -c %d "$releases")" = "$(stat -c %d "$deploy_to")" ] || echo 'other_filesystem yes'
    is_scanned || echo 'no_scanner yes'
}

# Whether a scanner runs at all: which directory it scans may be read by root alone.
is_scanned() {
    for process in /proc/[0-9]*/comm; do
        read -r program 2>/dev/null <"$process" || continue
        [ "$program" != "$scanner" ] || return 0
    done
    return 1
}
