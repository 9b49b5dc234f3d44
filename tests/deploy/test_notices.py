"""Who is told what of a run, when, and that no notice can hurt it: by a real HTTP server and real commands."""

import http.server
import json
import threading
import time
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest

from deploy import notifying
from deploy.errors import Partly, Refused, Undone
from deploy.notices import Notices
from deploy.output.event import View
from deploy.output.output import Output

SECRET = "/services/T000/very-secret"


class Kept(View):
    def __init__(self):
        self.warnings, self.last = [], ""

    def show(self, event):
        self.last = event.kind
        if event.kind == "warning":
            self.warnings.append(event.text)


@contextmanager
def webhook(answer=200, seconds=0.0):
    """A webhook on loopback; gives its URL, and what it was sent."""
    got, free = [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["Content-Length"])
            got.append((self.path, json.loads(self.rfile.read(size))))
            free.wait(seconds)
            with suppress(OSError):
                self.send_response(answer)
                self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{SECRET}", got
    finally:
        free.set()
        server.shutdown()
        server.server_close()


def service(name="worker", url="", command=""):
    return SimpleNamespace(name=name, notify_url=url, notify_command=command)


def run(services, folder, environment, error=None, changing=True):
    """A run of these services; gives what the operator sees of it."""
    seen = Kept()
    output = Output(seen)
    notifying.notify(services, output, folder, environment)
    with suppress(Undone, Partly, Refused), output.to_the_end():
        output.phase("probe", "worker", ["web1"])
        for each in services if changing else ():
            plan = {"task": "deploy", "service": each.name, "hosts": ["web1", "web2"]}
            made = {"branch": "main <x>", "revision": "1a2b3c4d", "operator": "ann@l"}
            output.plan({**plan, **made, "release": "r1"})
            output.phase("prepare", each.name, ["web1", "web2"])
        if error:
            raise error
        output.done("worker: r1 is live and verified on web1, web2")
    assert seen.last == "end"
    return seen.warnings


@pytest.mark.parametrize(
    ("error", "event", "status"),
    [
        (None, "success", 0),
        (Undone("web1: broke\n    its log\nundone"), "undone", 3),
        (Partly("web2 was skipped"), "failure", 5),
    ],
)
def test_a_webhook_is_told_of_the_start_and_the_end(tmp_path, error, event, status):
    with webhook() as (url, got):
        assert run([service(url="HOOK")], tmp_path, {"HOOK": url}, error) == []
    (path, start), (_, end) = got
    assert path == SECRET
    assert start["event"] == "start"
    assert start["text"] == (
        "ann@l: deploy of worker (main &lt;x&gt;, 1a2b3c4) to web1, web2 begins"
    )
    assert (end["event"], end["status"]) == (event, status)
    assert end["plans"][0]["release"] == "r1"
    expected = str(error).splitlines()[0] if error else "is live and verified"
    assert expected in end["text"]
    assert "its log" not in end["text"]


def test_who_changed_nothing_tells_nobody(tmp_path):
    with webhook() as (url, got):
        services = [service(url="HOOK")]
        refused = Refused("held by bob")
        assert run(services, tmp_path, {"HOOK": url}, refused, changing=False) == []
    assert got == []


def test_services_with_the_same_webhook_share_their_notices(tmp_path):
    with webhook() as (url, got), webhook() as (other, others):
        services = [service(n, "HOOK") for n in ("worker", "sample")]
        services.append(service("cron", "OTHER"))
        run(services, tmp_path, {"HOOK": url, "OTHER": other})
    assert [each["event"] for _, each in got] == ["start", "success"]
    plans = got[1][1]["plans"]
    assert [each["service"] for each in plans] == ["worker", "sample"]
    assert [each["service"] for each in others[1][1]["plans"]] == ["cron"]


def test_a_command_gets_it_in_its_environment(tmp_path):
    command = 'echo "$FORKLIFT_EVENT: $FORKLIFT_TEXT" >>told; echo "$FORKLIFT_NOTICE" >>json; echo noise'
    assert run([service(command=command)], tmp_path, {}) == []
    start, end = (tmp_path / "told").read_text().splitlines()
    assert start == "start: " + (
        "ann@l: deploy of worker (main <x>, 1a2b3c4) to web1, web2 begins"
    )
    assert end == "success: worker: r1 is live and verified on web1, web2"
    noticed = [json.loads(x) for x in (tmp_path / "json").read_text().splitlines()]
    assert [each["event"] for each in noticed] == ["start", "success"]


BAD_ADDRESSES = [
    ("", "HOOK, which notify_url names, is not set here"),
    (f"file:///etc/passwd{SECRET}", "HOOK must hold a URL that begins with https"),
    (f"http://127.0.0.1:1{SECRET}", "of HOOK cannot be reached: Connection refused"),
    (f"http://a b{SECRET}", "webhook of HOOK cannot be reached"),
    (f"http://[::1{SECRET}", "webhook of HOOK cannot be reached"),
]


@pytest.mark.parametrize(("url", "sentence"), BAD_ADDRESSES)
def test_a_bad_address_is_a_warning_that_does_not_repeat_it(tmp_path, url, sentence):
    environment = {"HOOK": url} if url else {}
    warnings = run([service(url="HOOK")], tmp_path, environment)
    assert len(warnings) == 2
    assert "nobody was notified of start" in warnings[0]
    assert all(sentence in each for each in warnings)
    assert "secret" not in "".join(warnings)


def test_a_webhook_that_refuses_is_a_warning(tmp_path):
    with webhook(answer=404) as (url, got):
        warnings = run([service(url="HOOK")], tmp_path, {"HOOK": url})
    assert len(got) == 2
    assert (
        warnings[1]
        == "nobody was notified of success: the webhook of HOOK answered 404"
    )


def test_a_command_that_fails_is_a_warning_with_what_it_said(tmp_path):
    warnings = run([service(command="echo no mail; exit 3")], tmp_path, {})
    assert "notify_command failed (exit status 3)\n    no mail" in warnings[0]


def test_what_hangs_keeps_nobody_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(notifying, "PATIENCE", 0.1)
    with webhook(seconds=60) as (url, _):
        began = time.monotonic()
        warnings = run([service(url="HOOK")], tmp_path, {"HOOK": url})
        assert time.monotonic() - began < 5
    assert warnings == ["not all were notified within 0.1 s"]


def test_a_text_is_cut_where_chats_would_cut_it():
    notices, seen = Notices(["worker"]), []

    class Taking(View):
        def show(self, event):
            seen.append(notices.take(event))

    output = Output(Taking())
    with suppress(Undone), output.to_the_end():
        plan = {"task": "deploy", "service": "worker", "hosts": ["web1"]}
        output.plan({**plan, "branch": "x", "revision": "1", "operator": "ann"})
        output.phase("prepare", "worker", ["web1"])
        raise Undone("x" * 10_000)
    assert len(seen[-1].text) == 2001
