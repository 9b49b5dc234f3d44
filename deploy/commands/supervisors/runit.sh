# What of runit the other libraries ask and tell.
supervise=runsv scanner=runsvdir

# Whether runsv looks after DIR; not so too if this account may not ask.
is_supervised() { sv status "$1" >/dev/null 2>&1; }

# Send LETTERS to DIR: sv looks at the first letter of its commands, which is the same as svc's.
control() {
    letters=${1#-}
    while [ -n "$letters" ]; do
        rest=${letters#?}
        complaint=$(sv "${letters%"$rest"}" "$2" 2>&1) || {
            say "$complaint"
            return 1
        }
        letters=$rest
    done
}

# runsvdir looks every few seconds.
rescan() { :; }

# One runsv looks after a service and its log service: it ends once the logger has read all.
dismiss() { control -x "$1"; }

# svlogd's labels are times of UTC, which can be compared as text.
label_of() { date -u -d "@$1" +%Y-%m-%d_%H:%M:%S; }

readable() { sed -u 's/^\([0-9-]*\)_\([0-9:.]*\)/\1 \2Z/'; }
