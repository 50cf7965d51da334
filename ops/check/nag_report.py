"""What cdk-nag finds in the templates, as JSON: run with the Python of the tools' environment, and with Node.

cdk-nag judges constructs of the CDK, so the region's stack becomes one: as production has it (parameters, mappings and
conditions that depend on them are settled), expanded by the SAM transform, nested stacks included. Beside it lie a
bucket and a queue with nothing set: a pack that does not object to them has judged nothing.
"""

# mypy: disable-error-code="import-not-found, import-untyped, unused-ignore"
# The tools' environment alone has these packages, and the checker does not see it.

from __future__ import annotations

import copy
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aws_cdk
from aws_cdk.cloudformation_include import CfnInclude, CfnIncludeProps
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from ops.check.settled_template import Template, settled

PACKS: Final = (AwsSolutionsChecks, ServerlessChecks, NIST80053R5Checks, PCIDSS321Checks)
REGION: Final = Path("template.yaml")
STAGE: Final = "prod"
NESTED: Final = "AWS::CloudFormation::Stack"
PACKAGE: Final = {"S3Bucket": "artifacts", "S3Key": "package"}
"""Where `sam deploy` would have put the code."""
FAULTY: Final = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, "Queue": {"Type": "AWS::SQS::Queue"}}}


@dataclass(frozen=True, slots=True)
class Source:
    """A template as it is written, and as it is judged."""

    path: Path
    written: Template
    settled: Template


class NoManagedPolicies:
    """The transform asks for names of managed policies; ours uses none."""

    def load(self) -> dict[str, str]:
        return {}


def main() -> None:
    sources = read()
    with tempfile.TemporaryDirectory() as folder:
        app = aws_cdk.App(outdir=f"{folder}/out")
        include(app, sources, Path(folder))
        reports = {pack.__name__: pack(app).validate_scope(app) for pack in PACKS}
    found = [
        {"pack": name, "rule": one.rule_name, "says": one.description, "path": resource.construct_path}
        for name, report in reports.items()
        for one in report.violations
        for resource in one.violating_resources
    ]
    json.dump(
        {
            "packs": {name: any(one["pack"] == name and is_faulty(one) for one in found) for name in reports},
            "read": [str(source.path) for source in sources.values()],
            "findings": sorted(
                (finding(one, sources) for one in found if not is_faulty(one)), key=lambda one: sorted(one.items())
            ),
        },
        sys.stdout,
    )


# Templates.


def read() -> dict[str, Source]:
    """The stack of a region and those nested in it, by logical name; the region's own is named ``."""
    written = yaml_parse(REGION.read_text("utf-8"))
    values = {name: about["Default"] for name, about in written["Parameters"].items()} | {"Stage": STAGE}
    region = settled(written, values)
    nested = {
        name: nested_source(Path(resource["Properties"]["TemplateURL"]), resource["Properties"].get("Parameters", {}))
        for name, resource in region["Resources"].items()
        if resource["Type"] == NESTED
    }
    return {"": Source(REGION, written, expanded(region)), **nested}


def nested_source(path: Path, values: dict[str, Any]) -> Source:
    written = yaml_parse(path.read_text("utf-8"))
    known = {name: value for name, value in values.items() if not isinstance(value, dict)}
    return Source(path, written, settled(written, known))


def expanded(region: Template) -> Template:
    """As AWS makes it of its Serverless resources."""
    packaged = copy.deepcopy(region)
    for resource in packaged["Resources"].values():
        match resource["Type"]:
            case "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = {"Bucket": PACKAGE["S3Bucket"], "Key": PACKAGE["S3Key"]}
            case "AWS::Lambda::Function":
                resource["Properties"]["Code"] = PACKAGE
            case "AWS::Serverless::StateMachine":
                resource["Properties"]["DefinitionUri"] = {"Bucket": PACKAGE["S3Bucket"], "Key": PACKAGE["S3Key"]}
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    made: Template = transform(packaged, {"Stage": STAGE}, NoManagedPolicies())
    return made


# Constructs.


def include(app: Any, sources: dict[str, Source], folder: Path) -> None:
    files = {name: folder / f"{name or 'Region'}.json" for name in sources}
    for name, source in sources.items():
        files[name].write_text(json.dumps(source.settled), "utf-8")
    nested = {name: CfnIncludeProps(template_file=str(path)) for name, path in files.items() if name}
    CfnInclude(aws_cdk.Stack(app, "Region"), "In", template_file=str(files[""]), load_nested_stacks=nested or None)
    faulty = folder / "Faulty.json"
    faulty.write_text(json.dumps(FAULTY), "utf-8")
    CfnInclude(aws_cdk.Stack(app, "Bad"), "In", template_file=str(faulty))


def is_faulty(found: dict[str, str]) -> bool:
    return found["path"].startswith("Bad/")


def finding(found: dict[str, str], sources: dict[str, Source]) -> dict[str, str]:
    """`Region/In/Roles/Roles/GraphqlRole` is the resource GraphqlRole of the stack nested as Roles."""
    _, _, *nested, name = found["path"].split("/")
    source = sources[nested[0] if nested else ""]
    written = source.written["Resources"].get(name, source.settled["Resources"][name])
    check, _, about = found["rule"].partition("[")
    return {
        "check": check,
        "about": about.removesuffix("]"),
        "says": found["says"],
        "resource": f"{written['Type']}.{name}",
        "where": f"{source.path}:{line_of(name, source.path)}",
    }


def line_of(name: str, path: Path) -> int:
    """Where the resource is written; what the transform made of others is written nowhere."""
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.fullmatch(rf"  {name}:\s*", line)), 1)


if __name__ == "__main__":
    main()
