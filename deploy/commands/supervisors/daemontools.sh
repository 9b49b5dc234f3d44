# What of daemontools the other libraries ask and tell. Each supervisor has the same functions, and read_status.
supervise=supervise scanner=svscan

# Whether supervise looks after DIR; not so too if this account may not ask.
is_supervised() { svok "$1" 2>/dev/null; }

# Send LETTERS to DIR: t TERM, c CONT, h HUP, k KILL, u up, d down, x exit. svc exits 0 whatever happens: only
# silence is success.
control() {
    complaint=$(svc "$1" "$2" 2>&1)
    [ -z "$complaint" ] && return 0
    say "$complaint"
    return 1
}

# Have the scanner look at the scan directory: svscan does so every five seconds.
rescan() { :; }

# Have what supervises DIR end, which is down, once its link is gone.
dismiss() { control -dcx "$1"; }

# The label of second $1, as multilog writes it before each line: TAI64N (2^62 + 10 + Unix time).
label_of() { printf '@40000000%08x' "$(($1 + 10))"; }

# Write the labels before lines as times of the host's zone.
readable() { tai64nlocal; }
