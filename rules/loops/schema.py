"""A loop's order fields as JSON Schema 2020-12, for forms and for those who send orders."""

from collections.abc import Mapping
from typing import Final

from domain.loops.definition import FieldType, LoopDefinition

_NUMBER: Final = {
    "anyOf": [{"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, {"type": "integer"}]
}
_TEXT: Final = {"type": "string", "minLength": 1}


def order_schema(loop: LoopDefinition, fields: Mapping[str, FieldType]) -> dict[str, object]:
    """The schema of the `fields` of an order of this loop.

    `title` is English; `x-title-zh` is Chinese. A number is text or an integer, never a float.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:wardloop:{loop.id}:order:{loop.version}",
        "title": loop.text.en,
        "x-title-zh": loop.text.zh,
        "type": "object",
        "properties": {use.name: _property(fields[use.name]) for use in loop.order_fields},
        "required": [use.name for use in loop.order_fields if not use.optional],
        "additionalProperties": False,
    }


def _property(field: FieldType) -> dict[str, object]:
    titled = {"title": field.text.en, "x-title-zh": field.text.zh, **_type(field)}
    return {**titled, "x-unit": field.unit} if field.unit else titled


def _type(field: FieldType) -> dict[str, object]:
    code: dict[str, object] = (
        {"type": "string", "enum": list(field.choices)} if field.choices else dict(_TEXT)
    )
    by_type: dict[str, dict[str, object]] = {
        "bool": {"type": "boolean"},
        "integer": {"type": "integer"},
        "decimal": dict(_NUMBER),
        "quantity": _quantity(field.unit),
        "instant": {"type": "string", "format": "date-time"},
        "date": {"type": "string", "format": "date"},
        "results": {"type": "object", "minProperties": 1},
        "codes": {"type": "array", "items": code, "minItems": 1, "uniqueItems": True},
    }
    return by_type.get(field.type, code)


def _quantity(unit: str) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {"value": _NUMBER, "unit": {"const": unit} if unit else _TEXT},
        "required": ["value", "unit"],
        "additionalProperties": False,
    }
