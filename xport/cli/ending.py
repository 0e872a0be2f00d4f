"""How a command ends: its exit code, and the words for whatever was raised."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from reference.system_errors import DISK_REMEDY, refusal
from xport.common import system
from xport.common.tools import missing_packages_named
from xport.errors import ExitCode, UnavailableError, XportError

TRACEBACK_VARIABLE = "XPORT_TRACEBACK"
ADVICE = f"(set {TRACEBACK_VARIABLE}=1 to see where, and report it)"
_OUTPUT, _ERRORS = 1, 2


def ended(options: argparse.Namespace, run: Callable[[], int]) -> int:
    """Run a command to its end; the exit code, once everything has been said.

    A reader that has closed standard output, as `head` does, ends it without a word and with the
    code of a shell for that.
    """
    try:
        with missing_packages_named():
            code = run()
    except KeyboardInterrupt:
        code = _interrupted(options)
    except Exception as error:  # whatever else happens is no verdict, and no traceback for a user
        if _while_interrupted(error):
            code = _interrupted(options)
        elif isinstance(error, XportError):
            code = error.exit_code
            _complain(options, str(error), code)
        elif isinstance(error, BrokenPipeError) and _closed():
            code = ExitCode.OUTPUT_CLOSED
        elif os.environ.get(TRACEBACK_VARIABLE):
            raise
        else:
            code = _surprised(options, error)
    for handle in _closed():
        _silence(handle)  # the interpreter flushes once more when it exits
    return code


@contextlib.contextmanager
def output_errors() -> Iterator[None]:
    """Errors of what is printed in here as errors of standard output.

    Raises:
        UnavailableError: standard output takes no more, because its disk is full.
        BrokenPipeError: its reader has closed it.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _silence(_OUTPUT)
        raise UnavailableError(
            f"cannot write: {error.strerror}", "standard output", DISK_REMEDY
        ) from error


@contextlib.contextmanager
def only_the_document(wanted: bool) -> Iterator[None]:
    """Where `wanted`, what is printed in here goes to standard error, but for `write_output`.

    So a program that reads standard output finds the result alone, whatever a model's own code, a
    library or a command that they start prints.
    """
    if not wanted or sys.stdout is None:
        yield
        return
    with contextlib.ExitStack() as put_back:
        _ASIDE.append(_Aside(put_back))
        try:
            yield
        finally:
            _ASIDE.pop()


class _Aside:
    """Standard output, put aside until `put_back` ends."""

    def __init__(self, put_back: contextlib.ExitStack) -> None:
        self._output = sys.stdout
        self._output.flush()
        self._handle = self._kept(put_back)
        put_back.enter_context(contextlib.redirect_stdout(sys.stderr))

    def _kept(self, put_back: contextlib.ExitStack) -> int | None:
        """A second handle of the real output, whose own leads to standard error meanwhile."""
        try:
            kept = os.dup(_OUTPUT)
            os.dup2(_ERRORS, _OUTPUT)
        except OSError:  # one of both is closed
            return None
        put_back.callback(os.close, kept)
        put_back.callback(os.dup2, kept, _OUTPUT)
        return kept

    @contextlib.contextmanager
    def fetched(self) -> Iterator[None]:
        """The real output is where it was, in here."""
        if self._handle is not None:
            os.dup2(self._handle, _OUTPUT)
        try:
            with contextlib.redirect_stdout(self._output):
                yield
        finally:
            if self._handle is not None:
                os.dup2(_ERRORS, _OUTPUT)


_ASIDE: list[_Aside] = []


def write_output(text: str) -> None:
    """Print a command's result; errors as in `output_errors`."""
    with _ASIDE[-1].fetched() if _ASIDE else contextlib.nullcontext(), output_errors():
        print(text)


def _while_interrupted(error: BaseException) -> bool:
    """Whether it was raised by what an interruption had put away, as by a driver that it ended."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, KeyboardInterrupt):
            return True
        seen = seen.__context__
    return False


def _interrupted(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from xport.conversion.store import remove_begun

    remove_begun()
    code = ExitCode.COULD_NOT_RUN
    _complain(options, "interrupted; nothing half-written was kept", code)
    # All is put away; what libraries do at exit may turn the code into the signal's.
    os._exit(code)


def _surprised(options: argparse.Namespace, error: Exception) -> int:
    known = refusal(error) if isinstance(error, OSError) else None
    code = known.exit_code if known else ExitCode.COULD_NOT_RUN
    words = str(known) if known else f"unexpected {type(error).__name__}: {error} {ADVICE}"
    _complain(options, words, code)
    return code


def _complain(options: argparse.Namespace, message: str, code: int) -> None:
    said = json.dumps({"error": message, "exit_code": int(code)}) if options.json else None
    _try_to_say(said, sys.stdout, _OUTPUT)
    _try_to_say(f"xport: {message}", sys.stderr, _ERRORS)


def _try_to_say(text: str | None, stream: TextIO, handle: int) -> None:
    """Print where that is possible: the stream itself may be what failed."""
    try:
        if text is not None:
            print(text, file=stream, flush=True)
    except OSError:
        _silence(handle)


def _closed() -> list[int]:
    """Which of standard output and standard error have a reader that has closed them."""
    return system.without_reader((_OUTPUT, _ERRORS))


def _silence(handle: int) -> None:
    """Let what is still to be written to a standard stream go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, handle)
    os.close(nowhere)
