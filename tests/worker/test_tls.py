"""Over the network the login and the jobs are encrypted, and the server proves who it is."""

import socket
import subprocess

import pytest

from tests.worker.support import Mariadb, states
from worker import Queue, QueueUnreachable


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    for name in ("ca", "other"):
        openssl(
            folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
        )  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    openssl(
        folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=db",
        "-keyout", "db.key", "-out", "db.csr",
    )  # fmt: skip
    openssl(
        folder, "x509", "-req", "-in", "db.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "db.pem",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def port(certificates):
    server = Mariadb()
    server.kill()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    for name in ("ca.pem", "db.pem", "db.key"):
        copy = server.folder / name
        copy.write_bytes((certificates / name).read_bytes())
        copy.chmod(0o644)
    server.start(
        "--skip-skip-networking", "--bind-address=127.0.0.1", f"--port={number}",
        f"--ssl-ca={server.folder}/ca.pem", f"--ssl-cert={server.folder}/db.pem",
        f"--ssl-key={server.folder}/db.key",
    )  # fmt: skip
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER app@'%' IDENTIFIED BY 'hunter2' REQUIRE SSL")
        cursor.execute("GRANT ALL ON *.* TO app@'%'")
    yield number
    server.stop()


def test_with_ssl_ca_the_connection_is_encrypted_and_verified(port, certificates):
    queue = Queue(
        f"mysql://app:hunter2@127.0.0.1:{port}/q?ssl_ca={certificates}/ca.pem"
    )
    queue.setup()
    queue.enqueue("a.B")
    with queue.store.transaction() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        assert cursor.fetchone()[1]
    assert states(queue) == {"ready": 1}
    queue.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://app:hunter2@127.0.0.1:{port}/q?ssl_ca={folder}/other.pem",
        "mysql://app:hunter2@localhost:{port}/q?ssl_ca={folder}/ca.pem",
        "mysql://app:hunter2@127.0.0.1:{port}/q?ssl_ca={folder}/none.pem",
        "mysql://app:hunter2@127.0.0.1:{port}/q",
    ],
    ids=["signed by another", "another name", "no such file", "not encrypted"],
)
@pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning")
def test_a_server_that_cannot_prove_itself_gets_no_login(port, certificates, url):
    queue = Queue(url.format(port=port, folder=certificates))
    with pytest.raises(QueueUnreachable) as caught:
        queue.setup()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"), [(None, "No such file or directory"), ("", ".*NO_CERTIFICATE")]
)
def test_certificates_that_cannot_be_read_are_named(tmp_path, text, why):
    if text is not None:
        (tmp_path / "ca.pem").write_text(text)
    queue = Queue(f"mysql://app@127.0.0.1/q?ssl_ca={tmp_path / 'ca.pem'}")
    sentence = f"its ssl_ca {tmp_path / 'ca.pem'} cannot be read as certificates: {why}"
    with pytest.raises(QueueUnreachable, match=sentence):
        queue.setup()
