"""The loopback server answers with listed files and fixed headers, and with nothing else."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser_harness.serve.server import LoopbackServer, serve_bundle
from xport.common import digests, hosting
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
    server: LoopbackServer,
    path: str,
    method: str = "GET",
    host: str | None = None,
    **headers: str,
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body of one request, sent as it is; `If_Range="x"` sends If-Range."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{server.port}")
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
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
        assert {name: headers[name] for name in hosting.HEADERS} == hosting.HEADERS
        assert headers["Cache-Control"] == "no-cache"
    assert hosting.HEADERS["Cross-Origin-Embedder-Policy"] == "require-corp"
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
    policy = hosting.policy_for("index.html")
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy
    assert "'wasm-unsafe-eval'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


def test_the_page_carries_the_same_policy_for_other_servers() -> None:
    page = Path(__file__).parents[3] / "browser_harness/web/app/static/index.html"
    found = re.search(r'content="(default-src[^"]+)"', page.read_text())
    expected = hosting.policy_for("index.html").replace("; frame-ancestors 'none'", "")
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


def test_a_file_is_known_by_its_digest_and_not_sent_twice(server: LoopbackServer) -> None:
    tag = f'"{digests.of_bytes(b"<p>home")}"'
    assert ask(server, "/")[1]["ETag"] == tag
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        status, headers, body = ask(server, "/", If_None_Match=known)
        assert (status, headers["ETag"], body) == (304, tag, b"")
        assert headers["Content-Security-Policy"] == hosting.policy_for("index.html")
    assert ask(server, "/", If_None_Match='"other"')[0] == 200


@pytest.mark.parametrize(
    ("asked", "status", "part", "place"),
    [
        ("bytes=0-2", 206, b"<p>", "bytes 0-2/7"),
        ("bytes=3-", 206, b"home", "bytes 3-6/7"),
        ("bytes=3-99", 206, b"home", "bytes 3-6/7"),
        ("bytes=-2", 206, b"me", "bytes 5-6/7"),
        ("bytes=-99", 206, b"<p>home", "bytes 0-6/7"),
        ("bytes=7-", 416, b"", "bytes */7"),
        ("bytes=-0", 416, b"", "bytes */7"),
        ("bytes=2-1", 200, b"<p>home", None),
        ("bytes=-", 200, b"<p>home", None),
        ("bytes=0-1,3-4", 200, b"<p>home", None),
        ("lines=0-1", 200, b"<p>home", None),
    ],
)
def test_a_download_can_be_resumed(
    server: LoopbackServer, asked: str, status: int, part: bytes, place: str | None
) -> None:
    found, headers, body = ask(server, "/index.html", Range=asked)
    assert (found, body, headers["Content-Range"]) == (status, part, place)
    assert headers["Content-Length"] == str(len(part))
    assert headers["Accept-Ranges"] == "bytes"


def test_parts_of_two_versions_are_never_mixed(server: LoopbackServer, folder: Path) -> None:
    tag = ask(server, "/app.js")[1]["ETag"]
    (folder / "app.js").write_text("22")
    status, _, body = ask(server, "/app.js", Range="bytes=1-", If_Range=tag)
    assert (status, body) == (200, b"22")
    tag = ask(server, "/app.js")[1]["ETag"]
    status, _, body = ask(server, "/app.js", Range="bytes=1-", If_Range=tag)
    assert (status, body) == (206, b"2")


def test_what_is_verified_is_sent_whole_every_time() -> None:
    with LoopbackServer({"/x": b"12"}) as server:
        status, headers, body = ask(server, "/x", Range="bytes=1-", If_None_Match="*")
    assert (status, headers["ETag"], body) == (200, None, b"12")


def test_serves_under_a_path_and_nothing_beside_it(folder: Path) -> None:
    with serve_bundle(folder, port=0, prefix="/tools/x-ray/") as server:
        assert ask(server, "/tools/x-ray/")[2] == b"<p>home"
        assert ask(server, "/tools/x-ray/models/a%20b.wasm")[0] == 200
        status, headers, _ = ask(server, "/tools/x-ray")
        assert (status, headers["Location"]) == (301, "/tools/x-ray/")
        for path in ("/", "/index.html", "/tools/", "/tools/x-ray/no.js", "/tools/x-ray/models/"):
            assert ask(server, path)[0] == 404


@pytest.mark.parametrize("prefix", ["", "tools/", "/tools", "/a b/", "//", "/../", "/?/"])
def test_a_prefix_that_is_no_path_is_refused(folder: Path, prefix: str) -> None:
    with pytest.raises(InputError, match="is no path"):
        serve_bundle(folder, port=0, prefix=prefix)


def test_does_not_serve_what_hosts_only_read(folder: Path) -> None:
    for name, text in hosting.header_files(["index.html"]).items():
        (folder / name).write_text(text)
    with serve_bundle(folder, port=0) as server:
        for name in hosting.HEADER_FILES:
            assert ask(server, f"/{name}")[0] == 404


def test_a_web_app_manifest_has_its_type(server: LoopbackServer, folder: Path) -> None:
    server.publish("/app.webmanifest", b"{}")
    assert ask(server, "/app.webmanifest")[1]["Content-Type"] == "application/manifest+json"


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


def test_serves_what_was_checked_and_nothing_that_changed_since(folder: Path) -> None:
    (folder / "later.js").write_text("2")
    checked = {name: digests.of_file(folder / name) for name in ("index.html", "app.js")}
    with serve_bundle(folder, port=0, checked=checked) as server:
        assert ask(server, "/app.js")[::2] == (200, b"1")
        assert ask(server, "/later.js")[0] == 404  # none of what was checked
        (folder / "app.js").write_text("another")
        for path in ("/app.js", "/app.js?fresh"):
            status, _, body = ask(server, path)
            assert status == 409
            assert b"changed since it was checked" in body
            assert b"another" not in body
        (folder / "app.js").write_text("1")
        assert ask(server, "/app.js")[::2] == (200, b"1")
        assert ask(server, "/")[::2] == (200, b"<p>home")
