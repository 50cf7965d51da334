"""What a function measured: the lines of its log in the embedded metric format, as CloudWatch reads them."""

import json
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Measured:
    namespace: str
    dimensions: dict[str, str]
    name: str
    unit: str
    value: float
    about: dict[str, Any]


def measured(log: pytest.CaptureFixture[str]) -> list[Measured]:
    """What has been written since this was last asked; other lines are left out."""
    lines = [json.loads(line) for line in log.readouterr().out.splitlines() if line.startswith("{")]
    return [found for line in lines if "_aws" in line for found in _metrics(line)]


def _metrics(line: dict[str, Any]) -> list[Measured]:
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    (names,) = directive["Dimensions"]
    metrics = {about["Name"] for about in directive["Metrics"]}
    return [
        Measured(
            namespace=directive["Namespace"],
            dimensions={name: line[name] for name in names},
            name=about["Name"],
            unit=about["Unit"],
            value=value,
            about={key: said for key, said in line.items() if key not in {"_aws", *names, *metrics}},
        )
        for about in directive["Metrics"]
        for value in line[about["Name"]]
    ]
