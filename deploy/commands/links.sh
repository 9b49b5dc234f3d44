# Make a release of the files that the release before has, without copying them.

# Print for each name on standard input, with a NUL behind each: inode, size, time of change, mode, name.
listed() { xargs -0r stat --printf='%i %s %.9Y %f %n\0' | sort -z; }

# Let nobody write to the files of release $1, and note how they are: links in later releases share them.
note_tree() (
    cd "$1" || exit 1
    LC_ALL=C
    find . -type f -perm /222 -exec chmod a-w {} +
    mkdir .forklift
    find . -path ./.forklift -prune -o \( -type f -o -type l \) -print0 | listed >.forklift/tree
)

# Begin release $1 with links to the files of release $2, which is of revision $3, but for those that the
# next $4 bytes of standard input name.
link_unchanged() {
    mkdir "$1"
    head -c "$4" | LC_ALL=C sort -z >"$1.touched"
    link_all_but "$1.touched" "$1" "$2" "$3" ||
        fail 74 "${2##*/} is not as it was made, so nothing is linked to it"
    rm -f "$1.touched" "$1.same" "$1.other"
}

# A file that is not as it was noted is never linked: who wrote to it meant one release alone.
link_all_but() (
    cd "$3" && grep -qF "\"revision\": \"$4\"" .release.json && [ -f .forklift/tree ] || exit 1
    LC_ALL=C
    cut -z -d ' ' -f 5- .forklift/tree | sort -z | comm -z -23 - "$1" >"$2.same"
    listed <"$2.same" 2>/dev/null | comm -z -23 - .forklift/tree >"$2.other"
    [ ! -s "$2.other" ] && xargs -0r cp -lP --parents -t "$2" -- <"$2.same"
)
