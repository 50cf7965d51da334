"""The daily roots of the deployed bank: locked away, signed, and made by the function itself."""

import json
from datetime import date, timedelta

import pytest
from botocore.exceptions import ClientError

from ops.local.aws import Clients
from ops.local.bank import LocalBank
from ops.seed.history import DAYS
from ops.verify.command import run_verify
from ops.verify.roots import read_kept


def place(bank: LocalBank, region: str) -> tuple[Clients, str]:
    """Clients of a region, and its bucket."""
    return Clients(endpoint=bank.engine, region=region), bank.regions[region].environment["FLORIN_ROOTS_BUCKET"]


def days(clients: Clients, bucket: str) -> list[str]:
    return [kept.key for kept in read_kept(clients.s3, bucket, clients.region)]


def key(region: str, day: date) -> str:
    return f"roots/{region}/{day:%Y/%m/%d}.json"


class TestTheBucket:
    def test_is_locked_as_the_template_says(self, bank: LocalBank) -> None:
        for region in bank.regions:
            clients, bucket = place(bank, region)
            lock = clients.s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
            assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 1}
            assert clients.s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
            rules = clients.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
            assert [rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] == ["AES256"]

    def test_lets_no_root_be_deleted(self, bank: LocalBank) -> None:
        clients, bucket = place(bank, bank.home.region)
        version = clients.s3.list_object_versions(Bucket=bucket, MaxKeys=1)["Versions"][0]
        with pytest.raises(ClientError, match="AccessDenied"):
            clients.s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


class TestTheRoots:
    def test_of_the_history_are_there_for_every_day(self, bank: LocalBank) -> None:
        for region in bank.regions:
            found = days(*place(bank, region))
            first = date.fromisoformat(
                found[0].removeprefix(f"roots/{region}/").removesuffix(".json").replace("/", "-")
            )
            assert len(found) >= DAYS - 1  # near midnight the last day may not be closed yet
            assert found == [key(region, first + timedelta(days=n)) for n in range(len(found))]

    def test_are_made_by_the_function_where_they_are_missing(self, bank: LocalBank) -> None:
        """The last two are taken away, past the lock, as nobody could on AWS; the function makes them again."""
        clients, bucket = place(bank, bank.home.region)
        before = days(clients, bucket)
        for version in clients.s3.list_object_versions(Bucket=bucket)["Versions"]:
            if version["Key"] in before[-2:]:
                clients.s3.delete_object(
                    Bucket=bucket,
                    Key=version["Key"],
                    VersionId=version["VersionId"],
                    BypassGovernanceRetention=True,
                )
        assert days(clients, bucket) == before[:-2]
        name = f"florin-daily-root-{bank.home.region}"
        answer = clients.functions.invoke(FunctionName=name, Payload=json.dumps({}).encode())
        assert "FunctionError" not in answer, answer["Payload"].read()
        assert days(clients, bucket)[: len(before)] == before

    def test_are_judged_by_verify(self, bank: LocalBank, capsys: pytest.CaptureFixture[str]) -> None:
        run_verify(bank, as_json=True, quiet=True)
        checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
        assert checks["roots signed"]["violations"] == []
        assert checks["roots signed"]["examined"] >= 2 * (DAYS - 1)
