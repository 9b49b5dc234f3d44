# Put page $2 into file $1, where any web server may read it.
put_maintenance() {
    [ -d "${1%/*}" ] || fail 71 "there is no ${1%/*}; run setup first"
    if ! { printf '%s' "$2" >"$1.new" && chmod 644 "$1.new" && mv -f "$1.new" "$1"; }; then
        fail 70 "$1 could not be written"
    fi
}

take_maintenance() {
    rm -f "$1" || fail 70 "$1 could not be removed"
}
