"""A template without what its parameters alone decide: as CloudFormation sees it once it knows their values."""

from __future__ import annotations

from typing import Any

Template = dict[str, Any]


class NotSettled(Exception):
    """A condition is asked in a way that is not understood here."""


def settled(template: Template, values: dict[str, Any]) -> Template:
    """The template without what depends on the values alone."""
    mappings = template.get("Mappings", {})
    conditions: dict[str, bool] = {}

    def settle(value: Any) -> Any:
        if isinstance(value, list):
            return [settle(one) for one in value if not is_nothing(settle(one))]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": str(name)} if name in values:
                return values[name]
            case {"Fn::FindInMap": list(parts)} if all(isinstance(settle(part), str) for part in parts):
                name, first, second = (settle(part) for part in parts)
                return mappings[name][first][second]
            case {"Fn::If": [str(name), this, that]} if name in conditions:
                return settle(this if conditions[name] else that)
        return {key: settle(inner) for key, inner in value.items() if not is_nothing(settle(inner))}

    for name, asked in template.get("Conditions", {}).items():
        conditions[name] = holds(settle(asked))
    made: Template = settle({key: part for key, part in template.items() if key not in ("Mappings", "Rules")})
    made.pop("Conditions", None)
    made["Resources"] = {
        name: {key: part for key, part in resource.items() if key != "Condition"}
        for name, resource in made["Resources"].items()
        if conditions.get(resource.get("Condition", ""), True)
    }
    return made


def holds(asked: Any) -> bool:
    match asked:
        case {"Fn::Equals": [str() | int() as one, str() | int() as other]}:
            return str(one) == str(other)
        case {"Fn::Not": [inner]}:
            return not holds(inner)
    raise NotSettled(f"the condition {asked}")


def is_nothing(value: Any) -> bool:
    return bool(value == {"Ref": "AWS::NoValue"})
