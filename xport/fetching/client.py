"""One answer at a time, cut off where it is too long, too slow or from elsewhere."""

from __future__ import annotations

import contextlib
import functools
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from xport.common.version import __version__
from xport.errors import IntegrityError, UnavailableError
from xport.fetching import PATIENCE
from xport.fetching.addresses import origin_of

CHUNK = 2**16
SLOWEST = 1024
"""Bytes a second, over a whole file: what drips more slowly than that never ends."""
REDIRECTS = 5
ABSENT = (403, 404, 410)
"""How hosts say that a file is not there; stores of objects say 403."""
AGAIN = "check address and network, and run the command again: nothing was kept"


@dataclass(frozen=True)
class Answer:
    """What a host answered, before its body is read; `length` and `kind` as its headers say."""

    length: int | None
    kind: str
    body: http.client.HTTPResponse


@dataclass(frozen=True)
class Client:
    """Asks a host for files.

    Args:
        patience: seconds without a byte, after which it is over.
    """

    patience: float = PATIENCE

    @contextlib.contextmanager
    def asked(self, address: str) -> Iterator[Answer | None]:
        """A host's answer to be read within; None where there is no such file.

        Raises:
            IntegrityError: it leads to another origin.
            UnavailableError: it does not answer, leads in a circle, or answers with an error.
        """
        with _network_errors(address, self.patience):
            response = self._opened(address)
        if response is None:
            yield None
            return
        with contextlib.closing(response):
            yield _answer(response, address)

    def chunks(self, address: str, answer: Answer, most: int) -> Iterator[bytes]:
        """The body piece by piece, until it ends or is longer than `most` bytes.

        Raises:
            UnavailableError: the connection broke off, no byte came for too long, or too few do.
        """
        start, got = time.monotonic(), 0
        with _network_errors(address, self.patience):
            while got <= most:
                piece = answer.body.read1(min(CHUNK, most + 1 - got))
                if not piece:
                    break
                got += len(piece)
                yield piece
                if time.monotonic() - start > self.patience + got / SLOWEST:
                    raise UnavailableError(
                        f"comes more slowly than {SLOWEST:,} bytes a second: {got:,} so far",
                        address,
                        AGAIN,
                    )
        if got <= most and answer.length is not None and got < answer.length:
            raise UnavailableError(
                f"the connection broke off after {got:,} of {answer.length:,} bytes", address, AGAIN
            )

    def read(self, address: str, most: int) -> bytes | None:
        """A short document whole; None where there is none.

        Raises:
            IntegrityError: it is longer than `most` bytes.
            XportError: as `asked` and `chunks`.
        """
        with self.asked(address) as answer:
            if answer is None:
                return None
            content = b""
            if answer.length is None or answer.length <= most:
                content = b"".join(self.chunks(address, answer, most))
            if len(content) > most or (answer.length or 0) > most:
                raise IntegrityError(f"is longer than {most:,} bytes, as no such file is", address)
            return content

    @functools.cached_property
    def _secure(self) -> ssl.SSLContext:
        """By whom certificates must be signed; made once, for reading them takes long."""
        return ssl.create_default_context()

    def _opened(self, address: str) -> http.client.HTTPResponse | None:
        """The response, once its headers are there; they may take no longer than `patience`."""
        opener, connections = _opener(address, self._secure)
        request = urllib.request.Request(
            address, headers={"User-Agent": f"xport/{__version__}", "Cache-Control": "no-cache"}
        )
        over = threading.Event()

        def end() -> None:
            over.set()
            for connection in connections:
                if connection.ended is not None:
                    with contextlib.suppress(OSError):
                        connection.ended.shutdown(socket.SHUT_RDWR)

        watch = threading.Timer(self.patience, end)
        watch.daemon = True
        watch.start()
        try:
            response: Any = opener.open(request, timeout=self.patience)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in ABSENT:
                return None
            raise UnavailableError(_refusal(error), address, AGAIN) from error
        except (OSError, http.client.HTTPException) as error:
            if over.is_set():
                raise TimeoutError from error
            raise
        finally:
            watch.cancel()
        if over.is_set():  # headers that are cut off look like headers that are over
            response.close()
            raise TimeoutError
        return response  # type: ignore[no-any-return]


