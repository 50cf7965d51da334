"""Every finding of the tools is explained, every explanation is needed, and silence is not taken for a good word."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ops.check import template_findings
from ops.check.template_findings import (
    EXCEPTIONS,
    Allowance,
    Finding,
    NotScannedError,
    allowances,
    ask_cdk_nag,
    judged,
    read_cdk_nag,
    read_checkov,
)

TEMPLATES = [Path("template.yaml"), Path("infra/keys.yaml")]
OPEN_BUCKET = Finding("CKV_AWS_53", "Ensure S3 blocks public ACLs", "AWS::S3::Bucket.Files", "infra/keys.yaml:7")
STAR = Finding("AwsSolutions-IAM5", "Wildcards", "AWS::IAM::Role.Clerk", "infra/keys.yaml:9", "Resource::*")


class TestCheckov:
    @staticmethod
    def answer(*, passed: Sequence[str], failed: Sequence[str] = (), unreadable: Sequence[str] = ()) -> str:
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
            "parsing_errors": list(unreadable),
        }
        return json.dumps({"results": results})

    def test_a_finding_says_where_it_is(self) -> None:
        said = self.answer(passed=["template.yaml"], failed=["infra/keys.yaml"])
        assert read_checkov(said, TEMPLATES) == [OPEN_BUCKET]
        assert str(OPEN_BUCKET).startswith("infra/keys.yaml:7: CKV_AWS_53 AWS::S3::Bucket.Files: ")

    @pytest.mark.parametrize(
        ("passed", "unreadable"),
        [([], []), (["template.yaml"], []), (["template.yaml", "infra/keys.yaml"], ["infra/keys.yaml"])],
        ids=["read nothing", "read one of two", "could not read one"],
    )
    def test_what_was_not_read_is_not_clean(self, passed: list[str], unreadable: list[str]) -> None:
        with pytest.raises(NotScannedError, match=r"infra/keys\.yaml"):
            read_checkov(self.answer(passed=passed, unreadable=unreadable), TEMPLATES)

    def test_a_bare_count_is_not_clean(self) -> None:
        with pytest.raises(NotScannedError, match=r"infra/keys\.yaml"):
            read_checkov(json.dumps({"passed": 0, "failed": 0, "parsing_errors": 0}), TEMPLATES)


class TestCdkNag:
    @staticmethod
    def answer(packs: dict[str, bool], *, read: Sequence[str] = ("template.yaml", "infra/keys.yaml")) -> str:
        finding = {
            "check": STAR.check,
            "about": STAR.about,
            "says": STAR.says,
            "resource": STAR.resource,
            "where": STAR.where,
        }
        return json.dumps({"read": list(read), "packs": packs, "findings": [finding]})

    def test_a_finding_says_what_in_the_resource_it_is_about(self) -> None:
        assert read_cdk_nag(self.answer({"AwsSolutions": True}), TEMPLATES) == [STAR]
        assert str(STAR) == "infra/keys.yaml:9: AwsSolutions-IAM5 AWS::IAM::Role.Clerk (Resource::*): Wildcards"

    def test_a_template_that_was_not_read_is_not_clean(self) -> None:
        with pytest.raises(NotScannedError, match=r"infra/keys\.yaml"):
            read_cdk_nag(self.answer({"AwsSolutions": True}, read=["template.yaml"]), TEMPLATES)

    @pytest.mark.parametrize("packs", [{}, {"AwsSolutions": True, "Serverless": False}], ids=["no packs", "one sleeps"])
    def test_a_pack_that_objects_to_nothing_has_judged_nothing(self, packs: dict[str, bool]) -> None:
        with pytest.raises(NotScannedError, match="packs"):
            read_cdk_nag(self.answer(packs), TEMPLATES)

    def test_a_tool_that_does_not_run_is_not_clean(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(template_findings, "CDK_NAG", ("/bin/sh", "-c", "echo no node >&2; exit 3"))
        with pytest.raises(NotScannedError, match="ended with 3: no node"):
            ask_cdk_nag(TEMPLATES)


class TestJudgement:
    def test_a_finding_without_an_exception_is_wrong(self) -> None:
        other = Allowance(("CKV_AWS_53",), ("AWS::S3::Bucket.Others",), "They are public.")
        assert judged([OPEN_BUCKET], [])
        assert str(OPEN_BUCKET) in judged([OPEN_BUCKET], [other])

    def test_an_exception_covers_what_it_names(self) -> None:
        assert judged([OPEN_BUCKET], [Allowance(("CKV_AWS_53",), ("AWS::S3::Bucket.*",), "They are public.")]) == []

    def test_an_exception_about_one_thing_covers_no_other(self) -> None:
        star = Allowance((STAR.check,), (STAR.resource,), "X-Ray knows no resources.", ("Resource::[*]",))
        worse = Finding(STAR.check, STAR.says, STAR.resource, STAR.where, "Action::s3:*")
        assert judged([STAR], [star]) == []
        assert judged([STAR, worse], [star]) == [str(worse)]

    @pytest.mark.parametrize(
        "exception",
        [
            Allowance(("CKV_AWS_53",), ("AWS::S3::Bucket.Files", "AWS::S3::Bucket.Gone"), "They are public."),
            Allowance(("CKV_AWS_53", "CKV_AWS_99"), ("AWS::S3::Bucket.Files",), "They are public."),
            Allowance(("CKV_AWS_53",), ("AWS::S3::Bucket.Files",), "They are public.", ("*", "Resource::gone")),
            Allowance(("CKV_AWS_53",), ("AWS::S3::Bucket.Files",), ""),
        ],
        ids=["a resource without a finding", "a check without a finding", "about nothing", "no reason"],
    )
    def test_an_exception_that_nothing_needs_or_explains_is_wrong(self, exception: Allowance) -> None:
        assert len(judged([OPEN_BUCKET], [exception])) == 1

    def test_each_of_ours_has_a_reason(self) -> None:
        ours = allowances(EXCEPTIONS.read_text("utf-8"))
        assert ours
        assert all(len(one.reason) > len("because") for one in ours)
