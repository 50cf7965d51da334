"""The hourly run of the daily root: what it says in the log, and when somebody is woken."""

import random
from datetime import date, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from domain.clock import SystemClock
from domain.ledger.hashing import GENESIS
from domain.ledger.roots import LATE_AFTER, Counts, DailyRoots, Root, end_of, sealed_root
from domain.ledger.roots_memory import MemoryRootStore, MemorySigner
from functions.composition import build
from functions.configuration import read
from functions.daily_root import handler as function
from tests.unit.functions.events import event_for
from tests.unit.functions.test_configuration import GOOD
from tests.unit.verify.bank_with_everything import BankWithEverything

FIRST = date(2026, 9, 14)


class House:
    """What the handler asks the composition root for, over a bank in memory whose first day is folded."""

    def __init__(self) -> None:
        self.story = BankWithEverything()
        self.kept = MemoryRootStore()
        self.daily_roots = DailyRoots(
            books=self.story.memory,
            roots=self.kept,
            signer=MemorySigner(1),
            settings=self.story.settings,
            reads_at_once=1,
        )


@pytest.fixture(name="house")
def _house(monkeypatch: pytest.MonkeyPatch) -> House:
    house = House()
    monkeypatch.setattr(function, "bank", lambda: house)
    return house


def run(log: pytest.LogCaptureFixture) -> dict[str, object]:
    """One run, and what it wrote about itself."""
    log.clear()
    with log.at_level("INFO"):
        function.handler(event_for("daily_root"), None)
    (record,) = log.records
    return {name: vars(record)[name] for name in ("msg", "made", "last", "waiting")}


def test_a_run_signs_what_is_closed_and_says_so(house: House, caplog: pytest.LogCaptureFixture) -> None:
    assert run(caplog) == {"msg": "rooted", "made": 1, "last": "2026-09-14", "waiting": None}
    assert list(house.kept.kept) == [FIRST]


def test_the_next_run_finds_nothing_to_do(house: House, caplog: pytest.LogCaptureFixture) -> None:
    run(caplog)
    assert run(caplog) == {"msg": "rooted", "made": 0, "last": "2026-09-14", "waiting": None}


def test_a_day_that_waits_for_the_folder_is_named_and_wakes_nobody_yet(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    run(caplog)
    house.story.clock.at = end_of(FIRST + timedelta(days=1)) + LATE_AFTER
    assert run(caplog) == {"msg": "rooted", "made": 0, "last": "2026-09-14", "waiting": "2026-09-15"}


def test_a_day_that_waits_for_hours_wakes_somebody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    run(caplog)
    house.story.clock.at = end_of(FIRST + timedelta(days=1)) + LATE_AFTER + timedelta(seconds=1)
    with pytest.raises(function.RootLate, match="2026-09-15 has no root"):
        run(caplog)
    house.story.folder.fold()
    assert run(caplog)["made"] == 1


def test_the_parts_are_put_together_without_a_client() -> None:
    class NoClients(boto3.Session):
        def client(self, *_: object, **__: object) -> None:  # type: ignore[override]  # it makes none
            raise AssertionError("a client was made before it was needed")

    built = build(read(GOOD), clock=SystemClock(), randomness=random.Random(1), session=NoClients())
    assert isinstance(built.daily_roots, DailyRoots)
    assert built.daily_roots is built.daily_roots
    assert (built.root_store, built.root_signer) == (built.root_store, built.root_signer)


def test_roots_are_put_into_the_regions_bucket_and_signed_by_its_key() -> None:
    with mock_aws():
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-west-2")
        key = session.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        place: Any = {"LocationConstraint": "us-west-2"}
        session.client("s3").create_bucket(Bucket=GOOD["FLORIN_ROOTS_BUCKET"], CreateBucketConfiguration=place)
        settings = read({**GOOD, "FLORIN_ROOTS_KEY_ARN": key})
        built = build(settings, clock=SystemClock(), randomness=random.Random(1), session=session)
        root = sealed_root(Root(region="us-west-2", day=FIRST, previous=GENESIS, heads=(), totals=(), counts=Counts()))
        signature = built.root_signer.sign(root.hash)
        assert signature.key == key
        assert built.root_store.put_new(root, signature)
        assert built.root_store.latest() == root
