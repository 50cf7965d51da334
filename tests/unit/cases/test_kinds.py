"""The table of kinds is whole, and each row can be worked."""

from datetime import timedelta

import pytest

from domain.access.model import Action, Actor, Channel, Group, Relation
from domain.access.rules import may
from domain.cases.kinds import KINDS, CaseKind, KindOfCase, ResolutionCode
from domain.cases.rules import RESERVED_FACTS
from domain.facts import FACTS_MAX, VALUE_LENGTH_MAX


def test_every_kind_has_a_row() -> None:
    assert set(KINDS) == set(CaseKind)


def test_every_resolution_is_of_some_kind() -> None:
    assert {code for about in KINDS.values() for code in about.resolutions} == set(ResolutionCode)


@pytest.mark.parametrize("about", KINDS.values(), ids=lambda about: about.title)
class TestEveryKind:
    def test_is_worked_by_a_group_that_may(self, about: KindOfCase) -> None:
        person = Actor("stf_1", frozenset({about.group}), None, "", Channel.API)

        assert about.group not in (Group.CUSTOMER, Group.AUDITOR, Group.ADMIN)
        assert may(person, Action.WORK_CASES, Relation.STRANGER)
        assert may(person, Action.VIEW_CASES, Relation.STRANGER)

    def test_is_due_within_days_and_can_be_resolved(self, about: KindOfCase) -> None:
        assert timedelta() < about.due_after <= timedelta(days=7)
        assert about.resolutions

    def test_says_what_it_is_in_words_that_a_second_person_can_be_shown(self, about: KindOfCase) -> None:
        titles = [about.title, *(choice.title for choice in about.resolutions.values())]
        assert all(0 < len(title) <= VALUE_LENGTH_MAX for title in titles)


def test_the_facts_of_a_case_leave_room_for_what_is_shown_beside_them() -> None:
    assert FACTS_MAX - len(RESERVED_FACTS) == 17, "the service says 17"
