"""A host that answers badly: everything ends, in words, with nothing left behind."""

from __future__ import annotations

import itertools
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.xport.fetching.conftest import Host, send, serving, to
from tests.xport.fetching.test_verify_address import CHANNEL, fetched, refused, release
from tests.xport.signing.conftest import KeyPair, openssl
from xport.errors import InputError, IntegrityError, UnavailableError, XportError
from xport.fetching import bundle, client
from xport.publishing.stores import SMALL

PATIENCE = 0.4


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Host]:
    """Another host, another origin."""
    (tmp_path / "elsewhere").mkdir()
    yield from serving(tmp_path / "elsewhere")


def cut(request: BaseHTTPRequestHandler) -> None:
    """Half of what was promised."""
    send(request, b"x" * 50, length=100_000)


def nothing(request: BaseHTTPRequestHandler) -> None:
    """The connection ends before a word."""
    request.connection.close()


def silent(host: Host) -> Callable[[BaseHTTPRequestHandler], None]:
    """Takes the question, and says nothing."""
    return lambda request: (host.over.wait(5), None)[1]


def stuck(host: Host) -> Callable[[BaseHTTPRequestHandler], None]:
    """Says something, and then nothing more."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        send(request, b"{", length=100)
        request.wfile.flush()
        host.over.wait(5)

    return answer


def drip(host: Host, headers: bool) -> Callable[[BaseHTTPRequestHandler], None]:
    """A byte now and then, each soon enough: of the body, or of headers."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        if headers:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: ")
        else:
            send(request, b"", length=4_000_000)
        while not host.over.wait(0.05):
            request.wfile.write(b" ")
            request.wfile.flush()

    return answer


def endless(request: BaseHTTPRequestHandler) -> None:
    """A body without a length that does not end."""
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.end_headers()
    while True:
        request.wfile.write(b" " * 65536)


def no_http(request: BaseHTTPRequestHandler) -> None:
    """Something else than an answer."""
    request.wfile.write(b"SSH-2.0-OpenSSH\r\n")


def coded(request: BaseHTTPRequestHandler) -> None:
    """A coding that nobody asked for."""
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.send_header("Content-Length", "2")
    request.end_headers()
    request.wfile.write(b"{}")


