"""Books of documents by what the pointer says, while all of them can be read and while some cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from domain.fraud import builtin
from domain.fraud.artefacts import ArtefactMissing, ArtefactUnanswered, ArtefactUnread, MemoryArtefactStore
from domain.fraud.books import Books
from domain.fraud.documents import canonical
from domain.fraud.kinds import Decision, Scope
from domain.fraud.model import VersionUsed
from domain.fraud.registry_model import ArtefactKind, Champion, Pointer, Shadow
from domain.fraud.scoring import score_unscored
from tests.unit.fraud.governance import model_document, one_score, thresholds_document
from tests.unit.fraud.values import INPUTS, NOON, entry, rule

SCOPE = Scope.CARD
RULES, MODEL, THRESHOLDS, LISTS = (
    ArtefactKind.RULES,
    ArtefactKind.MODEL,
    ArtefactKind.THRESHOLDS,
    ArtefactKind.LISTS,
)
DOCUMENTS: Mapping[ArtefactKind, Any] = {
    RULES: {"format": "florin.rules/1", "rules": [rule(not_overridable=True)]},
    MODEL: model_document(),
    THRESHOLDS: thresholds_document(),
    LISTS: {"format": "florin.lists/1", "allow_ceiling": "REVIEW", "entries": [entry()]},
}
IN_THE_FALLBACK = (RULES, THRESHOLDS, LISTS)


class Silent(MemoryArtefactStore):
    """Some kinds of documents are not answered with."""

    def __init__(self) -> None:
        super().__init__()
        self.about: set[ArtefactKind] = set()
        self.asked: list[ArtefactKind] = []

    def get(self, kind: ArtefactKind, sha256: str) -> bytes:
        self.asked.append(kind)
        if kind in self.about:
            raise ArtefactUnanswered
        return super().get(kind, sha256)


@dataclass
class Shelf:
    store: Silent = field(default_factory=Silent)

    def __post_init__(self) -> None:
        self.books = Books(artefacts=self.store, model=one_score)
        self.pointer = Pointer(scope=SCOPE, champions={kind: self.champion(kind) for kind in ArtefactKind})

    def champion(self, kind: ArtefactKind, body: bytes | None = None) -> Champion:
        sha256 = self.store.put(kind, canonical(DOCUMENTS[kind]) if body is None else body)
        return Champion(VersionUsed(f"card/{kind.value.lower()}/1", sha256), NOON, "stf_1", None)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def first_of(kind: ArtefactKind) -> object:
    return getattr(builtin.book(SCOPE).versions, kind.value.lower())


def of(book: Any, kind: ArtefactKind) -> object:
    return getattr(book.versions, kind.value.lower())


@pytest.mark.parametrize("kind", ArtefactKind)
def test_the_book_is_whole_or_there_is_none(shelf: Shelf, kind: ArtefactKind) -> None:
    shelf.store.about = {kind}
    with pytest.raises(ArtefactUnanswered):
        shelf.books.book(shelf.pointer, SCOPE)

    shelf.store.about = set()
    assert of(shelf.books.book(shelf.pointer, SCOPE), kind) == shelf.pointer.champions[kind].used


def test_what_was_read_once_is_not_asked_for_again(shelf: Shelf) -> None:
    book = shelf.books.book(shelf.pointer, SCOPE)
    shelf.store.about = set(ArtefactKind)
    assert shelf.books.book(shelf.pointer, SCOPE) == book
    assert sorted(shelf.store.asked) == sorted(ArtefactKind)


class TestInTheFallback:
    def test_it_is_that_of_the_champions_and_their_model_is_not_asked_for(self, shelf: Shelf) -> None:
        shelf.store.about = {MODEL}
        book = shelf.books.fallback(shelf.pointer, SCOPE)

        assert [of(book, kind) for kind in IN_THE_FALLBACK] == [
            shelf.pointer.champions[kind].used for kind in IN_THE_FALLBACK
        ]
        assert (book.model, book.versions.model) == (None, None)
        assert MODEL not in shelf.store.asked

    @pytest.mark.parametrize("kind", IN_THE_FALLBACK)
    def test_what_cannot_be_read_is_the_first_of_all_and_the_rest_is_not(
        self, shelf: Shelf, kind: ArtefactKind
    ) -> None:
        shelf.store.about = {kind}
        book = shelf.books.fallback(shelf.pointer, SCOPE)

        assert of(book, kind) == first_of(kind)
        for other in set(IN_THE_FALLBACK) - {kind}:
            assert of(book, other) == shelf.pointer.champions[other].used

    def test_nothing_that_can_be_read_leaves_the_first_book(self, shelf: Shelf) -> None:
        shelf.store.about = set(ArtefactKind)
        assert shelf.books.fallback(shelf.pointer, SCOPE) == builtin.book(SCOPE)
        assert shelf.books.fallback(None, SCOPE) == builtin.book(SCOPE)

    def test_a_model_that_cannot_be_read_takes_nobody_off_the_list(self, shelf: Shelf) -> None:
        shelf.store.about = {MODEL}
        found = score_unscored({"amount_minor": 1}, shelf.books.fallback(shelf.pointer, SCOPE), INPUTS)
        assert (found.decision, found.staff_reasons) == (Decision.BLOCK, ("LISTED_DENY",))

    def test_a_decision_of_it_names_versions_that_judge_it_again(self, shelf: Shelf) -> None:
        shelf.store.about = {LISTS, MODEL}
        book = shelf.books.fallback(shelf.pointer, SCOPE)
        assert shelf.books.of_versions(SCOPE, book.versions) == book


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"format":"florin.rules/2","rules":[]}', b"\xff"])
@pytest.mark.parametrize("kind", ArtefactKind)
def test_bytes_that_are_no_document_of_their_kind_are_unread(shelf: Shelf, kind: ArtefactKind, body: bytes) -> None:
    pointer = Pointer(scope=SCOPE, champions={**shelf.pointer.champions, kind: shelf.champion(kind, body)})
    with pytest.raises(ArtefactMissing, match="is not a document of its kind"):
        shelf.books.book(pointer, SCOPE)
    assert kind is MODEL or of(shelf.books.fallback(pointer, SCOPE), kind) == first_of(kind)


@pytest.mark.parametrize("body", [None, b"{}"])
def test_a_shadow_that_cannot_be_read_is_left_out_and_the_others_are_not(shelf: Shelf, body: bytes | None) -> None:
    good = Shadow(MODEL, VersionUsed("card/model/3", shelf.champion(MODEL).used.sha256), NOON, NOON + timedelta(days=8))
    sha256 = shelf.champion(RULES, body).used.sha256 if body else "0" * 64
    bad = Shadow(RULES, VersionUsed("card/rules/2", sha256), NOON, NOON + timedelta(days=8))
    pointer = Pointer(scope=SCOPE, champions=shelf.pointer.champions, shadows=(bad, good))

    ((found, book),) = shelf.books.shadows(pointer, SCOPE, at=NOON)
    assert (found, book.versions.model) == ("card/model/3", good.used)


def test_the_rules_that_decide_are_read_alone(shelf: Shelf) -> None:
    shelf.store.about = {MODEL, THRESHOLDS, LISTS}
    assert [one.id for one in shelf.books.rules(shelf.pointer, SCOPE).rules] == ["large"]
    assert shelf.books.rules(Pointer(scope=SCOPE), SCOPE) == builtin.book(SCOPE).rules

    shelf.store.about = {RULES}
    with pytest.raises(ArtefactUnread):
        Shelf(shelf.store).books.rules(shelf.pointer, SCOPE)
