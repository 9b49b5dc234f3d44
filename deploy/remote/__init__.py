"""How to run it: connections, scripts over them, and all hosts at once."""
