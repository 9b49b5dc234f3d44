# Run by root (or, without sudo, by the service's own user). These functions read: user, account,
# deploy_to, shared, service, scan_directory, scan_entry, scan_package, start_scanner.

# Give $2 to owner $1; only root can, and only root has to.
give() { [ "$(id -u)" != 0 ] || chown -h "$1" "$2"; }

group_of() { id -gn "$1"; }

# Run a command as the deploy user, who may also use the group of the service's account.
as_user() {
    if [ "$(id -u)" != 0 ]; then "$@"; else
        setpriv --reuid "$user" --regid "$(id -g "$user")" --groups "$(id -G "$user" | tr ' ' ,),$(id -g "$account")" "$@"
    fi
}

need_accounts() {
    for each in "$user" "$account"; do
        id -u "$each" >/dev/null 2>&1 || fail 71 "there is no account $each here; make it with: useradd --create-home $each"
    done
}

# Make deploy_to for the user. Root makes it only where the user cannot: root that made directories
# below one of the user's own could be led astray by a link.
make_deploy_to() {
    [ ! -L "$deploy_to" ] || fail 71 "$deploy_to is a link; deploy_to has to be a directory"
    as_user mkdir -p "$deploy_to" 2>/dev/null || [ -d "$deploy_to" ] || {
        mkdir -p "$deploy_to"
        give "$user:$(group_of "$user")" "$deploy_to"
    }
    as_user [ -w "$deploy_to" ] || fail 71 "$deploy_to is not writable for $user; give it away with: chown $user $deploy_to"
    as_user mkdir -p "$deploy_to/releases" "$shared"
    [ "$user" = "$account" ] || as_user chgrp "$(group_of "$account")" "$shared"
    [ "$user" = "$account" ] || as_user chmod 2775 "$shared"
}

# Put text $3 into file $1 with mode $2 in one rename; status 1 if it stood there already.
put() {
    if [ -f "$1" ] && printf '%s' "$3" | cmp -s - "$1"; then
        give root:root "$1"
        chmod "$2" "$1"
        return 1
    fi
    if ! { (umask 077 && printf '%s' "$3" >"$1.new") && chmod "$2" "$1.new" && mv -f "$1.new" "$1"; }; then
        fail 70 "$1 could not be written"
    fi
}

# Refuse what another supervisor looks after: each would start the service.
need_one_supervisor() {
    # shellcheck disable=SC2044 # names of processes
    for each in $(find /proc/[0-9]*/cwd -maxdepth 0 -lname "$service" 2>/dev/null); do
        read -r program 2>/dev/null <"${each%cwd}comm" || continue
        case $program in
        "$supervise") ;;
        supervise | runsv | s6-supervise)
            fail 71 "$program looks after $service, and not $supervise; take the service off first, with the supervisor that it was set up with: fab ${scan_entry##*/}.remove"
            ;;
        esac
    done
}

# Make the service directory: root's, with FIFOs that let the deploy user's group control it.
make_service_directory() {
    mkdir -p "$service/log/main" "$service/env" "$service/supervise" "$service/log/supervise"
    # what root runs belongs to root, whoever had it before
    for each in "$service" "$service/log" "$service/env" "$service/supervise" "$service/log/supervise"; do
        give root:root "$each"
        chmod 755 "$each"
    done
    chmod 700 "$service/env"
    give "$account:$(group_of "$user")" "$service/log/main"
    chmod 2750 "$service/log/main"
    for each in "$service/supervise" "$service/log/supervise"; do
        chmod 711 "$each"
        for fifo in "$each/control" "$each/ok"; do
            [ -p "$fifo" ] || mkfifo "$fifo"
            give "root:$(group_of "$user")" "$fifo"
            chmod 620 "$fifo"
        done
    done
    [ -e "$service/supervise/status" ] || : >"$service/down"
    # a service of another project that has the same name is not to take its place
    put "$service/deploy_to" 644 "$deploy_to" || :
}

# Put `run` ($1) and `log/run` ($2) in place; a logger that runs by another one is restarted.
install_scripts() {
    if put "$service/run" 755 "$1" && [ -e "$service/supervise/status" ]; then
        say 'run has changed: it takes effect at the next restart'
    fi
    if put "$service/log/run" 755 "$2" && is_supervised "$service/log"; then
        control -t "$service/log" || fail 70 'the log service could not be restarted'
    fi
}

# Let the scanner see the service: linked under a dot name, which it passes over, then renamed.
link_service() {
    [ -d "$scan_directory" ] || fail 71 "there is no scan directory $scan_directory; install $scan_package, or set scan_directory"
    if [ -L "$scan_entry" ]; then
        [ "$(readlink "$scan_entry")" = "$service" ] ||
            fail 71 "$scan_entry leads to $(readlink "$scan_entry"), which is another's; remove it or name the service otherwise"
    elif [ -e "$scan_entry" ]; then
        fail 71 "$scan_entry is a directory of its own; take that service off first, then move it away"
    else
        ln -sfn "$service" "$scan_directory/.${scan_entry##*/}.new"
        mv -T "$scan_directory/.${scan_entry##*/}.new" "$scan_entry"
    fi
    rescan || fail 71 "$scanner does not answer on $scan_directory; start it: $start_scanner"
    tries=90
    until is_supervised "$service" && is_supervised "$service/log"; do
        [ "$tries" -gt 0 ] || fail 71 "$scanner does not take up $scan_entry: is it running on $scan_directory? ($start_scanner)"
        tries=$((tries - 1))
        sleep 0.1
    done
    rm -f "$service/down"
}

# Keep the next $2 bytes of standard input in file $1 for envdir. Only the first line of such a file
# counts, and envdir takes a NUL for a newline.
put_secret() {
    (umask 077 && head -c "$2" | tr '\n' '\000' >"$1.new") || fail 70 "$1 could not be written"
    [ "$(wc -c <"$1.new")" -eq "$2" ] || {
        rm -f "$1.new"
        fail 70 "the secret ${1##*/} did not arrive whole"
    }
    mv -f "$1.new" "$1" || fail 70 "$1 could not be written"
}

# Remove what directory $1 keeps for envdir besides the secrets $2...
drop_other_secrets() {
    directory=$1
    shift
    for kept in "$directory"/*; do
        case " $* " in *" ${kept##*/} "*) ;; *) rm -f "$kept" ;; esac
    done
}

# Refuse unless directory $1 keeps each of the secrets $2...
need_secrets() {
    directory=$1 lacking=''
    shift
    for each in "$@"; do [ -s "$directory/$each" ] || lacking="$lacking $each"; done
    [ -z "$lacking" ] || fail 71 "secrets that are not on this host yet:$lacking; set them in your environment and run setup again"
}

# Keep the next $2 bytes of standard input as file $1 of the deploy user, for the service's group to read.
put_shared() {
    as_user mkdir -p "$(dirname "$1")" || fail 70 "$(dirname "$1") could not be made"
    # shellcheck disable=SC2016 # the inner shell's own
    head -c "$2" | as_user sh -c 'umask 027; cat >"$1.new"' sh "$1" || fail 70 "$1 could not be written"
    [ "$(as_user wc -c "$1.new" | cut -d" " -f1)" -eq "$2" ] || fail 70 "$1 did not arrive whole"
    as_user mv -f "$1.new" "$1" || fail 70 "$1 could not be written"
}
