"""What holds for every test."""

import signal

# a shell has what it starts in the background ignore it, and so do all of its children
signal.signal(signal.SIGINT, signal.default_int_handler)