FAULTS = {
    "cut": (cut, UnavailableError, "the connection broke off after 50 of 100,000 bytes"),
    "nothing": (nothing, UnavailableError, ""),
    "endless": (endless, IntegrityError, "is longer than"),
    "no HTTP": (no_http, UnavailableError, "is answered with no HTTP"),
    "coded": (coded, UnavailableError, "is answered in the coding 'gzip'"),
    "an error": (lambda r: r.send_error(500), UnavailableError, "with the error 500"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("file", ["channels/stable.json", "manifest.json", "model.sig"])
def test_a_bad_answer_ends_it_in_words(host: Host, fault: str, file: str) -> None:
    answer, kind, words = FAULTS[fault]
    host.answers[file] = answer
    said = refused(host.address + CHANNEL, kind, patience=PATIENCE)
    assert words in said
    assert file in said


@pytest.mark.parametrize("file", ["manifest.json", "keys.json"])
def test_a_host_that_says_nothing_more_ends_it(host: Host, owner: KeyPair, file: str) -> None:
    for answer in (silent(host), stuck(host), drip(host, headers=True)):
        host.answers[file] = answer
        start = time.monotonic()
        address = host.address + release(host.folder)
        said = refused(address, UnavailableError, patience=PATIENCE, key=owner.public)
        assert f"no byte came for {PATIENCE} seconds" in said
        assert time.monotonic() - start < 4


def test_a_slow_drip_ends_it(host: Host) -> None:
    host.answers["manifest.json"] = drip(host, headers=False)
    address = host.address + release(host.folder)
    said = refused(address, UnavailableError, patience=PATIENCE)
    assert "comes more slowly than 1,024 bytes a second" in said


def test_files_of_another_length_are_named_and_never_read_further(host: Host) -> None:
    host.answers["app.css"] = endless
    host.answers["app.js"] = lambda request: send(request, b"x" * 10)
    host.answers["icon.svg"] = lambda request: send(request, b"<html>", kind="text/html")
    said = refused(host.address + CHANNEL)
    assert "file app.css is changed: the host has more than" in said
    assert "file app.js is changed: the host has 10 bytes of application/octet-stream" in said
    assert "file icon.svg is changed: the host has 6 bytes of text/html" in said


def test_another_origin_is_never_asked(host: Host, elsewhere: Host) -> None:
    for file in ("stable.json", "manifest.json", "app.css", "model.sig"):
        host.answers = {file: to(f"{elsewhere.address}/{file}")}
        said = refused(host.address + CHANNEL)
        assert f"leads to another origin, http://127.0.0.1:{elsewhere.port}" in said
    host.answers = {"app.css": to("https://127.0.0.1/app.css")}
    assert "leads to another origin, https://127.0.0.1:443" in refused(host.address + CHANNEL)
    host.answers = {"app.css": to("file:///etc/hostname")}
    assert refused(host.address + CHANNEL, XportError)
    assert elsewhere.asked == []


def test_a_circle_of_redirects_ends(host: Host) -> None:
    host.answers = {"app.css": to("app.css")}
    said = refused(host.address + CHANNEL, UnavailableError)
    assert "leads in a circle, or on for more than 5 times" in said
    count = itertools.count()
    host.answers = {"": lambda request: to(f"/{next(count)}")(request)}
    assert "leads in a circle" in refused(host.address + CHANNEL, UnavailableError)
    assert len(host.asked) < 200


def test_a_redirect_on_the_same_host_is_followed(host: Host) -> None:
    folder = host.folder / release(host.folder)[1:]
    (folder / "app.css").rename(host.folder / "moved.css")
    host.answers = {"app.css": to("/moved.css")}
    assert fetched(host.address + CHANNEL).manifest.release == "mini"


def test_nothing_is_fetched_without_encryption_unless_that_is_allowed(host: Host) -> None:
    said = refused(host.address + CHANNEL, InputError, allow_http=False)
    assert "is not encrypted" in said
    assert host.asked == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://host/tool", "is no address of https"),
        ("file:///etc", "is no address of https"),
        ("https://", "is no address of https"),
        ("https://host:port/", "is no address"),
        ("https://me:secret@host/tool", "has a name or password in it"),
        ("https://host/tool?key=1", "has a query or a fragment"),
        ("https://host/tool#top", "has a query or a fragment"),
        ("https://host/a/../b", "has . or .. in its path"),
        ("https://host/a/%2e%2e/b", "has . or .. in its path"),
    ],
)
def test_what_is_no_address_of_a_bundle_is_bad_input(address: str, words: str) -> None:
    said = refused(address, InputError)
    assert words in said
    assert "secret" not in said


def test_a_host_that_is_not_there_is_named() -> None:
    said = refused("http://127.0.0.1:9/tool", UnavailableError, patience=PATIENCE)
    assert "cannot be reached" in said


def test_what_is_absurdly_large_is_not_begun(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(bundle, "MOST", 1000)
        assert "more than the 1,000 of any bundle" in refused(host.address + CHANNEL)
    assert not [path for path in host.asked if path.endswith("app.js")]
    host.answers["manifest.json"] = lambda request: send(request, b"{}", length=SMALL + 1)
    assert "is longer than" in refused(host.address + CHANNEL)
    usage = bundle.shutil.disk_usage
    monkeypatch.setattr(bundle.shutil, "disk_usage", lambda path: usage(path)._replace(free=10))
    host.answers.clear()
    assert "and 10 are free here" in refused(host.address + CHANNEL, UnavailableError)


def test_an_interrupt_leaves_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(client.Client, "chunks", interrupted)
    from tests.xport.fetching.test_verify_address import demands, nothing_left
    from xport.workflow.receiving import received

    address = host.address + release(host.folder)
    with nothing_left(), pytest.raises(KeyboardInterrupt), received(address, demands()):
        pass


def test_a_certificate_that_nobody_vouches_for_is_refused(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", tmp_path / "tls.key", "-out", tmp_path / "tls.crt"),
    )
    host = Host(site)
    server = host.serve()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.crt", tmp_path / "tls.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    address = f"https://localhost:{host.port}"
    try:
        said = refused(address + CHANNEL, UnavailableError, allow_http=False)
        assert "its certificate is not accepted" in said
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls.crt"))
        assert fetched(address + CHANNEL, allow_http=False).manifest.release == "mini"
        host.answers["manifest.json"] = drip(host, headers=True)
        said = refused(address + CHANNEL, UnavailableError, allow_http=False, patience=PATIENCE)
        assert "no byte came" in said
    finally:
        host.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
