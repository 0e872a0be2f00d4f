"""The parsers of the command line, and the options that print something and end."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Parser(argparse.ArgumentParser):
    """A parser that does not hide it when its help cannot be printed."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        (file or sys.stderr).write(message)


class CommandParser(Parser):
    """The parser of one command: it shows that command's usage, whatever it does not know."""

    def parse_known_args(self, *given: Any, **named: Any) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]
        """As argparse, which leaves what it does not know to the parser above."""
        options, unknown = super().parse_known_args(*given, **named)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown


class PrintPasses(argparse.Action):
    """Prints what the direct route does, pass by pass, and ends, as `--version` does."""

    def __call__(self, parser: argparse.ArgumentParser, *rest: Any) -> None:
        """Called by argparse; does not return."""
        from xport.onnx_graph.passes import SIMPLIFICATIONS
        from xport.tfjs_writer.passes import OPTIMISATIONS

        rows = [(one.name, one.does) for one in SIMPLIFICATIONS]
        rows.append(("lower", "Lower every operator to TensorFlow's, channels last."))
        rows += [(one.name, one.does) for one in OPTIMISATIONS]
        width = max(len(name) for name, _ in rows)
        print("\n".join(f"{name:<{width}}  {does}" for name, does in rows))
        parser.exit()


class PrintSchema(argparse.Action):
    """Prints what may stand in a release file and ends, as `--version` does."""

    def __call__(self, parser: argparse.ArgumentParser, *rest: Any) -> None:
        """Called by argparse; does not return."""
        from xport.release_file.file import ReleaseFile

        print(json.dumps(ReleaseFile.model_json_schema(), indent=2))
        parser.exit()
