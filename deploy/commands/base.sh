# Say which step begins, on standard output under the mark of the record separator.
begin() { printf '\036%s\n' "$1"; }

# End the script with a sentence for the operator; the status tells the kind of failure. The mark
# tells the sentence from what tools wrote before it.
fail() {
    status=$1
    shift
    printf '\036!%s\n' "$*" >&2
    exit "$status"
}
