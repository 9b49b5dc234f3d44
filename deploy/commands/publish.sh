# These functions read: release, previous (empty before the first), was (up or down before), current, releases, service,
# deploy_to, settle, stop_timeout, confirm_timeout, health, verified and failed (the manifests), and what
# history.sh reads.

# Switch to the release, restart, verify; go back by itself if the service does not come up.
go_live() {
    read_status "$service"
    was=$state
    [ "$confirm_timeout" = 0 ] || watch_for_words "$deploy_to" "$release" "$confirm_timeout" take_back
    trap 'exit 143' TERM INT
    trap 'go_back_if_switched "$?"' EXIT
    switch_to_release
    begin "restarting and verifying $release"
    restarted=''
    if restart_and_verify "$service" "$release" "$settle" "$stop_timeout" "$health" &&
        write_manifest "$releases/$release" "$verified"; then
        see_it_through
        published
        note deployed
        return 0
    fi
    see_it_through
    published
    why=${said:-}
    undo_or_say_so
    fail 72 "$release did not come up (the reason is below); undone: ${previous:-nothing} is current again"
}

published() {
    ended publish "$restarted"
    [ -z "$restarted" ] || ended verify
}

# Let nothing stop what has begun: half of it would leave a link and a process that do not match.
see_it_through() {
    trap '' TERM INT
    trap - EXIT
}

# Whatever ended a switch in the middle, with status $1: a wish of the operator, a command that failed.
go_back_if_switched() {
    see_it_through
    [ "$(readlink "$current" || :)" = "releases/$release" ] || {
        rm -f "$deploy_to/.unconfirmed"
        exit "$1"
    }
    why='it was stopped in the middle'
    undo_or_say_so
    fail 72 "$release was not verified: it was stopped in the middle; undone: ${previous:-nothing} is current again"
}

# Go back after another host failed, or after the operator lost sight of this one: what was begun here
# may have ended either way.
revert() {
    see_it_through
    why='another host failed, or the operator stopped the run'
    if is_back; then
        rm -f "$deploy_to/.unconfirmed"
        write_manifest "$releases/$release" "$failed" || :
    else
        undo_or_say_so
    fi
}

# Go back since nobody has confirmed the release.
take_back() {
    see_it_through
    why="the operator's side was silent for $confirm_timeout s"
    [ "$(readlink "$current" || :)" != "releases/$release" ] || undo_or_say_so
}

# Whether all is as it was before: the link, and what runs.
is_back() {
    [ "$(readlink "$current" || :)" = "${previous:+releases/$previous}" ] || return 1
    read_status "$service"
    [ "$was" = up ] || { [ "$state" != up ] && return 0; } || return 1
    [ "$want" != down ] && [ "$(release_of "$service" "$pid")" = "$previous" ] && stays_up "$service" "$settle"
}

undo_or_say_so() {
    rm -f "$deploy_to/.unconfirmed"
    begin "going back to ${previous:-nothing}"
    if go_back; then
        ended revert
        note undone
    else
        ended revert
        note 'not undone'
        fail 73 "NOT undone: $release failed, and ${previous:-nothing} could not be brought back (the reason is below)"
    fi
}

go_back() {
    write_manifest "$releases/$release" "$failed" || say "$release could not be marked as failed"
    if [ -z "$previous" ]; then
        control -d "$service" && await_end "$service" "$stop_timeout" && rm -f "$current"
    elif [ "$was" = up ]; then
        point "$current" "releases/$previous" || return 1
        # after a handover that failed, what served has never stopped
        [ -n "${untouched-}" ] || restart_and_verify "$service" "$previous" "$settle" "$stop_timeout" "$health"
    else
        point "$current" "releases/$previous" && control -d "$service" && await_end "$service" "$stop_timeout"
    fi
}

# Switch without a restart: what runs goes on as it is.
switch_only() {
    see_it_through
    switch_to_release
    ended publish
    note updated
}

switch_back() {
    see_it_through
    write_manifest "$releases/$release" "$failed" || say "$release could not be marked as failed"
    [ "$(readlink "$current" || :)" = "releases/$release" ] || return 0
    begin "going back to ${previous:-nothing}"
    why='another host failed, or the operator stopped the run'
    if [ -n "$previous" ]; then point "$current" "releases/$previous"; else rm -f "$current"; fi ||
        fail 73 "NOT undone: current still leads to $release"
    ended revert
    note undone
}

switch_to_release() {
    ! was_given_up || fail 75 "$release was given up before it was switched to; nothing was done"
    begin "switching to $release"
    point "$current" "releases/$release" || fail 70 "current could not be switched to $release; nothing runs from it"
}

# Whether the way back was here before the way there, which had lost its client.
was_given_up() {
    read -r known 2>/dev/null <"$releases/$release/.release.json" || return 1
    case $known in *'"state": "failed"'*) return 0 ;; esac
    return 1
}
