"""A subject is judged once, by what can be read of it, and never goes unjudged."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from domain.fraud import builtin, lists
from domain.fraud.artefacts import ArtefactMissing, ArtefactUnanswered, ArtefactUnread, MemoryArtefactStore
from domain.fraud.books import Books as RealBooks
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.features import FeatureRead, FeaturesUnread, Judging, Kept, features_from
from domain.fraud.kinds import CustomerReason, Decision, Fallback, Features, Scope, Value
from domain.fraud.model import ScoringRequest, StoredDecision, VersionUsed
from domain.fraud.registry_items import pointer_item, snoozes_item
from domain.fraud.registry_model import ArtefactKind, Champion, Pointer, Shadow, Snooze, Snoozes
from domain.fraud.scoring import Book, replayed, same
from domain.fraud.service import SHADOWS_MAX, Fraud
from tests.unit.fraud.asking import AT, PAYEE, request
from tests.unit.fraud.values import FixedModel, entry, listed

LARGE_MINOR = 60_000_00


class Moving:
    """A clock that is a minute later each time."""

    def __init__(self) -> None:
        self._now = AT

    def now(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


PROMOTED = Pointer(scope=Scope.TRANSFER, changed_at=AT, changed_by="stf_1", reason="Better", revision=1)


def known_of(asked: ScoringRequest) -> Features:
    """Of the request alone."""
    return features_from(asked, {}, credential_changed_at=None)


def snoozes(*, until: datetime) -> Snoozes:
    return Snoozes(request().customer, (Snooze("new-payee-very-large", "Known", "stf_1", AT, until),), 1)


@dataclass
class Reader:
    reads: int = 0
    unread: bool = False
    torn: bool = False
    """Features are not what they should be; what judges was read with them."""
    pointer_unread: bool = False
    promoted: Pointer | None = None
    grown: dict[str, Value] = field(default_factory=dict)
    snoozes: Snoozes | None = None

    def read(self, asked: ScoringRequest) -> FeatureRead:
        self.reads += 1
        if self.unread:
            raise FeaturesUnread
        judging = Judging(self._item(), snoozes_item(self.snoozes) if self.snoozes else None)
        if self.torn:
            raise FeaturesUnread(judging=judging)
        return FeatureRead(features={**known_of(asked), **self.grown}, judging=judging, units=1.0)

    def pointer(self, scope: Scope) -> Kept | None:
        if self.pointer_unread:
            raise FeaturesUnread
        return self._item()

    def _item(self) -> Kept | None:
        return pointer_item(self.promoted) if self.promoted else None


@dataclass
class Books:
    """The first book is always there; that of a pointer may not be read."""

    unread: ArtefactUnread | None = None
    shadow_count: int = 0
    model: FixedModel | None = None
    """Of the shadows, and of the champion of a pointer."""
    asked: list[Pointer | None] = field(default_factory=list)

    def book(self, pointer: Pointer | None, scope: Scope) -> Book:
        self.asked.append(pointer)
        if self.unread and pointer is not None:
            raise self.unread
        return builtin.book(scope) if pointer is None else replace(builtin.book(scope), model=self.model)

    def fallback(self, pointer: Pointer | None, scope: Scope) -> Book:
        self.asked.append(pointer)
        return builtin.book(scope)

    def shadows(self, pointer: Pointer | None, scope: Scope, *, at: datetime) -> tuple[tuple[str, Book], ...]:
        book = replace(builtin.book(scope), model=self.model)
        return tuple((f"transfer/model/{n}", book) for n in range(self.shadow_count))


@dataclass
class Scene:
    reader: Reader = field(default_factory=Reader)
    books: Books = field(default_factory=Books)
    decisions: MemoryDecisionStore = field(default_factory=MemoryDecisionStore)

    def __post_init__(self) -> None:
        self.fell_back: list[StoredDecision] = []
        self.unasked: list[tuple[str, str]] = []
        self.fraud = Fraud(
            features=self.reader,
            books=self.books,
            decisions=self.decisions,
            clock=Moving(),
            fell_back=self.fell_back.append,
            shadow_unread=lambda subject, version: self.unasked.append((subject, version)),
        )


def test_a_subject_that_was_judged_is_not_judged_again_and_its_features_are_not_read_again() -> None:
    scene = Scene()
    first = scene.fraud.decide(request())
    scene.reader.grown = {"customer_count_1h": 99}

    assert scene.fraud.decide(replace(request(), at=AT + timedelta(days=1))) == first
    assert scene.fraud.decide_unscored(request(), why=Fallback.SCORER_SILENT) == first
    assert scene.fraud.decision_of(first.subject) == first
    assert scene.reader.reads == 1


def test_a_decision_holds_all_that_it_followed_from() -> None:
    scene = Scene(Reader(grown={"customer_count_1h": 3}))
    made = scene.fraud.decide(request(minor=LARGE_MINOR))

    assert made.decision is Decision.STEP_UP
    assert made.features == {**known_of(request(minor=LARGE_MINOR)), "customer_count_1h": 3}
    assert made.versions == builtin.book(Scope.TRANSFER).versions
    assert (made.fallback, made.decided_at) == (None, AT + timedelta(minutes=1))
    assert (made.customer, made.account, made.payee, made.amount) == (
        request().customer,
        request().account,
        request().payee,
        request(minor=LARGE_MINOR).amount,
    )


def test_of_those_who_judge_one_subject_at_once_all_are_told_what_was_kept_first() -> None:
    scene = Scene()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: scene.fraud.decide(request()), range(8)))
    assert answers == [scene.fraud.decision_of(request().subject)] * 8


def test_who_loses_the_race_is_told_what_the_winner_kept() -> None:
    scene = Scene()
    winner = Scene().fraud.decide(request(minor=LARGE_MINOR))

    class Late(MemoryDecisionStore):
        def decision(self, subject: str) -> StoredDecision | None:
            return None

    late = Late()
    late.put(winner)
    loser = Fraud(features=scene.reader, books=scene.books, decisions=late, clock=Moving())
    assert loser.decide(request()) == winner


def test_while_no_features_can_be_read_the_stricter_rules_judge_what_the_request_says() -> None:
    scene = Scene(Reader(unread=True))
    made = scene.fraud.decide(request(minor=3_000_00))

    assert (made.fallback, made.decision) == (Fallback.FEATURES_UNREAD, Decision.STEP_UP)
    assert made.features == known_of(request(minor=3_000_00))


def test_the_champions_that_were_read_last_judge_while_nothing_can_be_read() -> None:
    scene = Scene(Reader(promoted=PROMOTED))
    scene.fraud.decide(request("jrn_us0417_a"))
    scene.reader.unread = scene.reader.pointer_unread = True
    made = scene.fraud.decide(request("jrn_us0417_b"))
    assert scene.books.asked == [PROMOTED] * 2
    assert (made.decision, made.lists_unread) == (Decision.APPROVE, False)


@pytest.mark.parametrize("why", [ArtefactMissing(), ArtefactUnanswered()], ids=lambda why: type(why).__name__)
def test_a_document_that_cannot_be_read_leaves_the_stricter_rules_to_judge(why: ArtefactUnread) -> None:
    scene = Scene(Reader(promoted=PROMOTED, grown={"customer_count_1h": 3}), Books(unread=why))
    made = scene.fraud.decide(request(minor=3_000_00))

    assert (made.fallback, made.decision) == (Fallback.ARTEFACT_UNREAD, Decision.STEP_UP)
    assert made.features["customer_count_1h"] == 3
    assert made.versions == builtin.book(Scope.TRANSFER).versions


def test_a_fallback_is_told_of_once_whoever_asks_again() -> None:
    scene = Scene(Reader(unread=True))
    made = scene.fraud.decide(request())
    scene.fraud.decide(request())
    scene.fraud.decide_unscored(request(), why=Fallback.SCORER_SILENT)
    assert scene.fell_back == [made]


def test_who_decides_with_all_that_is_needed_tells_of_no_fallback() -> None:
    scene = Scene()
    scene.fraud.decide(request())
    assert scene.fell_back == []


def test_a_fallback_that_came_second_is_not_told_of() -> None:
    scene, winner = Scene(Reader(unread=True)), Scene().fraud.decide(request())

    class Late(MemoryDecisionStore):
        def decision(self, subject: str) -> StoredDecision | None:
            return None

    late = Late()
    late.put(winner)
    scene.fraud._decisions = late
    assert scene.fraud.decide(request()) == winner
    assert scene.fell_back == []


def test_a_silent_scorer_is_replaced_by_the_stricter_rules_over_what_can_be_read() -> None:
    scene = Scene(Reader(grown={"customer_count_1h": 3}))
    made = scene.fraud.decide_unscored(request(minor=3_000_00), why=Fallback.SCORER_SILENT)

    assert (made.fallback, made.decision) == (Fallback.SCORER_SILENT, Decision.STEP_UP)
    assert made.features["customer_count_1h"] == 3


def test_a_silent_scorer_is_replaced_even_where_nothing_can_be_read() -> None:
    made = Scene(Reader(unread=True)).fraud.decide_unscored(request(), why=Fallback.SCORER_SILENT)
    assert (made.fallback, made.decision) == (Fallback.SCORER_SILENT, Decision.APPROVE)


def test_shadows_are_scored_beside_the_decision_and_no_more_of_them_than_it_can_wait_for() -> None:
    made = Scene(books=Books(shadow_count=SHADOWS_MAX + 1)).fraud.decide(request())
    assert [shadow.decision for shadow in made.shadows] == [Decision.APPROVE] * SHADOWS_MAX


def test_a_shadow_that_answers_nonsense_hurts_no_decision() -> None:
    made = Scene(books=Books(shadow_count=1, model=FixedModel(1.5))).fraud.decide(request(minor=LARGE_MINOR))
    assert (made.decision, made.fallback, made.shadows) == (Decision.STEP_UP, None, ())


def test_a_shadow_that_has_no_answer_is_noted_and_the_decision_stays_the_champion_s() -> None:
    shadows = tuple(
        Shadow(ArtefactKind.MODEL, VersionUsed(f"transfer/model/{n}", "a" * 64), AT, AT + timedelta(days=until))
        for n, until in ((0, 8), (1, 8), (2, 0))
    )
    scene = Scene(Reader(promoted=replace(PROMOTED, shadows=shadows)), Books(shadow_count=1, model=FixedModel(0.1)))
    made = scene.fraud.decide(request(minor=LARGE_MINOR))

    assert [shadow.shadow for shadow in made.shadows] == ["transfer/model/0"]
    assert scene.unasked == [(made.subject, "transfer/model/1")]
    assert (made.decision, made.fallback, scene.fell_back) == (Decision.STEP_UP, None, [])


def test_a_model_that_answers_nonsense_leaves_the_stricter_rules_to_judge() -> None:
    books = Books(model=FixedModel(float("nan")))
    made = Scene(Reader(promoted=PROMOTED), books).fraud.decide(request(minor=3_000_00))
    assert (made.decision, made.fallback, made.score) == (Decision.STEP_UP, Fallback.ARTEFACT_UNREAD, None)


def test_features_of_another_type_leave_the_stricter_rules_to_judge_what_the_request_says() -> None:
    made = Scene(Reader(grown={"account_count_1h": "many"})).fraud.decide(request(minor=3_000_00))
    assert (made.decision, made.fallback) == (Decision.STEP_UP, Fallback.FEATURES_UNREAD)
    assert made.features == known_of(request(minor=3_000_00))


def test_what_is_snoozed_for_the_customer_is_silent_and_stands_with_the_decision() -> None:
    made = Scene(Reader(snoozes=snoozes(until=AT + timedelta(hours=1)))).fraud.decide(request(minor=LARGE_MINOR))
    assert (made.decision, made.snoozed) == (Decision.APPROVE, ("new-payee-very-large",))


def test_what_was_snoozed_until_now_speaks_again() -> None:
    made = Scene(Reader(snoozes=snoozes(until=AT))).fraud.decide(request(minor=LARGE_MINOR))
    assert (made.decision, made.snoozed) == (Decision.STEP_UP, ())


def test_a_decision_can_be_made_again_from_what_is_kept_of_it() -> None:
    for scene in (Scene(), Scene(Reader(unread=True)), Scene(Reader(snoozes=snoozes(until=AT + timedelta(hours=1))))):
        made = scene.fraud.decide(request(minor=LARGE_MINOR))
        assert same(made, replayed(made, builtin.book(Scope.TRANSFER)))


class TestLists:
    """Who is denied is not paid because something else cannot be read."""

    def bank(self, reader: Reader, *, unread: bool = False) -> Fraud:
        """A worker that has read nothing yet, in a scope whose lists deny the payee."""
        body = canonical(lists.as_plain(listed(entry("DENY", "payee", PAYEE))))
        store = MemoryArtefactStore()
        used = VersionUsed("transfer/lists/1", sha256_of(body) if unread else store.put(ArtefactKind.LISTS, body))
        reader.promoted = replace(PROMOTED, champions={ArtefactKind.LISTS: Champion(used, AT, "stf_1", None)})
        books = RealBooks(artefacts=store, model=lambda _: FixedModel(0.0))
        return Fraud(features=reader, books=books, decisions=MemoryDecisionStore(), clock=Moving())

    @pytest.mark.parametrize(
        "reader", [Reader(unread=True), Reader(torn=True), Reader(grown={"account_count_1h": "many"})]
    )
    def test_a_fresh_worker_without_features_denies_who_is_denied(self, reader: Reader) -> None:
        made = self.bank(reader).decide(request())
        assert (made.decision, made.staff_reasons) == (Decision.BLOCK, ("LISTED_DENY",))
        assert (made.fallback, made.lists_unread) == (Fallback.FEATURES_UNREAD, False)
        assert made.features == known_of(request())

    def test_what_was_read_last_gives_way_to_what_judges_now(self) -> None:
        reader = Reader()
        fraud = self.bank(reader)
        promoted, reader.promoted = reader.promoted, None
        assert fraud.decide(request("jrn_us0417_a")).decision is Decision.APPROVE
        reader.promoted, reader.unread = promoted, True
        assert fraud.decide(request("jrn_us0417_b")).decision is Decision.BLOCK

    def test_a_torn_profile_takes_no_snooze_away(self) -> None:
        reader = Reader(torn=True, snoozes=snoozes(until=AT + timedelta(hours=1)))
        assert Scene(reader).fraud.decide(request()).snoozed == ("new-payee-very-large",)

    def test_where_it_is_not_known_what_judges_a_person_looks(self) -> None:
        scene = Scene(Reader(unread=True, pointer_unread=True))
        made = scene.fraud.decide(request())
        assert (made.decision, made.staff_reasons, made.lists_unread) == (Decision.REVIEW, ("LISTS_UNREAD",), True)
        assert made.customer_reasons == (CustomerReason.SECURITY_CHECK,)
        assert same(made, replayed(made, builtin.book(Scope.TRANSFER)))
        assert scene.fell_back == [made]

    @pytest.mark.parametrize(
        ("scope", "decision"),
        [(Scope.ACH, Decision.REVIEW), (Scope.CARD, Decision.SOFT_DECLINE), (Scope.TRANSFER, Decision.REVIEW)],
    )
    def test_where_the_lists_cannot_be_read_nothing_is_simply_paid(self, scope: Scope, decision: Decision) -> None:
        made = self.bank(Reader(), unread=True).decide(replace(request(), scope=scope))
        assert (made.decision, made.fallback) == (decision, Fallback.ARTEFACT_UNREAD)
        assert made.versions.lists == builtin.book(scope).versions.lists
        assert same(made, replayed(made, builtin.book(scope)))

    def test_where_no_lists_were_ever_promoted_what_is_small_is_paid(self) -> None:
        for reader in (Reader(unread=True), Reader(unread=True, promoted=PROMOTED)):
            made = Scene(reader).fraud.decide(request())
            assert (made.decision, made.staff_reasons, made.lists_unread) == (Decision.APPROVE, (), False)
