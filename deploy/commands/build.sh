# Make virtual environment $2 in the release that is the working directory, by interpreter $1, with
# requirements file $3 and pip options $5...; what the release at $4 has installed is copied if the same
# interpreter, requirements and options made it. A copy shares nothing that a rollback could break.
python_environment() {
    python=$1 directory=$2 requirements=$3 before=$4
    shift 4
    command -v "$python" >/dev/null || fail 71 "there is no $python here; install it (Debian: apt-get install python3-venv)"
    [ -f "$requirements" ] || fail 71 "the release has no $requirements"
    made_of=$(
        {
            "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
            printf '%s\n' "$@"
            cat "$requirements"
            find_links_of "$@"
        } | sha256sum | cut -d' ' -f1
    )
    "$python" -m venv --without-pip "$directory" >&2 ||
        fail 71 "$python cannot make virtual environments; install its venv module (Debian: apt-get install python3-venv)"
    copy_environment "$before/$directory" "$directory" "$made_of" ||
        install_requirements "$directory" "$requirements" "$@"
    printf '%s\n' "$made_of" >"$directory/.made_of"
}

# The names and sums of wheels in directories that --find-links names in the release: they are part of
# what an environment is made of.
find_links_of() {
    while [ $# -gt 0 ]; do
        case $1 in
        --find-links=*) [ ! -d "${1#*=}" ] || find "${1#*=}" -type f -exec sha256sum {} + | sort ;;
        --find-links | -f) [ ! -d "${2:-}" ] || find "$2" -type f -exec sha256sum {} + | sort ;;
        esac
        shift
    done
}

copy_environment() {
    [ "$(cat "$1/.made_of" 2>/dev/null)" = "$3" ] || return 1
    say 'the requirements have not changed: copying the environment of the current release'
    from=$(cd "$1" && pwd -P) && to=$(cd "$2" && pwd -P) &&
        cp -a --reflink=auto "$from/lib/." "$to/lib/" || return 1
    for program in "$from"/bin/*; do
        [ -e "$to/bin/${program##*/}" ] && continue
        cp -a "$program" "$to/bin/" || return 1
        case $(head -c 2 "$program") in
        '#!') sed -i "1s|$from|$to|" "$to/bin/${program##*/}" || return 1 ;;
        esac
    done
}

install_requirements() {
    environment=$1 wanted=$2
    shift 2
    # the interpreter's own pip, if it can install elsewhere (23 can), saves the seconds that a new one takes
    if "$python" -m pip --python "$environment/bin/python" --version >/dev/null 2>&1; then
        set -- "$python" -m pip --python "$environment/bin/python" install "$@"
    else
        "$environment/bin/python" -m ensurepip >&2 ||
            fail 71 'ensurepip is missing; install it (Debian: apt-get install python3-venv)'
        set -- "$environment/bin/python" -m pip install "$@"
    fi
    "$@" --quiet --disable-pip-version-check --no-input -r "$wanted" </dev/null >&2 ||
        fail 70 "pip could not install what $wanted names (its words are below)"
}
