import pytest

from worker import BadAddress, Queue
from worker.address import default, parse


def test_a_mysql_url_is_read_with_its_percent_signs():
    address = parse(
        "mysql://us%40er:p%2Fa%3Ass%23@db.example.com:3307/q%20ueue?ssl_ca=%2Fetc%2Fca.pem"
    )
    assert (address.user, address.password) == ("us@er", "p/a:ss#")
    assert (address.host, address.port, address.database) == (
        "db.example.com",
        3307,
        "q ueue",
    )
    assert address.option("ssl_ca") == "/etc/ca.pem"


def test_a_url_may_name_several_hosts_of_which_the_first_comes_first():
    address = parse("mysql://u:p@db1,db2:3307,[::1]:3308/q")
    assert [(one.host, one.port) for one in address.each] == [
        ("db1", 3306),
        ("db2", 3307),
        ("::1", 3308),
    ]
    assert str(address) == "mysql://u@db1,db2:3307,[::1]:3308/q"
    assert {one.password for one in address.each} == {"p"}
    assert address.is_plain


def test_sqlite_urls_are_relative_with_three_slashes_and_absolute_with_four(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert parse("sqlite:///queue.db").database == str(tmp_path / "queue.db")
    assert parse("sqlite:////var/lib/q.db").database == "/var/lib/q.db"


def test_the_password_shows_nowhere():
    url = "mysql://root:hunter2@db.example.com/qudo?ssl_ca=/ca.pem"
    address = parse(url)
    queue = Queue(url)
    for text in (
        str(address),
        repr(address),
        repr(queue),
        repr(queue.store),
        str(vars(queue)),
    ):
        assert "hunter2" not in text


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "must look like"),
        (None, r"is a NoneType and no text \(is QUEUE_URL set\?\)"),
        ("sqlite:////a sqlite:////b", r"Queues\(\) takes several"),
        ("qudo", "must look like"),
        ("postgres://u:hunter2@h/d", "must look like"),
        ("mysql:///qudo", "names no host"),
        ("mysql://root@h", "names no database"),
        ("mysql://root@h/", "names no database"),
        ("mysql://root@h/a/b", "names no database"),
        ("mysql://root:hunter2/x@h/d", "percent-encode"),
        ("mysql://root:hunter2#x@h/d", "percent-encode|has a #"),
        ("mysql://root@h:99999/d", "port is no number"),
        ("mysql://root@h,,i/d", "names no host"),
        ("mysql://root@h,i:x/d", "port is no number"),
        (
            "mysql://root@h,i/d?unix_socket=/s",
            "several hosts cannot have a unix_socket",
        ),
        ("mysql://root@h/d?unix_soket=/s", "did you mean unix_socket"),
        ("mysql://root@h/d?skip_locked=maybe", "can be auto or no"),
        ("sqlite://queue.db", "three slashes"),
        ("sqlite:///", "three slashes"),
        ("sqlite:///:memory:", "would be one connection's alone"),
    ],
)
def test_a_wrong_url_is_a_sentence_without_the_password(url, sentence):
    with pytest.raises(BadAddress, match=sentence) as caught:
        parse(url)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_localhost_means_the_usual_socket_as_for_mysqls_own_programs(
    tmp_path, monkeypatch
):
    socket = tmp_path / "mysqld.sock"
    monkeypatch.setattr("worker.address.SOCKETS", (str(tmp_path / "no"), str(socket)))
    assert parse("mysql://root@localhost/qudo").unix_socket == ""
    socket.touch()
    assert parse("mysql://root@localhost/qudo").unix_socket == str(socket)
    assert parse("mysql://root@127.0.0.1/qudo").unix_socket == ""
    assert parse("mysql://root@localhost:3307/qudo").unix_socket == ""


def test_an_unencrypted_way_over_the_network_is_warned_of():
    with pytest.warns(UserWarning, match="unencrypted; add"):
        Queue("mysql://app@db.example.com/qudo")
    for url in (
        "mysql://app@127.0.0.1/qudo",
        "mysql://app@db.example.com/q?ssl_ca=/ca.pem",
    ):
        assert not parse(url).is_plain


def test_the_embedded_queue_lies_in_the_shared_directory(tmp_path, monkeypatch):
    assert (
        default({"FORKLIFT_SHARED": "/srv/shared"}).database == "/srv/shared/queue.db"
    )
    monkeypatch.chdir(tmp_path)
    assert default({}).database == str(tmp_path / "queue.db")
