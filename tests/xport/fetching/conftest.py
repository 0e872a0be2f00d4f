"""A published target on a loopback host, which can be told to answer badly."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.xport.publishing.conftest import policy
from tests.xport.signing.conftest import KeyPair, sign_small
from xport.publishing.seen import FOLDER_VARIABLE
from xport.workflow.publishing import publish
from xport.workflow.targets import Publishing

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Host:
    """Serves a folder; `answers` are given in the place of files, by the end of their path."""

    folder: Path
    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Of the folder, without encryption."""
        return f"http://127.0.0.1:{self.port}"

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer with what was told, else with the file."""
        self.asked.append(request.path)
        for end, answer in self.answers.items():
            if request.path.endswith(end):
                answer(request)
                return
        place = self.folder / unquote(request.path).lstrip("/")
        if not place.is_file():
            request.send_error(404)
            return
        send(request, place.read_bytes())

    def serve(self) -> ThreadingHTTPServer:
        """The server of it, not yet running."""
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.close_connection = True
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    host.handle(self)  # whoever asked may have gone

            def log_message(self, *arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        return server


def send(
    request: BaseHTTPRequestHandler,
    content: bytes,
    length: int | None = None,
    kind: str = "application/octet-stream",
) -> None:
    """Answer with this body, and a length that may be another."""
    request.send_response(200)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(content) if length is None else length))
    request.end_headers()
    request.wfile.write(content)


def to(address: str) -> Answer:
    """A redirect."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", address)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


@pytest.fixture(autouse=True)
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is remembered what was seen."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "seen"))
    return tmp_path / "seen"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


@pytest.fixture(scope="session")
def published(plain_bundle: Path, owner: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target with one signed release, at which `stable` is; nobody changes it."""
    folder = tmp_path_factory.mktemp("published")
    bundle = Path(shutil.copytree(plain_bundle, folder / "bundle"))
    sign_small(bundle, owner)
    policy(folder / "site")
    terms = Publishing(key=owner.private, allow_unchecked=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder / "seen"))
        publish(bundle, str(folder / "site"), "stable", terms)
    return folder / "site"


@pytest.fixture
def site(published: Path, tmp_path: Path) -> Path:
    """A copy of the target, to change."""
    return Path(shutil.copytree(published, tmp_path / "site"))


@pytest.fixture
def host(site: Path) -> Iterator[Host]:
    """The target, served."""
    yield from serving(site)


def serving(folder: Path) -> Iterator[Host]:
    """A folder, served until the test ends."""
    host = Host(folder)
    server = host.serve()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        host.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
