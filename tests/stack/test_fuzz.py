"""The deployed bank, asked what nobody would ask, over HTTP with real tokens: the list by hand, the corpus, and what
the generators make. At the end nothing stands in the ledger that was not asked for, the books are in order, and the
log has no fault.
"""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given

from domain.ids import is_account
from functions import configuration
from functions.composition import ledger_settings
from ops.local.aws import Clients
from ops.local.bank import LocalBank
from ops.verify.command import run_verify
from ops.verify.judging import judge
from ops.verify.reading import TableReader, read_world
from ops.verify.world import World
from tests.fuzz import corpus
from tests.fuzz.by_hand.row import Row
from tests.fuzz.by_hand.rows import ROWS
from tests.fuzz.deployed import REGION, Deployed
from tests.fuzz.looking import Broken, Keeper, Seen, keeping, outcomes
from tests.fuzz.requests import Answered, Sent, any_document, requests
from tests.fuzz.share import FULL, share

ROLES = tuple(corpus.USERS)
OFTEN = ("owner", "owner", "owner", "operations", "operations", *ROLES)
BANKS_OWN = frozenset({"account_opened", "hold_released", "ach_credit_captured"})
"""Journals that the bank writes by itself on a customer's account, whatever anybody asked: also a file that takes what
the tests before this one had sent, and was held by then.
"""


@pytest.fixture(scope="module")
def began() -> float:
    return time.time() - 1.0


@pytest.fixture(scope="module")
def before(bank: LocalBank) -> frozenset[str]:
    """The journals that were there before."""
    return frozenset(world_of(bank).journals)


@pytest.fixture(scope="module")
def place(bank: LocalBank, began: float, before: frozenset[str]) -> Deployed:
    return Deployed(bank)


def world_of(bank: LocalBank) -> World:
    """The ledger's books as they are now, judged as of the last closed minute."""
    region = bank.regions[REGION]
    settings = ledger_settings(configuration.read({**region.environment, "AWS_REGION": REGION}))
    client = Clients(endpoint=bank.engine, region=REGION).dynamodb
    table = region.environment["FLORIN_LEDGER_TABLE"]
    now = datetime.now().astimezone()
    return read_world(TableReader(client, table), settings=settings, now=now, cut=now - settings.close_after)


def looked(place: Deployed, sent: Sent) -> Answered:
    answered = place.answer(sent)
    if wrong := place.wrong(sent, answered):
        raise Broken(f"{'; '.join(wrong)}\n{corpus.curl(sent, place.cast, place.address)}")
    return answered


@pytest.mark.parametrize("found", corpus.kept(), ids=lambda found: found.name)
def test_what_once_broke_something(place: Deployed, found: corpus.Kept) -> None:
    answered = looked(place, found.sent)

    assert found.status in (None, answered.status), answered.body
    assert found.outcome in (None, outcomes(answered)[-1]), answered.body
    assert not found.absent or found.absent not in answered.body.decode()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_answered_as_it_says(place: Deployed, row: Row) -> None:
    if row.at_the_door:
        assert place.answer(row.sent).status == row.at_the_door
        return
    answered = looked(place, row.sent)

    assert (answered.status, outcomes(answered)[-1]) == (row.status, row.outcome), answered.body[:500]
    assert not row.absent or row.absent not in answered.body.decode()


def test_whatever_the_generators_make(place: Deployed) -> None:
    seen = Seen()

    @share(normal=200, full=5_000)
    @given(sent=requests(any_document, OFTEN))
    def each(keeper: Keeper, sent: Sent) -> None:
        keeper.look(sent)

    def asking(sent: Sent) -> None:
        fresh = place.fresh(sent)
        seen.count(fresh, looked(place, fresh))

    with keeping(asking) as keeper:
        each(keeper)
    assert len([name for name in seen.answered if name.endswith("Success")]) >= (9 if FULL else 3), seen
    assert {"NOT_FOUND", "INPUT_TYPE_WRONG", "DOCUMENT_INVALID", "data"} <= set(seen.answered), seen
    assert len(seen.roles) >= (len(ROLES) if FULL else 5), seen


class TestAfterwards:
    def test_nothing_was_written_that_was_not_asked_for(
        self, bank: LocalBank, place: Deployed, before: frozenset[str]
    ) -> None:
        """Every new journal on the accounts of the run follows from a request that said it was done, or is kept."""
        journals = world_of(bank).journals
        new = [journals[name] for name in journals.keys() - before if is_account(journals[name].initiator)]
        asked = {initiator: place.journals_of(initiator) for initiator in {journal.initiator for journal in new}}
        unexplained = [
            f"{journal.kind} on {journal.initiator}, refusal {journal.refusal}"
            for journal in new
            if journal.kind not in BANKS_OWN and journal.id not in asked[journal.initiator]
        ]
        assert len(new) > 10
        assert unexplained == []

    def test_the_books_are_in_order(self, bank: LocalBank, place: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
        if FULL:
            assert run_verify(bank, as_json=True, quiet=False) == 0, capsys.readouterr().out
        assert [found for verdict in judge(world_of(bank)) for found in verdict.violations] == []

    def test_the_log_has_no_fault(self, bank: LocalBank, place: Deployed, began: float) -> None:
        time.sleep(1.0)  # the engine writes the last log lines
        lines = list(logged(bank, since=began))
        assert len(lines) > place.sent
        assert [line for line in lines if '"ERROR"' in line or "Traceback" in line] == []


def logged(bank: LocalBank, *, since: float) -> Iterator[str]:
    """What the API's function wrote into its log."""
    logs = Clients(endpoint=bank.engine, region=REGION).logs
    pages = logs.get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=f"/aws/lambda/florin-graphql-{REGION}", startTime=int(since * 1000)):
        yield from (event["message"] for event in page["events"])
