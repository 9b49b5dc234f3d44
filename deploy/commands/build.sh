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
            requirements_of "$requirements"
            inputs_of "$@"
            shareable "$requirements" "$@" || pwd -P
        } | sha256sum | cut -d' ' -f1
    )
    "$python" -m venv --without-pip "$directory" >&2 ||
        fail 71 "$python cannot make virtual environments; install its venv module (Debian: apt-get install python3-venv)"
    copy_environment "$before/$directory" "$directory" "$made_of" ||
        install_requirements "$directory" "$requirements" "$@"
    printf '%s\n' "$made_of" >"$directory/.made_of"
}

# Print requirements file $1 and what it includes by -r and -c, to a depth of nine.
requirements_of() {
    cat "$1"
    [ "${2:-1}" -lt 9 ] || return 0
    sed -n -E 's/^[[:space:]]*(-r|-c|--requirement|--constraint)[[:space:]=]*([^[:space:]#]+).*/\2/p' "$1" |
        while IFS= read -r included; do
            case $included in /*) ;; *) included=$(dirname "$1")/$included ;; esac
            [ ! -f "$included" ] || requirements_of "$included" $((${2:-1} + 1))
        done
}

# Print what the files that pip options $1... name hold, and the sums of those in directories, such as
# wheels for --find-links.
inputs_of() {
    for each in "$@"; do
        case $each in --*=*) each=${each#*=} ;; -[cfr]?*) each=${each#-?} ;; esac
        if [ -d "$each" ]; then
            find "$each" -type f -exec sha256sum {} + | sort
        elif [ -f "$each" ]; then
            requirements_of "$each"
        fi
    done
}

# Whether requirements file $1 and pip options $2... install nothing from the release itself: another
# release's copy of that would be another release's code.
shareable() {
    asked=$1
    shift
    ! requirements_of "$asked" | grep -Eq '^[[:space:]]*(-e|--editable|[./]|[^-#:@[:space:]][^#:@]*(/|\.whl|\.zip|\.tar|\.tgz))|^[^#]*file:' &&
        ! printf '%s\n' "$@" | grep -Eq '^(-e|--editable|\.)'
}

copy_environment() {
    [ "$(cat "$1/.made_of" 2>/dev/null)" = "$3" ] || return 1
    say 'the requirements have not changed: copying the environment of the current release'
    from=$(cd "$1" && pwd -P) && to=$(cd "$2" && pwd -P) || return 1
    for part in "$from"/*; do
        case ${part##*/} in bin | lib64 | pyvenv.cfg) continue ;; esac
        cp -a --reflink=auto "$part" "$to/" || return 1
    done
    for program in "$from"/bin/*; do
        if [ ! -e "$to/bin/${program##*/}" ]; then cp -a "$program" "$to/bin/" || return 1; fi
    done
    make_programs_own "$from" "$to"
}

# Let the programs copied from environment $1 to $2 run by the interpreter of $2. Its path stands after
# #!, or on the line below where that path has a space or is long.
make_programs_own() {
    "$2/bin/python" -c '
import os, sys
from pathlib import Path

old, new = (os.fsencode(each) + b"/bin/" for each in sys.argv[1:])
for program in Path(sys.argv[2], "bin").iterdir():
    if program.is_file() and not program.is_symlink():
        text = program.read_bytes()
        if text.startswith(b"#!") and old in text:
            program.write_bytes(text.replace(old, new))
' "$1" "$2"
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