def _answer(response: http.client.HTTPResponse, address: str) -> Answer:
    """What the headers say.

    Raises:
        UnavailableError: the body is in a coding that was not asked for.
    """
    coding = response.headers.get("Content-Encoding", "identity")
    if coding.lower() != "identity":
        raise UnavailableError(
            f"is answered in the coding {coding[:40]!r}, which was not asked for",
            address,
            "have the host serve the files as they are",
        )
    length = response.headers.get("Content-Length", "")
    known = int(length) if length.isascii() and length.isdigit() else None
    return Answer(known, response.headers.get_content_type(), response)


def _refusal(error: urllib.error.HTTPError) -> str:
    if 300 <= error.code < 400:
        return f"leads in a circle, or on for more than {REDIRECTS} times"
    return f"is answered with the error {error.code}"


class _Watched(http.client.HTTPConnection):
    """A connection whose socket can be ended from outside, while headers are awaited."""

    ended: socket.socket | None = None

    def connect(self) -> None:
        super().connect()
        self.ended = self.sock


class _WatchedSecurely(http.client.HTTPSConnection, _Watched):
    """The same, encrypted."""

    def connect(self) -> None:
        super().connect()
        self.ended = self.sock


class _Http(urllib.request.HTTPHandler):
    def __init__(self, made: list[_Watched]) -> None:
        super().__init__()
        self._made = made

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_kept(_Watched, self._made), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, made: list[_Watched], secure: ssl.SSLContext) -> None:
        super().__init__(context=secure)
        self._made, self._secure = made, secure

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_kept(_WatchedSecurely, self._made), req, context=self._secure)


def _kept(kind: type[_Watched], made: list[_Watched]) -> Any:
    def make(*arguments: Any, **named: Any) -> _Watched:
        made.append(kind(*arguments, **named))
        return made[-1]

    return make


class _SameOrigin(urllib.request.HTTPRedirectHandler):
    """Goes on where a host leads to, as long as that is the same host."""

    max_redirections = REDIRECTS
    max_repeats = 1

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        to = urljoin(req.full_url, newurl)
        if origin_of(to) != origin_of(req.full_url):
            fp.close()
            scheme, host, port = origin_of(to)
            raise IntegrityError(
                f"leads to another origin, {scheme}://{host}:{port}, which nobody named",
                req.full_url,
                "if that is the host that is meant, give its address",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(
    address: str, secure: ssl.SSLContext
) -> tuple[urllib.request.OpenerDirector, list[_Watched]]:
    """What opens an address, through the proxy of the environment if there is one."""
    made: list[_Watched] = []
    opener = urllib.request.OpenerDirector()
    handlers = [
        urllib.request.ProxyHandler({} if _is_loopback(address) else None),
        _Http(made),
        _Https(made, secure),
        urllib.request.HTTPDefaultErrorHandler(),
        _SameOrigin(),
        urllib.request.HTTPErrorProcessor(),
    ]
    for handler in handlers:
        opener.add_handler(handler)
    return opener, made


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def _network_errors(address: str, patience: float) -> Iterator[None]:
    """Whatever the network raises, as an error that names the address.

    Raises:
        UnavailableError: it did.
    """
    try:
        yield
    except TimeoutError as error:
        raise UnavailableError(f"no byte came for {patience:g} seconds", address, AGAIN) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            what = f"no byte came for {patience:g} seconds"
        elif isinstance(error.reason, ssl.SSLCertVerificationError):
            what = f"its certificate is not accepted: {error.reason.verify_message}"
        else:
            what = f"cannot be reached: {error.reason}"
        raise UnavailableError(what, address, AGAIN) from error
    except http.client.IncompleteRead as error:
        raise UnavailableError("the connection broke off", address, AGAIN) from error
    except http.client.HTTPException as error:
        said = str(error) or type(error).__name__
        raise UnavailableError(f"is answered with no HTTP: {said[:200]}", address, AGAIN) from error
    except OSError as error:
        if error.filename is not None:  # of a file on this machine
            raise
        said = error.strerror or type(error).__name__
        raise UnavailableError(f"the connection broke off: {said}", address, AGAIN) from error
