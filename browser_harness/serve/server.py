"""A loopback HTTP server that knows an explicit list of files and nothing else."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from browser_harness.serve.answers import Answer, conditional
from xport.common import digests, hosting
from xport.errors import InputError, UnavailableError


@dataclass(frozen=True)
class CheckedFile:
    """A file that is answered with only while it has the bytes that were checked."""

    path: Path
    sha256: str


Resource = Path | bytes | CheckedFile

CHANGED = b"changed since it was checked; check the bundle again with `xport verify`\n"

PREFIX = re.compile(r"/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*")

INDEX = "index.html"
NO_STORE = "no-store"
HOSTS = frozenset({"127.0.0.1", "localhost"})


class LoopbackServer:
    """Serves resources by exact URL path on 127.0.0.1; a context manager.

    Nothing is looked up on disk by name, so a path cannot lead anywhere that was not listed. What
    may be cached has its SHA-256 as ETag, so that it is neither sent again nor mixed with another
    version, and can be sent in parts.

    Args:
        resources: what each URL path (starting with a slash) answers with: a file or bytes.
        port: 0 for any free port.
        cache: the Cache-Control header; verification wants every byte fetched anew.
        moved: where to send readers who ask for a path, by path.
        threads: of wasm, which the deployed page's policy allows for.
    """

    def __init__(
        self,
        resources: Mapping[str, Resource],
        *,
        port: int = 0,
        cache: str = NO_STORE,
        moved: Mapping[str, str] | None = None,
        threads: int = 1,
    ) -> None:
        self._resources = dict(resources)
        self.threads = threads
        self.moved = dict(moved or {})
        self._lock = threading.Lock()
        self.headers = {**hosting.HEADERS, "Cache-Control": cache}
        self.cached = cache != NO_STORE
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
            self._send(Answer(HTTPStatus.MISDIRECTED_REQUEST, b""), with_body)
            return
        owner, path = self.server.owner, urlsplit(self.path).path
        if path in owner.moved:
            place = {"Location": owner.moved[path]}
            self._send(Answer(HTTPStatus.MOVED_PERMANENTLY, b"", headers=place), with_body)
            return
        whole = _whole(path, owner.resource(path))
        if whole.status is not HTTPStatus.OK:
            self._send(whole, with_body)
            return
        if owner.cached:
            whole = conditional(whole, self.headers.get)
        self._send(whole, with_body)

    def _send(self, answer: Answer, with_body: bool) -> None:
        owner = self.server.owner
        headers = {
            **owner.headers,
            hosting.CONTENT_SECURITY_POLICY: hosting.policy_for(answer.name, owner.threads),
            "Content-Type": hosting.type_of(answer.name),
            **answer.headers,
        }
        self.send_response(answer.status)
        for header, value in headers.items():
            self.send_header(header, value)
        if answer.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        """Name no versions."""
        return "xport"

    def log_message(self, *message: object) -> None:
        """Stay quiet."""


def _whole(path: str, resource: Resource | None) -> Answer:
    """All of what is served at a path, or why it is not."""
    if isinstance(resource, bytes):
        return Answer(HTTPStatus.OK, resource, path)
    file = resource.path if isinstance(resource, CheckedFile) else resource
    try:
        body = file.read_bytes() if file else None
    except OSError:
        body = None
    if file is None or body is None:
        return Answer(HTTPStatus.NOT_FOUND, b"not found\n")
    if isinstance(resource, CheckedFile) and digests.of_bytes(body) != resource.sha256:
        return Answer(HTTPStatus.CONFLICT, CHANGED)
    return Answer(HTTPStatus.OK, body, file.name)


def serve_bundle(
    folder: Path,
    port: int = 8000,
    prefix: str = "/",
    threads: int = 1,
    checked: Mapping[str, str] | None = None,
) -> LoopbackServer:
    """A server for a bundle, as a static host serves it: its files, `index.html` also at `prefix`.

    Args:
        prefix: the path under which the bundle lies, such as `/tools/xray/`.
        threads: of wasm, as its manifest has them.
        checked: SHA-256 of each file by its path in the bundle; nothing else is served, and none
            of these once it has other bytes. None serves what lies there, as any host does.

    Raises:
        InputError: there is no index.html, a link leads out of the folder, or the prefix is
            no path.
        UnavailableError: the port is taken.
    """
    if not (folder / INDEX).is_file():
        raise InputError("holds no index.html", where=str(folder), remedy="name a bundle's folder")
    if not PREFIX.fullmatch(prefix):
        raise InputError(
            f"{prefix!r} is no path", "--path", "begin and end it with /, such as /tools/xray/"
        )
    files = _files_of(folder, checked)
    resources = {prefix + quote(name): file for name, file in files.items()}
    resources[prefix] = files[INDEX]
    moved = {} if prefix == "/" else {prefix.removesuffix("/"): prefix}
    return LoopbackServer(
        resources, port=port, cache=hosting.CACHE_CONTROL, moved=moved, threads=threads
    )


def _files_of(folder: Path, checked: Mapping[str, str] | None) -> dict[str, Resource]:
    """What a bundle's server answers with, by path from the bundle's root; no headers' files."""
    root, found = folder.resolve(), dict[str, Resource]()
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if not file.is_file() or name in hosting.HEADER_FILES:
            continue
        if not file.resolve().is_relative_to(root):
            raise InputError("leads out of the bundle", where=str(file), remedy="remove the link")
        if checked is None:
            found[name] = file
        elif name in checked:
            found[name] = CheckedFile(file, checked[name])
    return found
