#!/bin/sh
name=${0##*/}
if [ -e /run/siege/armed ]; then
    read -r wanted action </run/siege/armed
    echo "$name" >>/run/siege/calls
    if [ ! -e /run/siege/struck ] && [ "$(/usr/bin/wc -l </run/siege/calls)" -ge "$wanted" ] &&
        /usr/bin/mkdir /run/siege/struck 2>/dev/null; then
        echo "$name $*" >/run/siege/struck/what
        case $action in
        fail) exit 1 ;;
        slay) kill -KILL "$PPID"; exit 1 ;;
        wait)
            tries=500
            until [ -e /run/siege/go ] || [ "$tries" = 0 ]; do
                tries=$((tries - 1))
                /usr/bin/sleep 0.02
            done
            ;;
        esac
    fi
fi
if [ "$name" = date ] && read -r skew </run/siege/skew; then
    set -- --date "@$(($(/usr/bin/date +%s) + skew))" "$@"
fi 2>/dev/null
exec "/usr/bin/$name" "$@"
