"""Lists name one side of a payment each, until a day; what is wrong in them is said with its place."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.fraud import lists
from domain.fraud.documents import DocumentMalformed
from domain.fraud.kinds import Decision, Family
from domain.fraud.lists import ENTRIES_MAX, ListName, hits
from tests.unit.fraud.values import entry, listed

TODAY = date(2026, 11, 30)


class TestHits:
    def test_an_entry_is_for_one_side_alone(self) -> None:
        found = listed(entry("DENY", "payee", "acc_1"))
        assert hits(found, {Family.PAYEE: "acc_1", Family.ACCOUNT: "acc_2"}, TODAY)
        assert not hits(found, {Family.ACCOUNT: "acc_1", Family.PAYEE: "acc_2"}, TODAY)

    @pytest.mark.parametrize("family", Family)
    def test_every_family_is_looked_up(self, family: Family) -> None:
        (hit,) = hits(listed(entry("ALLOW", family.value, "x")), {family: "x"}, TODAY)
        assert (hit.list, hit.family, hit.entity) == (ListName.ALLOW, family, "x")

    @pytest.mark.parametrize(("until", "counts"), [(None, True), (0, True), (1, True), (-1, False)])
    def test_an_entry_counts_through_its_last_day(self, until: int | None, counts: bool) -> None:
        last = None if until is None else (TODAY + timedelta(days=until)).isoformat()
        assert bool(hits(listed(entry(until=last)), {Family.CUSTOMER: "cus_1"}, TODAY)) is counts

    def test_who_denies_comes_first(self) -> None:
        found = listed(entry("ALLOW"), entry("DENY", "payee", "acc_2"), entry("DENY"))
        parties = {Family.CUSTOMER: "cus_1", Family.PAYEE: "acc_2"}
        assert [(hit.list.value, hit.family.value) for hit in hits(found, parties, TODAY)] == [
            ("DENY", "customer"),
            ("DENY", "payee"),
            ("ALLOW", "customer"),
        ]

    def test_a_party_that_is_not_known_is_on_no_list(self) -> None:
        assert hits(listed(entry()), {}, TODAY) == ()


class TestDocument:
    def test_is_written_by_list_family_and_id(self) -> None:
        mixed = [
            entry("DENY", "payee", "b"),
            entry("DENY", "payee", "a", until="2026-12-31"),
            entry("ALLOW", "terminal", "z"),
            entry("DENY", "customer", "z"),
        ]
        written: Any = lists.as_plain(listed(*mixed, ceiling=Decision.STEP_UP))
        assert written["entries"] == [mixed[2], mixed[3], mixed[1], mixed[0]]
        assert lists.as_plain(lists.parsed(written)) == written

    @pytest.mark.parametrize(
        ("changes", "path", "problem"),
        [
            ({"list": "GREY"}, "entries[1].list", "is 'GREY', not one of ALLOW, DENY"),
            ({"family": "bank"}, "entries[1].family", "is 'bank', not one of customer"),
            ({"entity": ""}, "entries[1].entity", "is not an id"),
            ({"entity": "a b"}, "entries[1].entity", "is not an id"),
            ({"entity": "ü"}, "entries[1].entity", "is not an id"),
            ({"entity": "x" * 129}, "entries[1].entity", "is not an id"),
            ({"entity": 7}, "entries[1].entity", "is not an id"),
            ({"entity": "cus_1"}, "entries[1].entity", "stands twice on one list"),
            ({"reason": ""}, "entries[1].reason", "is no text"),
            ({"reason": "x" * 201}, "entries[1].reason", "is no text"),
            ({"by": None}, "entries[1].by", "is not an id"),
            ({"until": "30.11.2026"}, "entries[1].until", "is not a day such as"),
            ({"until": "2026-02-30"}, "entries[1].until", "is no day of the calendar"),
            ({"until": "20261130"}, "entries[1].until", "is not a day such as"),
            ({"until": 20261130}, "entries[1].until", "is not a day such as"),
            ({"since": "2026-11-30"}, "entries[1]", "has 'since'"),
        ],
    )
    def test_says_where_it_is_wrong(self, changes: dict[str, Any], path: str, problem: str) -> None:
        with pytest.raises(DocumentMalformed) as caught:
            listed(entry(), entry(**{"entity": "cus_2", **changes}))
        assert caught.value.path == path
        assert problem in caught.value.problem

    def test_may_deny_and_allow_the_same_one(self) -> None:
        assert len(listed(entry("DENY"), entry("ALLOW")).entries) == 2

    @pytest.mark.parametrize("field", list(entry()))
    def test_leaves_nothing_out(self, field: str) -> None:
        with pytest.raises(DocumentMalformed, match=rf"entries\[0\]: has no '{field}'"):
            listed({key: value for key, value in entry().items() if key != field})

    @pytest.mark.parametrize(
        "document", [None, {}, {"format": "florin.lists/2", "allow_ceiling": "BLOCK", "entries": []}]
    )
    def test_is_of_its_format(self, document: object) -> None:
        with pytest.raises(DocumentMalformed):
            lists.parsed(document)

    def test_has_at_most_so_many_entries(self) -> None:
        many = [entry(entity=f"cus_{number}") for number in range(ENTRIES_MAX)]
        assert len(listed(*many).entries) == ENTRIES_MAX
        with pytest.raises(DocumentMalformed, match="entries: has 5001 parts"):
            listed(*many, entry(entity="cus_x"))
