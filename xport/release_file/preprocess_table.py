"""How a release file declares preprocessing: a preset's name, keys over a preset, or every key."""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from reference.preprocess import PRESETS


class Declared:
    """Marks a field of type `Preprocess` in which a release file may name a preset."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Resolve the preset, then validate as ever."""
        return core_schema.no_info_before_validator_function(_resolved, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """A preset's name, a table with `preset`, or what the definition itself allows."""
        whole = handler(schema)
        inner = next(one for one in whole.get("anyOf", [whole]) if "$ref" in one)
        definition = handler.resolve_ref_schema(inner)
        name = {"enum": list(PRESETS), "type": "string"}
        definition["properties"].pop("corrections", None)  # readers ask for them, no release does
        properties = {"preset": name, **definition["properties"]}
        table = {
            "additionalProperties": False,
            "description": "A preset, and the keys that differ from it.",
            "properties": properties,
            "required": ["preset"],
            "type": "object",
        }
        return {"anyOf": [name, table, *whole.get("anyOf", [whole])], "default": None}


def _resolved(value: object) -> object:
    if isinstance(value, str):
        return _preset(value)
    if isinstance(value, dict) and value.get("corrections"):
        raise PydanticCustomError(
            "corrections", "corrections are asked for by readers, of one image; leave them out"
        )
    if isinstance(value, dict) and "preset" in value:
        given = {key: item for key, item in value.items() if key != "preset"}
        return {**_preset(value["preset"]), **given}
    return value


def _preset(name: object) -> dict[str, Any]:
    if not isinstance(name, str) or name not in PRESETS:
        raise PydanticCustomError(
            "preset", "{name} is no preset, there are {known}",
            {"name": repr(name), "known": ", ".join(PRESETS)},
        )  # fmt: skip
    return PRESETS[name].model_dump()
