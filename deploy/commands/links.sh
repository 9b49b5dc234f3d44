# Make a release of the files that the release before has, without copying them.

# How a file is noted: inode, size, time of change, mode, name, and a NUL. All of a file's links have the same.
how_noted='%i %s %.9Y %f %n\0'

# Note the files that are named on standard input, with a NUL behind each.
noted() { xargs -0r stat --printf="$how_noted" --; }

# Let nobody write to the files of release $1, and note how they are: links in later releases share them.
note_tree() (
    cd "$1" || exit 1
    LC_ALL=C
    find . -type f -perm /222 -exec chmod a-w {} +
    mkdir .forklift
    find . -path ./.forklift -prune -o \( -type f -o -type l \) -print0 | noted | sort -z >.forklift/tree
)

# Do the same for what was unpacked into release $1 among its links, of which the notes are kept as they were.
note_changes() (
    cd "$1" || exit 1
    LC_ALL=C
    # what the commit has not any more, or as a directory, is named too
    xargs -0r sh -c 'find "$@" -maxdepth 0 \( -type l -o -type f -exec chmod a-w {} + \) -print0 2>/dev/null || :' sh \
        <"$1.touched" >"$1.new"
    mkdir .forklift
    noted <"$1.new" | sort -z | sort -z -m - "$1.linked" >.forklift/tree
    rm -f "$1.touched" "$1.new" "$1.linked"
)

# Begin release $1 with links to the files of release $2, which is of revision $3, but for those that the
# next $4 bytes of standard input name.
link_unchanged() {
    mkdir "$1"
    head -c "$4" | LC_ALL=C sort -z >"$1.touched"
    link_all_but "$1.touched" "$1" "$2" "$3" ||
        fail 74 "${2##*/} is not as it was made, so nothing is linked to it"
    rm -f "$1".same* "$1.other"
}

# A release holds no link to a file that is not as it was noted: who wrote to that meant another release alone.
link_all_but() (
    cd "$3" && grep -qF "\"revision\": \"$4\"" .release.json && [ -f .forklift/tree ] || exit 1
    LC_ALL=C
    cut -z -d ' ' -f 5- .forklift/tree | sort -z | comm -z -23 - "$1" >"$2.same"
    # here, for they would hinder each other where they make the same directory
    xargs -0r dirname -z -- <"$2.same" | uniq -z | (cd "$2" && xargs -0r mkdir -p --) || exit 1
    split -t '\0' -n "l/$(nproc)" "$2.same" "$2.same." || exit 1
    linking='' failed=''
    for part in "$2.same."*; do
        link_and_note "$part" "$2" &
        linking="$linking $!"
    done
    for each in $linking; do wait "$each" || failed=yes; done
    [ -z "$failed" ] && sort -z "$2.same."*.noted >"$2.linked" || exit 1
    comm -z -23 "$2.linked" .forklift/tree >"$2.other" && [ ! -s "$2.other" ]
)

# Link what file $1 names into release $2, and note what is linked: what came between is seen, too.
link_and_note() {
    xargs -0r cp -lP --parents -t "$2" -- <"$1" && cd "$2" && noted <"$1" >"$1.noted"
}
