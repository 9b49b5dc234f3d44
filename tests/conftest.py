"""What holds for every test."""

import signal

# a shell or nohup may have what it starts ignore them, and so do all of its children
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
