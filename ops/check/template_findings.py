"""What checkov finds in the templates, less what `infra/checks/exceptions.yaml` explains.

The tool runs offline: its rules come with it. A run that read no template, or not all of them, fails, as does an
exception that nothing needs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOOL: Final = Path(".venv/tools/bin/checkov")
EXCEPTIONS: Final = Path("infra/checks/exceptions.yaml")
NO_RULES: Final = frozenset({"infra/identity.yaml"})
"""Holds a user pool alone, which checkov has no rule for."""
SECONDS_MAX: Final = 120


class NotScannedError(Exception):
    """The tool did not read what it was given, so that its silence means nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one resource breaks."""

    check: str
    says: str
    resource: str
    """Type.LogicalId"""
    where: str
    """file:line"""

    def __str__(self) -> str:
        return f"{self.where}: {self.check} {self.resource}: {self.says}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """A finding that we leave as it is."""

    check: str
    resources: tuple[str, ...]
    reason: str

    def covers(self, finding: Finding) -> bool:
        return finding.check == self.check and any(fnmatchcase(finding.resource, one) for one in self.resources)

    def unneeded(self, findings: Sequence[Finding]) -> list[str]:
        """The resources among ours for which nothing is found."""
        needed = {finding.resource for finding in findings if finding.check == self.check}
        return [one for one in self.resources if not any(fnmatchcase(resource, one) for resource in needed)]


def main() -> int:
    templates = [Path("template.yaml"), *sorted(Path("infra").glob("*.yaml"))]
    findings = read(asked(templates), templates=templates)
    wrong = judged(findings, allowances(EXCEPTIONS.read_text("utf-8")))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def asked(templates: Sequence[Path]) -> str:
    """The tool's answer, JSON."""
    options = ["--skip-download", "--compact", "--framework", "cloudformation", "--output", "json"]
    files = [argument for path in templates for argument in ("--file", str(path))]
    run = subprocess.run(
        [str(TOOL), *options, *files], capture_output=True, text=True, check=False, timeout=SECONDS_MAX
    )
    if run.returncode not in (0, 1):  # 1 says that there are findings
        raise NotScannedError(f"checkov ended with {run.returncode}: {run.stderr[-2000:]}")
    return run.stdout


def read(answer: str, *, templates: Sequence[Path]) -> list[Finding]:
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


def allowances(text: str) -> list[Allowance]:
    return [
        Allowance(check=one["check"], resources=tuple(one["resources"]), reason=one["reason"].strip())
        for one in yaml.safe_load(text)
    ]


def judged(findings: Sequence[Finding], allowed: Sequence[Allowance]) -> list[str]:
    """What is wrong, a line each: findings that nothing explains, and exceptions without a finding or a reason."""
    unexplained = [str(finding) for finding in findings if not any(one.covers(finding) for one in allowed)]
    unneeded = [
        f"{EXCEPTIONS}: {one.check} {resource}: nothing is found, so nothing needs to be excepted"
        for one in allowed
        for resource in one.unneeded(findings)
    ]
    silent = [f"{EXCEPTIONS}: {one.check}: has no reason" for one in allowed if not one.reason]
    return unexplained + unneeded + silent


if __name__ == "__main__":
    sys.exit(main())
