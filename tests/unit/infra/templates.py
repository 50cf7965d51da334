"""Reads the templates of a region as plain values: CloudFormation's short tags become one-key mappings."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]


class Loader(yaml.CSafeLoader):
    """YAML with tags such as `!Ref`."""


def read_tag(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {suffix: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", read_tag)


@cache
def template(path: str) -> dict[str, Any]:
    """A template by its path from the root of the repository."""
    found = yaml.load((ROOT / path).read_text(encoding="utf-8"), Loader)  # noqa: S506 - a SafeLoader with our tags
    assert isinstance(found, dict)
    return found


def nested() -> list[str]:
    """The paths of the nested templates, as `template.yaml` names them."""
    return [
        resource["Properties"]["TemplateURL"]
        for resource in template("template.yaml")["Resources"].values()
        if resource["Type"] == "AWS::CloudFormation::Stack"
    ]


@dataclass(frozen=True)
class Found:
    template: str
    name: str
    resource: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.resource["Properties"]
        return found

    def __str__(self) -> str:
        return f"{self.template}: {self.name}"


def every(*types: str) -> list[Found]:
    """The resources of these types in every template of the region."""
    found = [
        Found(path, name, resource)
        for path in ("template.yaml", *nested())
        for name, resource in template(path)["Resources"].items()
        if resource["Type"] in types
    ]
    assert found, f"no template has {types}"
    return found


def functions() -> dict[str, dict[str, Any]]:
    """Logical name of each function, without the word, and its properties."""
    return {
        found.name.removesuffix("Function"): found.properties
        for found in every("AWS::Serverless::Function", "AWS::Lambda::Function")
    }


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a role is allowed, its actions and resources always as lists."""
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement | {
                "Action": as_list(statement["Action"]),
                "Resource": as_list(statement["Resource"]),
            }


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
