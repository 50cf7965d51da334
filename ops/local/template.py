"""Reads `template.yaml` and makes the mounted form of it: the same stack, with the working tree in place of packages.

On AWS `sam build` puts code and dependencies into a zip. Here every function gets one stub zip and a `PYTHONPATH`
that leads to the working tree, so a deployment takes a second and an edit needs none. Nothing else is changed: what
the template says is what the local bank is.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]
NESTED = "AWS::CloudFormation::Stack"
FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
LAYER = "AWS::Serverless::LayerVersion"
STATE_MACHINE = "AWS::Serverless::StateMachine"


class TemplateFault(Exception):
    """The template names something that is not there."""


class Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's short tags, read into their long forms."""


def construct_tag(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TemplateFault(f"!{suffix} holds no value at {node.start_mark}")
    return {name: value}


Loader.add_multi_constructor("!", construct_tag)
# CloudFormation reads 2010-09-09 as text, YAML as a date.
Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_template(path: Path) -> Template:
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError as missing:
        raise TemplateFault(f"{path} does not exist") from missing
    if not isinstance(found, dict):
        raise TemplateFault(f"{path} holds no template")
    return found


def mount(
    template: Template,
    *,
    folder: Path,
    code_bucket: str,
    code_key: str,
    python_path: str,
    nested_url: Callable[[Path], str],
    definition_key: Callable[[Path], str],
) -> Template:
    """The template with every local file in it replaced by what the engine can reach.

    `nested_url` uploads a nested template and answers with its address, `definition_key` uploads the definition of a
    state machine and answers with its key in the bucket of the code; `folder` is what relative paths start from.
    """
    mounted = copy.deepcopy(template)
    for section in mounted.get("Globals", {}).values():
        section.pop("SnapStart", None)
        section.pop("CodeUri", None)
    for _, resource in resources(mounted):
        properties = resource.setdefault("Properties", {})
        kind = resource.get("Type")
        if kind in FUNCTIONS:
            mount_function(properties, kind=kind, bucket=code_bucket, key=code_key, python_path=python_path)
        elif kind == LAYER:
            properties["ContentUri"] = {"Bucket": code_bucket, "Key": code_key}
        elif kind == STATE_MACHINE and is_local(properties.get("DefinitionUri")):
            key = definition_key(folder / properties["DefinitionUri"])
            properties["DefinitionUri"] = {"Bucket": code_bucket, "Key": key}
        elif kind == NESTED and is_local(properties.get("TemplateURL")):
            properties["TemplateURL"] = nested_url(folder / properties["TemplateURL"])
    return mounted


def resources(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in template.get("Resources", {}).items():
        if isinstance(resource, dict):  # Fn::ForEach is a list and holds no files.
            yield name, resource


def mount_function(properties: dict[str, Any], *, kind: str, bucket: str, key: str, python_path: str) -> None:
    properties.pop("SnapStart", None)
    if kind == "AWS::Serverless::Function":
        properties["CodeUri"] = {"Bucket": bucket, "Key": key}
    elif "ZipFile" not in properties.get("Code", {}):
        properties["Code"] = {"S3Bucket": bucket, "S3Key": key}
    variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
    variables["PYTHONPATH"] = python_path


def is_local(address: Any) -> bool:
    return isinstance(address, str) and "://" not in address


def read_definition(path: Path) -> bytes:
    """A state machine as it is written: what stands for parameters is put in by whoever takes it, as on AWS."""
    try:
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise TemplateFault(f"{path} does not exist") from missing


def as_text(template: Template) -> str:
    """The template as the engine takes it: JSON, short."""
    return json.dumps(template, separators=(",", ":"))


def parameters_of(template: Template, values: dict[str, str]) -> dict[str, str]:
    """Those of the given values that the template asks for; each parameter needs a value or a default."""
    declared: dict[str, dict[str, Any]] = template.get("Parameters", {})
    missing = [name for name, about in declared.items() if name not in values and "Default" not in about]
    if missing:
        raise TemplateFault(f"the local bank has no value for the parameters {', '.join(missing)}")
    return {name: values[name] for name in declared if name in values}
