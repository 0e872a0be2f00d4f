"""Release files and policy files of version 1 as version 2 has them, comments and layout kept."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.exceptions import ParseError
from tomlkit.items import AoT, Array, InlineTable, Item, Key, SingleKey, String, Table

from xport.errors import InputError
from xport.plan import renames
from xport.plan.renames import ANY, POLICY, Rename, matches, new_name, renamed
from xport.release_file.toml_document import VERSION, content_of, parsed, version_in

RENAMED = (
    *(one.below("policy") for one in POLICY),
    Rename(("probes",), "coloured", "distinct_channels"),
    Rename(("explanations", ANY), "of", "classifier"),
    Rename(("routes",), "ships", "shipped_route"),
)
"""Keys of version 1, by their tables."""

MOVED_MODULES = {
    "reference.ali": "reference.networks.ali",
    "reference.checkpoints": "reference.networks.checkpoints",
    "reference.densenet": "reference.networks.densenet",
    "reference.explain": "reference.networks.explain",
    "reference.initialise": "reference.networks.initialise",
    "reference.remaps": "reference.networks.remaps",
    "reference.weight_files": "reference.networks.weight_files",
}
"""Modules that callables were named from in files of version 1."""

CALLABLES = ("factory", "loader", "initializer")
ARGUMENTS = ("arguments", "initializer_arguments")
"""Keys of a model whose values name callables, `module:name`, or may hold such names."""

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Migration:
    """What became of a file: its bytes now, the version that it had, and what was changed."""

    path: Path
    content: bytes
    version: int
    changes: tuple[str, ...] = ()


def migrate(path: Path) -> Migration:
    """A release or policy file as version 2 has it; nothing is written, and no code of it runs.

    A file of version 2 stays as it is, byte for byte.

    Raises:
        InputError: the file cannot be read, is neither a release nor a policy file, is of a version
            that is not known, has a key under its old and its new name, or is written in a way in
            which its layout cannot be kept.
    """
    content = content_of(path)
    value = parsed(content, path)
    if not any(isinstance(value.get(key), dict) for key in ("policy", "models")):
        raise InputError(
            "neither a release file nor a policy file: it has no [policy] table",
            str(path),
            "give a file for `xport convert` or `xport judge --policy`",
        )
    version = version_in(value, path)
    if version == VERSION:
        return Migration(path, content, version)
    text = content.removeprefix(BOM).decode()
    edit = _Edit(path)
    changed = edit.whole(text, "schema_version" in value)
    _require_same_meaning(changed, value, path)
    mark = BOM if content.startswith(BOM) else b""
    return Migration(path, mark + changed.encode(), version, tuple(edit.changes))


def moved(name: str) -> str:
    """The name of a callable, `module:name`, where it lies now; any other text as it is."""
    module, colon, rest = name.partition(":")
    return f"{MOVED_MODULES[module]}:{rest}" if colon and module in MOVED_MODULES else name


@dataclass
class _Edit:
    """Changes a document of tomlkit in place, and keeps count."""

    path: Path
    changes: list[str] = field(default_factory=list)

    def whole(self, text: str, has_version: bool) -> str:
        """The text with new names and version; a version that is missing comes first."""
        document = _tomlkit_document(text, self.path)
        self._table(document, ())
        if has_version:
            document["schema_version"] = VERSION
        changed = tomlkit.dumps(document)
        self.changes.insert(0, f"schema_version = {VERSION}")
        if has_version:
            return changed
        end = "\r\n" if "\r\n" in text else "\n"
        return f"schema_version = {VERSION}{end}{end}{changed}"

    def _table(self, container: Container, path: renames.Path) -> None:
        names = {key.key for key, _ in container.body if key is not None}
        for index, (key, item) in enumerate(container.body):
            if key is None:
                continue
            new = new_name(path, key.key, RENAMED)
            if new != key.key:
                self._require_absent(new, names, (*path, key.key))
                container.body[index] = (_called(key, new), item)
                self.changes.append(f"{'.'.join((*path, key.key))} -> {new}")
            if isinstance(item, String) and self._moves(item, (*path, key.key)):
                container.body[index] = (container.body[index][0], _replaced(item))
            self._item(item, (*path, key.key))

    def _item(self, item: Item, path: renames.Path) -> None:
        if isinstance(item, Table | InlineTable):
            self._table(item.value, path)
        elif isinstance(item, AoT):
            for table in item.body:
                self._table(table.value, (*path, ANY))
        elif isinstance(item, Array):
            for index, element in enumerate(item):
                if isinstance(element, String) and self._moves(element, (*path, ANY)):
                    item[index] = _replaced(element)
                elif isinstance(element, Item):
                    self._item(element, (*path, ANY))

    def _moves(self, item: String, path: renames.Path) -> bool:
        if not _names_callables(path) or moved(item.value) == item.value:
            return False
        self.changes.append(f"{'.'.join(path)}: {item.value} -> {moved(item.value)}")
        return True

    def _require_absent(self, new: str, names: set[str], path: renames.Path) -> None:
        if new in names:
            raise InputError(
                f"{'.'.join(path)} is called {new} now, and both stand there",
                str(self.path),
                "remove one of them",
            )


def _names_callables(path: renames.Path) -> bool:
    return matches(path[:2], ("models", ANY)) and (
        (len(path) == 3 and path[2] in CALLABLES) or (len(path) > 3 and path[2] in ARGUMENTS)
    )


def _called(key: Key, new: str) -> SingleKey:
    """A key with another name: bare or quoted, and spaced, as it was."""
    old = next(iter(key))
    written = key.as_string()
    original = written.replace(key.key, new, 1) if key.key in written else new
    made = SingleKey(new, t=old.t, sep=key.sep, original=original)
    made._dotted = key.is_dotted()  # tomlkit has no other way to say so
    return made


def _replaced(item: String) -> String:
    """A name of a moved module in quotes as they were, with the comment that follows it."""
    quoted = item.as_string()
    made = tomlkit.string(
        moved(item.value), literal=quoted.startswith("'"), multiline=quoted[:3] in ('"""', "'''")
    )
    for name in ("indent", "comment_ws", "comment", "trail"):
        setattr(made.trivia, name, getattr(item.trivia, name))
    return made


def _require_same_meaning(text: str, value: dict[str, Any], path: Path) -> None:
    """Hold the edited text to the plain document with the same changes, in the same order.

    Raises:
        InputError: it is another one.
    """
    wanted = _plainly_moved(renamed(value, RENAMED), ())
    assert isinstance(wanted, dict)
    wanted = {"schema_version": VERSION} | wanted | {"schema_version": VERSION}
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    if _comparable(found) != _comparable(wanted):
        raise InputError(
            "its layout cannot be kept", str(path), "write its tables in the plain [table] form"
        )


def _plainly_moved(value: object, path: renames.Path) -> object:
    if isinstance(value, dict):
        return {key: _plainly_moved(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_plainly_moved(item, (*path, ANY)) for item in value]
    return moved(value) if isinstance(value, str) and _names_callables(path) else value


def _comparable(value: object) -> str:
    return json.dumps(value, default=repr, sort_keys=True)


def _tomlkit_document(text: str, path: Path) -> tomlkit.TOMLDocument:
    """The document with its layout; tomlkit takes fewer levels of nesting than Python's reader."""
    try:
        return tomlkit.parse(text)
    except (ParseError, RecursionError) as error:
        raise InputError(f"cannot be edited: {error}", str(path), "write fewer levels") from error
