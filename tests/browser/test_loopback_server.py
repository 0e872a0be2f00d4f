"""The loopback server answers with listed files and fixed headers, and with nothing else."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser_harness.server import HEADERS, LoopbackServer, serve_bundle
from xport.errors import InputError, UnavailableError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle beside a secret."""
    (tmp_path / "secret.txt").write_text("secret")
    site = tmp_path / "site"
    (site / "models").mkdir(parents=True)
    (site / "index.html").write_text("<p>home")
    (site / "app.js").write_text("1")
    (site / "models" / "a b.wasm").write_bytes(b"\0asm")
    return site


@pytest.fixture
def server(folder: Path) -> Iterator[LoopbackServer]:
    """A running server of that bundle."""
    with serve_bundle(folder, port=0) as running:
        yield running


def ask(
    server: LoopbackServer, path: str, method: str = "GET", host: str | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body of one request, sent as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{server.port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def test_serves_listed_files_with_their_types(server: LoopbackServer) -> None:
    for path, kind, body in (
        ("/", "text/html; charset=utf-8", b"<p>home"),
        ("/index.html", "text/html; charset=utf-8", b"<p>home"),
        ("/app.js?fresh", "text/javascript; charset=utf-8", b"1"),
        ("/models/a%20b.wasm", "application/wasm", b"\0asm"),
    ):
        status, headers, found = ask(server, path)
        assert (status, headers["Content-Type"], found) == (200, kind, body)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/models/../../secret.txt",
        "//secret.txt",
        "/models/",
        "/models",
        "/nothing",
        "/..%2fsecret.txt",
        "file:///etc/passwd",
    ],
)
def test_knows_no_other_path(server: LoopbackServer, path: str) -> None:
    status, headers, body = ask(server, path)
    assert status == 404
    assert b"secret" not in body
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_every_answer_has_the_fixed_headers(server: LoopbackServer) -> None:
    for path in ("/", "/nothing"):
        _, headers, _ = ask(server, path)
        assert {name: headers[name] for name in HEADERS} == HEADERS
    assert HEADERS["Cross-Origin-Embedder-Policy"] == "require-corp"
    with LoopbackServer({}) as verifying:
        assert ask(verifying, "/")[1]["Cache-Control"] == "no-store"


def test_documents_that_are_no_page_run_no_script(server: LoopbackServer, folder: Path) -> None:
    server.publish("/evidence.html", b"<p>")
    (folder / "report.html").write_text("<style>p{}</style>")
    server.publish("/report.html", folder / "report.html")
    for path in ("/report.html", "/evidence.html"):
        policy = ask(server, path)[1]["Content-Security-Policy"]
        assert "script-src" not in policy
        assert policy.startswith("default-src 'none'")


def test_the_policy_allows_no_eval_and_no_other_address() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy
    assert "'wasm-unsafe-eval'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


def test_the_page_carries_the_same_policy_for_other_servers() -> None:
    page = Path(__file__).parents[2] / "browser_harness/web/app/index.html"
    found = re.search(r'content="(default-src[^"]+)"', page.read_text())
    expected = HEADERS["Content-Security-Policy"].replace("; frame-ancestors 'none'", "")
    assert found is not None
    assert found[1] == expected


def test_answers_get_and_head_only(server: LoopbackServer) -> None:
    status, headers, body = ask(server, "/", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "7", b"")
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert ask(server, "/", method)[0] == 501


def test_answers_to_no_other_host_name(server: LoopbackServer) -> None:
    assert ask(server, "/", host="evil.example:80")[0] == 421
    assert ask(server, "/", host="localhost:9000")[0] == 200


def test_listens_on_loopback_only(server: LoopbackServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex(("127.0.0.2", server.port)) != 0


def test_published_bytes_can_be_withdrawn() -> None:
    with LoopbackServer({}) as server:
        server.publish("/probes/x", b"12")
        assert ask(server, "/probes/x")[2] == b"12"
        server.withdraw("/probes/x")
        assert ask(server, "/probes/x")[0] == 404


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no index\.html"):
        serve_bundle(tmp_path)


def test_a_link_out_of_the_bundle_is_refused(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    with pytest.raises(InputError, match="leads out of the bundle"):
        serve_bundle(folder, port=0)


def test_a_taken_port_is_named(server: LoopbackServer, folder: Path) -> None:
    with pytest.raises(UnavailableError, match="choose another port"):
        serve_bundle(folder, port=server.port)
