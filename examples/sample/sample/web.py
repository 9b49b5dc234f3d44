"""The web application: a form on /, its job at /echo, its health at /health.

TERM ends it at once, as the default action of the signal: no request here takes long.
"""

from __future__ import annotations

import os
import socketserver
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIServer, make_server

from sample.jobs import Echo
from worker import Queue

LONGEST_FORM = 65536  # bytes
FORM = """<!doctype html>
<title>Echo</title>
<form method="post" action="/echo"><input name="message" autofocus><button>Echo</button></form>
"""

Answer = tuple[str, str]


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Application:
    """Answer requests; jobs go into *queue*."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        status, text = self.answer(environ)
        kind = "text/html" if text.startswith("<") else "text/plain"
        start_response(status, [("Content-Type", f"{kind}; charset=utf-8")])
        return [text.encode()]

    def answer(self, environ: dict[str, Any]) -> Answer:
        asked = environ["REQUEST_METHOD"], environ.get("PATH_INFO") or "/"
        if asked == ("GET", "/"):
            return "200 OK", FORM
        if asked == ("GET", "/health"):
            return "200 OK", f"ok {os.environ.get('FORKLIFT_RELEASE', 'unreleased')}\n"
        if asked == ("POST", "/echo"):
            return self.echo(environ)
        return "404 Not Found", "There is nothing here.\n"

    def echo(self, environ: dict[str, Any]) -> Answer:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not 0 <= length <= LONGEST_FORM:
            return "413 Content Too Large", "The message is too long.\n"
        form = parse_qs(environ["wsgi.input"].read(length).decode(errors="replace"))
        if "message" not in form:
            return "400 Bad Request", "A message is missing.\n"
        self.queue.enqueue(Echo, {"message": form["message"][0]})
        return "202 Accepted", "The worker will say it.\n"


def main() -> None:
    application = Application(Queue(os.environ["QUEUE_URL"]))
    port = int(os.environ["PORT"])
    # by name: a host that shares its network with others has a loopback address of its own
    with make_server("localhost", port, application, server_class=Server) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
