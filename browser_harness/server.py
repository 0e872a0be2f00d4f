"""A loopback HTTP server that knows an explicit list of files and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from xport import digests
from xport.errors import InputError, UnavailableError

Resource = Path | bytes

MIME_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}

# 'wasm-unsafe-eval' lets the browser compile WebAssembly and nothing else. TF.js starts its wasm
# threads from blobs that it makes itself, hence blob: for workers and for what they import.
POLICY = (
    "default-src 'none'",
    "script-src 'self' blob: 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)

# Other documents, such as the report: no script at all; their styles are inside them.
PAGES = ("index.html", "runner.html", "bench.html")
DOCUMENT_POLICY = (
    "default-src 'none'",
    "img-src 'self' data:",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)

HOSTS = frozenset({"127.0.0.1", "localhost"})

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class LoopbackServer:
    """Serves resources by exact URL path on 127.0.0.1; a context manager.

    Nothing is looked up on disk by name, so a path cannot lead anywhere that was not listed.

    Args:
        resources: what each URL path (starting with a slash) answers with: a file or bytes.
        port: 0 for any free port.
        cache: the Cache-Control header; verification wants every byte fetched anew.
    """

    def __init__(
        self,
        resources: Mapping[str, Resource],
        *,
        port: int = 0,
        cache: str = "no-store",
    ) -> None:
        self._resources = dict(resources)
        self._lock = threading.Lock()
        self.headers = {**HEADERS, "Cache-Control": cache}
        try:
            self._http = _Http(("127.0.0.1", port), self)
        except OSError as error:
            raise UnavailableError(
                f"cannot listen: {error.strerror}",
                where=f"127.0.0.1:{port}",
                remedy="choose another port",
            ) from error
        self.port: int = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def publish(self, path: str, resource: Resource) -> None:
        """Serve `resource` at `path` from now on."""
        with self._lock:
            self._resources[path] = resource

    def withdraw(self, path: str) -> None:
        """Serve nothing at `path` any more."""
        with self._lock:
            self._resources.pop(path, None)

    def lend(self, data: bytes, published: ExitStack) -> dict[str, str | int]:
        """Serve bytes until `published` closes: their url, sha256 and length in bytes."""
        digest = digests.of_bytes(data)
        path = f"/probes/{digest}"
        self.publish(path, data)
        published.callback(self.withdraw, path)
        return {"url": path, "sha256": digest, "bytes": len(data)}

    def resource(self, path: str) -> Resource | None:
        """What is served at `path`, or None."""
        with self._lock:
            return self._resources.get(path)

    def serve_forever(self) -> None:
        """Answer requests in this thread until interrupted."""
        self._http.serve_forever()

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._http.serve_forever,
            args=(0.05,),
            name="loopback-server",
            daemon=True,
        ).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    """The socket; remembers which server's resources it answers with."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], owner: LoopbackServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: a browser that goes away in the middle of an answer is no event."""


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD of listed paths."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; delayed, the second waits 40 ms for the first one's receipt.
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        # A name that someone else's DNS points here is no reason to answer; any port is, for those
        # who forward one.
        if self.headers.get("Host", "").partition(":")[0] not in HOSTS:
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"", "nothing.txt", with_body)
            return
        path = urlsplit(self.path).path
        resource = self.server.owner.resource(path)
        try:
            body = resource.read_bytes() if isinstance(resource, Path) else resource
        except OSError:
            body = None
        if body is None:
            self._send(HTTPStatus.NOT_FOUND, b"not found\n", "nothing.txt", with_body)
            return
        name = resource.name if isinstance(resource, Path) else path
        self._send(HTTPStatus.OK, body, name, with_body)

    def _send(self, status: HTTPStatus, body: bytes, name: str, with_body: bool) -> None:
        headers = dict(self.server.owner.headers)
        if name.endswith(".html") and name not in PAGES:
            headers["Content-Security-Policy"] = "; ".join(DOCUMENT_POLICY)
        headers["Content-Type"] = MIME_TYPES.get(Path(name).suffix, "application/octet-stream")
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def version_string(self) -> str:
        """Name no versions."""
        return "xport"

    def log_message(self, *message: object) -> None:
        """Stay quiet."""


def serve_bundle(folder: Path, port: int = 8000) -> LoopbackServer:
    """A server for a bundle: its files as they are now, `index.html` also at `/`.

    Raises:
        InputError: there is no index.html, or a link leads out of the folder.
        UnavailableError: the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise InputError("holds no index.html", where=str(folder), remedy="name a bundle's folder")
    resources: dict[str, Resource] = {"/": folder / "index.html"}
    root = folder.resolve()
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        if not file.resolve().is_relative_to(root):
            raise InputError("leads out of the bundle", where=str(file), remedy="remove the link")
        resources["/" + quote(file.relative_to(folder).as_posix())] = file
    return LoopbackServer(resources, port=port, cache="no-cache")
