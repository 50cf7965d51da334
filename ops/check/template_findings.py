"""What checkov and cdk-nag find in the templates, less what `infra/checks/exceptions.yaml` explains.

The tools run offline: their rules come with them. A tool that read no template, or not all of them, fails, as does an
exception that nothing needs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOV: Final = Path(".venv/tools/bin/checkov")
CDK_NAG: Final = (".venv/tools/bin/python", "-m", "ops.check.nag_report")
EXCEPTIONS: Final = Path("infra/checks/exceptions.yaml")
NO_RULES: Final = frozenset({"infra/identity.yaml", "infra/dashboard.yaml"})
"""Hold a user pool alone, and a dashboard, which checkov has no rules for."""
SECONDS_MAX: Final = 180
QUIET_NODE: Final = {
    f"JSII_SILENCE_WARNING_{what}_NODE_VERSION": "1" for what in ("UNTESTED", "DEPRECATED", "END_OF_LIFE")
}
"""The bridge to Node has an opinion on its version and says it at length; Node runs the rules or it does not."""


class NotScannedError(Exception):
    """A tool did not read what it was given, so that its silence means nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one resource breaks."""

    check: str
    says: str
    resource: str
    """Type.LogicalId"""
    where: str
    """file:line"""
    about: str = ""
    """What in the resource it is, of rules that say so."""

    def __str__(self) -> str:
        about = f" ({self.about})" if self.about else ""
        return f"{self.where}: {self.check} {self.resource}{about}: {self.says}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Findings that we leave as they are."""

    checks: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    about: tuple[str, ...] = ("*",)

    def covers(self, finding: Finding) -> bool:
        return finding.check in self.checks and _matches(finding.resource, self.resources) and self._is_about(finding)

    def unneeded(self, findings: Sequence[Finding]) -> list[str]:
        """The resources among ours in which one of the checks finds nothing, and what nothing is about."""
        ours = [finding for finding in findings if finding.check in self.checks]
        idle = [
            f"{check} {resource}"
            for check in self.checks
            for resource in self.resources
            if not any(one.check == check and fnmatchcase(one.resource, resource) for one in ours)
        ]
        return idle + [
            f"{self.checks[0]} {about}"
            for about in self.about
            if not any(fnmatchcase(one.about, about) for one in ours)
        ]

    def _is_about(self, finding: Finding) -> bool:
        return _matches(finding.about, self.about)


def _matches(text: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(text, one) for one in patterns)


def main() -> int:
    templates = [Path("template.yaml"), *sorted(Path("infra").glob("*.yaml"))]
    findings = [finding for ask, read in TOOLS for finding in read(ask(templates), templates)]
    wrong = judged(findings, allowances(EXCEPTIONS.read_text("utf-8")))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


# checkov.


def ask_checkov(templates: Sequence[Path]) -> str:
    options = ["--skip-download", "--compact", "--framework", "cloudformation", "--output", "json"]
    files = [argument for path in templates for argument in ("--file", str(path))]
    return _answer([str(CHECKOV), *options, *files], good=(0, 1))  # 1 says that there are findings


def read_checkov(answer: str, templates: Sequence[Path]) -> list[Finding]:
    """The findings in the tool's answer about the templates. Raises `NotScannedError` when it judged one in nothing."""
    report: dict[str, Any] = json.loads(answer)
    # Having found nothing to judge, the tool answers with a bare count.
    results = report.get("results", {"passed_checks": [], "failed_checks": [], "parsing_errors": []})
    judged_files = {_file(one) for outcome in ("passed_checks", "failed_checks") for one in results[outcome]}
    unread = sorted({str(path) for path in templates} - judged_files - NO_RULES)
    if unread or results["parsing_errors"]:
        raise NotScannedError(
            f"checkov found nothing to judge in {unread}, and cannot read {results['parsing_errors']}"
        )
    return [
        Finding(
            check=failed["check_id"],
            says=failed["check_name"],
            resource=failed["resource"],
            where=f"{_file(failed)}:{failed['file_line_range'][0]}",
        )
        for failed in results["failed_checks"]
    ]


def _file(judgement: Mapping[str, Any]) -> str:
    name: str = judgement["file_path"]
    return name.removeprefix("/")


# cdk-nag.


def ask_cdk_nag(templates: Sequence[Path]) -> str:  # noqa: ARG001 - it follows the region's stack to those nested in it
    return _answer(CDK_NAG, good=(0,))


def read_cdk_nag(answer: str, templates: Sequence[Path]) -> list[Finding]:
    """The findings in the report. Raises `NotScannedError` when a template is not in it, or a pack judged nothing."""
    report: dict[str, Any] = json.loads(answer)
    unread = sorted({str(path) for path in templates} - set(report["read"]))
    asleep = sorted(pack for pack, judges in report["packs"].items() if not judges)
    if unread or asleep or not report["packs"]:
        raise NotScannedError(f"cdk-nag did not read {unread}, and its packs {asleep} judge nothing")
    return [Finding(**finding) for finding in report["findings"]]


TOOLS: Final[tuple[tuple[Callable[[Sequence[Path]], str], Callable[[str, Sequence[Path]], list[Finding]]], ...]] = (
    (ask_checkov, read_checkov),
    (ask_cdk_nag, read_cdk_nag),
)


def _answer(command: Sequence[str], *, good: tuple[int, ...]) -> str:
    """What a tool says, JSON."""
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=SECONDS_MAX, env={**os.environ, **QUIET_NODE}
    )
    if run.returncode not in good:
        raise NotScannedError(f"{' '.join(command[:2])} ended with {run.returncode}: {run.stderr[-2000:]}")
    return run.stdout


# Judgement.


def allowances(text: str) -> list[Allowance]:
    return [
        Allowance(
            checks=tuple(one["checks"]),
            resources=tuple(one["resources"]),
            reason=one["reason"].strip(),
            about=tuple(one.get("about", ("*",))),
        )
        for one in yaml.safe_load(text)
    ]


def judged(findings: Sequence[Finding], allowed: Sequence[Allowance]) -> list[str]:
    """What is wrong, a line each: findings that nothing explains, and exceptions without a finding or a reason."""
    unexplained = [str(finding) for finding in findings if not any(one.covers(finding) for one in allowed)]
    unneeded = [
        f"{EXCEPTIONS}: {what}: nothing is found, so nothing needs to be excepted"
        for one in allowed
        for what in one.unneeded(findings)
    ]
    silent = [f"{EXCEPTIONS}: {one.checks[0]}: has no reason" for one in allowed if not one.reason]
    return unexplained + unneeded + silent


if __name__ == "__main__":
    sys.exit(main())
