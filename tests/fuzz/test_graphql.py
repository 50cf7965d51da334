"""Whatever is asked of the API's function, whoever asks: an answer in the standard shape, nothing done twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import corpus, documents
from tests.fuzz.documents import Document
from tests.fuzz.looking import Keeper, Seen, keeping, look, outcomes
from tests.fuzz.requests import Sent, requests
from tests.fuzz.share import FULL, share
from tests.fuzz.town import OFTEN, ROLES


@pytest.mark.parametrize("found", corpus.kept(), ids=lambda found: found.name)
def test_what_once_broke_something(found: corpus.Kept) -> None:
    answered = look(found.sent)

    assert found.status in (None, answered.status), answered.body
    assert found.outcome in (None, outcomes(answered)[-1]), answered.body
    assert not found.absent or found.absent not in answered.body.decode()


RARE = {"INSUFFICIENT_FUNDS", "IDEMPOTENCY_KEY_REUSED", "CURRENCY_MISMATCH", "HOLD_TOO_SMALL", "ALREADY_SO"}
"""Refusals that only a full run is sure to meet."""
BESIDE_THE_LEDGER = {
    "VerifyCounterpartySuccess",
    "CloseCounterpartySuccess",
    "OriginateAchDebitSuccess",
    "CancelPaymentSuccess",
    "ReplayPartnerDeliverySuccess",
}
"""Changes of what the cast knows by its id; a full run makes each of them."""


def run(made: st.SearchStrategy[Document], *, normal: int, full: int) -> Seen:
    """Looks at this many requests made of the documents."""
    seen = Seen()

    @share(normal=normal, full=full)
    @given(sent=requests(made, OFTEN))
    def each(keeper: Keeper, sent: Sent) -> None:
        keeper.look(sent)

    with keeping(lambda sent: look(sent, seen)) as keeper:
        each(keeper)
    return seen


def test_changes_asked_almost_rightly() -> None:
    seen = run(documents.changes(), normal=250, full=2_500)

    successes = {name for name in seen.answered if name.endswith("Success")}
    refusals = {"NOT_FOUND", "NOT_ALLOWED", "INPUT_INVALID"} | (RARE if FULL else set())
    assert len(successes) >= (10 if FULL else 5), sorted(seen.answered)
    assert refusals <= set(seen.answered)
    assert not FULL or successes >= BESIDE_THE_LEDGER
    assert len(seen.roles) >= (len(ROLES) if FULL else 6)


def test_anything_that_the_schema_allows() -> None:
    seen = run(documents.allowed(), normal=150, full=1_500)

    assert "data" in seen.answered
    assert len(seen.roles) >= (len(ROLES) if FULL else 8)


def test_several_things_at_once() -> None:
    assert "data" in run(documents.several(), normal=40, full=400).answered


def test_one_step_beside_the_schema() -> None:
    seen = run(documents.beside, normal=100, full=1_000)

    assert {"DOCUMENT_INVALID"} <= set(seen.answered)


def test_documents_torn_apart() -> None:
    assert {"DOCUMENT_INVALID", "data"} <= set(run(documents.torn(), normal=150, full=1_500).answered)
