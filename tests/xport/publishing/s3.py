"""An S3-compatible store as a process of its own, moto's, behind a proxy that spoils what is asked.

Its packages, s3fs's too, lie apart in `.venv/s3`: botocore asks for an older python-dateutil than
the environment has. They are on the path at its end and while a test of them runs, no longer.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKAGES = Path(sys.prefix) / "s3"
SERVER = """
import sys
sys.path.append({packages!r})
from moto.server import main
main(["-H", "127.0.0.1", "-p", {port!r}])
"""
CONDITIONS = ("if-match", "if-none-match")
ERROR = "<?xml version='1.0'?><Error><Code>{0}</Code><Message>{0}</Message></Error>"


@dataclass(frozen=True)
class Asked:
    """One request: its number, method and path."""

    number: int
    method: str
    path: str

    def writes(self, name: str) -> bool:
        """Whether it puts the object of this name."""
        return self.method == "PUT" and self.path.partition("?")[0].endswith(name)


Fault = Callable[[Asked], str | None]
"""What becomes of a request: `refused`, `half sent`, `unanswered` or `half answered`, where the
connection is cut; `CODE STATUS`, where that is the answer; None for most."""


@dataclass
class Proxy:
    """Hands requests on to a server; `fault` says what becomes of each, `deaf` leaves out
    conditions."""

    behind: int
    fault: Fault | None = None
    deaf: bool = False
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self) -> int:
        """Of the next request."""
        with self.lock:
            self.count += 1
            return self.count - 1

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Serve; the address."""
        proxy = self

        class Handler(_Handler):
            def handle_one(self) -> None:
                self.pass_on(proxy)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one(self) -> None:
        raise NotImplementedError

    def pass_on(self, proxy: Proxy) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(proxy.number(), self.command, self.path)
        fault = proxy.fault(asked) if proxy.fault else None
        if fault == "refused":
            return self._cut()
        if fault is not None and fault[-1].isdigit():
            code, _, status = fault.partition(" ")
            return self._answer(int(status), [], ERROR.format(code).encode())
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() != "expect" and not (proxy.deaf and name.lower() in CONDITIONS)
        }
        if fault == "half sent":
            self._half(proxy.behind, headers, body)
            return self._cut()
        upstream = http.client.HTTPConnection("127.0.0.1", proxy.behind, timeout=20)
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        content, told = answer.read(), answer.getheaders()
        upstream.close()
        if fault == "unanswered":
            return self._cut()
        self._answer(answer.status, told, content, half=fault == "half answered")
        return self._cut() if fault == "half answered" else None

    def _half(self, port: int, headers: dict[str, str], body: bytes) -> None:
        """The request's head, which names the whole length, and a half of its body."""
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line = f"{self.command} {self.path} HTTP/1.1\r\n{head}\r\n"
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            upstream.sendall(line.encode() + body[: len(body) // 2])

    def _answer(
        self, status: int, told: list[tuple[str, str]], content: bytes, half: bool = False
    ) -> None:
        self.send_response_only(status)
        length = {name.lower(): value for name, value in told}.get("content-length")
        for name, value in told:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        whole = length if self.command == "HEAD" and length else str(len(content))
        self.send_header("Content-Length", whole)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if half else content)

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = lambda self: self.handle_one()  # noqa: N815


@contextlib.contextmanager
def moto_server() -> Iterator[int]:
    """Moto's server in a process of its own; its port.

    Raises:
        RuntimeError: its packages are not there, or it does not answer within 30 s.
    """
    if not (PACKAGES / "moto").is_dir():
        raise RuntimeError(f"no moto in {PACKAGES}: run `make setup`")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    code = SERVER.format(packages=str(PACKAGES), port=str(port))
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError("moto's server does not answer")
        yield port
    finally:
        process.kill()
        process.wait()
