# Make trees of commits that a host fetches itself. These functions read: made (where the tree is to be),
# mirror (a bare repository of ours), url, commit, depth (how much history, 0 is all), tree (the directory
# that is wanted, . is all), submodules and lfs (yes or nothing).

# Whoever asks for a password or a yes would wait for ever; an unknown host key is refused.
alone() {
    GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false SSH_ASKPASS=/bin/false
    GIT_SSH_COMMAND='ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20'
    export GIT_TERMINAL_PROMPT GIT_ASKPASS SSH_ASKPASS GIT_SSH_COMMAND
    unset GIT_LFS_SKIP_SMUDGE GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
}

# Run git in the mirror. LFS works whether or not the account was told of it, and a pointer is an error.
in_mirror() {
    git --git-dir="$mirror" --literal-pathspecs -c gc.autoDetach=false -c tar.umask=0002 \
        -c core.autocrlf=false -c core.eol=lf -c filter.lfs.smudge='git-lfs smudge -- %f' \
        -c filter.lfs.process='git-lfs filter-process' -c filter.lfs.required=true "$@" </dev/null
}

# Make the tree of the commit; a mirror that is of no use any more is made anew, once.
make_tree() {
    alone
    [ -z "$lfs" ] || command -v git-lfs >/dev/null ||
        fail 71 'the commit keeps files in Git LFS, and git-lfs is missing here; install it (Debian: apt-get install git-lfs)'
    has_commit || fetch_commit || renew_mirror
    fill_tree || { renew_mirror && fill_tree; } ||
        fail 70 "git could not make the tree of $commit (its words are below)"
    mv -T "$(realpath "$made.whole/$tree")" "$made"
    rm -rf "$made.whole"
}

has_commit() {
    [ "$(in_mirror rev-parse --verify --quiet "$commit^{commit}" 2>/dev/null)" = "$commit" ]
}

# Fetch the one commit; of a server that gives only what branches and tags lead to, fetch these.
fetch_commit() {
    git init --quiet --bare "$mirror" >&2 && in_mirror config remote.origin.url "$url" || return 1
    shallow=''
    [ "$depth" = 0 ] || shallow=--depth=$depth
    in_mirror fetch --quiet --no-tags ${shallow:+"$shallow"} origin "+$commit:refs/forklift/wanted" && has_commit && return
    in_mirror fetch --quiet --prune origin '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' && has_commit
}

# Begin the mirror again, if it is the mirror that is in the way.
renew_mirror() {
    read_repository >&2 || fail 71 "$(cannot_read)"
    say "making the mirror $mirror anew"
    rm -rf "${mirror:?}"
    fetch_commit || fail 71 "$commit could not be fetched from $url (git's words are below); is it pushed there?"
}

read_repository() { git ls-remote --quiet "$url" HEAD </dev/null; }

cannot_read() {
    printf '%s' "$(id -un) cannot read $url from here; let a key of this account in there (or set forward_agent)," \
        " and have its host's key in ~/.ssh/known_hosts; try: git ls-remote $url"
}

# Print a fact if repository $1 cannot be read from here.
check_reading() {
    url=$1
    alone
    read_repository >/dev/null 2>&1 || printf 'unreadable %s\n' "$(cannot_read)"
}

fill_tree() {
    rm -rf "$made.whole" "$made.fifo"
    mkdir "$made.whole" && mkfifo "$made.fifo" || return 1
    tar -xof - -C "$made.whole" <"$made.fifo" &
    filling=$!
    filled=yes
    in_mirror archive --format=tar "$commit" -- "$tree" >"$made.fifo" || filled=''
    wait "$filling" || filled=''
    rm -f "$made.fifo"
    [ -n "$filled" ] && { [ -z "$submodules" ] || add_submodules; }
}

# Let git itself bring the submodules, each at its recorded commit, and leave nothing of it in the tree.
add_submodules() (
    cd "$made.whole" || exit 1
    GIT_WORK_TREE=$PWD GIT_INDEX_FILE=$PWD.index
    export GIT_WORK_TREE GIT_INDEX_FILE
    in_mirror read-tree "$commit" &&
        in_mirror submodule --quiet sync &&
        in_mirror submodule --quiet update --init --recursive --force -- "$tree" >&2 &&
        find . -name .git -prune -exec rm -rf {} + &&
        rm -f "$GIT_INDEX_FILE"
)
