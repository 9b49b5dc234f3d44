"""A small product: a web page that echoes, and the worker that does the echoing."""
