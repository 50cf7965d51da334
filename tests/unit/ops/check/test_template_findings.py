"""Every finding of checkov is explained, every explanation is needed, and silence is not taken for a good word."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.check.template_findings import EXCEPTIONS, Allowance, Finding, NotScannedError, allowances, judged, read

TEMPLATES = [Path("template.yaml"), Path("infra/keys.yaml")]
OPEN_BUCKET = Finding("CKV_AWS_53", "Ensure S3 blocks public ACLs", "AWS::S3::Bucket.Files", "infra/keys.yaml:7")


def answer(*, passed: list[str], failed: list[str] = [], unreadable: list[str] = []) -> str:  # noqa: B006 - only read
    def judgement(file: str) -> dict[str, Any]:
        return {
            "check_id": OPEN_BUCKET.check,
            "check_name": OPEN_BUCKET.says,
            "resource": OPEN_BUCKET.resource,
            "file_path": f"/{file}",
            "file_line_range": [7, 9],
        }

    results = {
        "passed_checks": [judgement(file) for file in passed],
        "failed_checks": [judgement(file) for file in failed],
        "parsing_errors": unreadable,
    }
    return json.dumps({"results": results})


def test_a_finding_says_where_it_is() -> None:
    assert read(answer(passed=["template.yaml"], failed=["infra/keys.yaml"]), templates=TEMPLATES) == [OPEN_BUCKET]
    assert str(OPEN_BUCKET).startswith("infra/keys.yaml:7: CKV_AWS_53 AWS::S3::Bucket.Files: ")


@pytest.mark.parametrize(
    "silent",
    [
        json.dumps({"passed": 0, "failed": 0, "parsing_errors": 0}),
        answer(passed=["template.yaml"]),
        answer(passed=["template.yaml", "infra/keys.yaml"], unreadable=["infra/keys.yaml"]),
    ],
    ids=["read nothing", "read one of two", "could not read one"],
)
def test_what_was_not_read_is_not_clean(silent: str) -> None:
    with pytest.raises(NotScannedError, match=r"infra/keys\.yaml"):
        read(silent, templates=TEMPLATES)


def test_a_finding_without_an_exception_is_wrong() -> None:
    other = Allowance(check="CKV_AWS_53", resources=("AWS::S3::Bucket.Others",), reason="They are public.")
    assert judged([OPEN_BUCKET], [])
    assert str(OPEN_BUCKET) in judged([OPEN_BUCKET], [other])


def test_an_exception_covers_what_it_names() -> None:
    assert judged([OPEN_BUCKET], [Allowance("CKV_AWS_53", ("AWS::S3::Bucket.*",), "They are public.")]) == []


@pytest.mark.parametrize(
    "exception",
    [
        Allowance("CKV_AWS_53", ("AWS::S3::Bucket.Files", "AWS::S3::Bucket.Gone"), "They are public."),
        Allowance("CKV_AWS_53", ("AWS::S3::Bucket.Files",), ""),
    ],
    ids=["a resource without a finding", "no reason"],
)
def test_an_exception_that_nothing_needs_or_explains_is_wrong(exception: Allowance) -> None:
    assert len(judged([OPEN_BUCKET], [exception])) == 1


def test_each_of_ours_has_a_reason() -> None:
    ours = allowances(EXCEPTIONS.read_text("utf-8"))
    assert ours
    assert all(len(one.reason) > len("because") for one in ours)
