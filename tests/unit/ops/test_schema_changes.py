"""What breaks clients does not go out, unless it was announced in time or decided on."""

from datetime import date
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from graph.documents import core_schema
from graph.schema import schema
from ops.schema import BREAKING, RELEASED, faults, release, sdl
from ops.schema_changes import Allowed, Severity, allowed_in, changes, removal_of
from ops.schema_changes import faults as faults_of

TODAY = date(2027, 3, 1)
RELEASE = """
type Query { account(id: ID!, full: Boolean): Account  old: Old @deprecated(reason: "Use new. Removal: 2027-03-01") }
type Account { id: ID! kind: Kind balance: Int! @deprecated(reason: "Use balances. Removal: 2027-04-01") }
type Old { id: ID! inner: Inner }
type Inner { id: ID! }
enum Kind { SAVINGS CHECKING @deprecated(reason: "Use CURRENT. Removal: 2027-01-31") }
input Wish { amount: Int! note: String @deprecated(reason: "Use memo. Removal: 2026-12-31") }
"""


def said(now: str) -> list[tuple[str, str]]:
    return [(change.severity.value, change.what) for change in changes(RELEASE, now, TODAY)]


def stopped(now: str, *allowed: Allowed) -> list[str]:
    return faults_of(RELEASE, now, allowed=list(allowed), today=TODAY)


class TestNames:
    @pytest.mark.parametrize(
        ("was", "is_now", "severity", "what"),
        [
            ("id: ID! kind: Kind", "id: ID!", "breaking", "Field Account.kind was removed."),
            ("kind: Kind b", "kind: String b", "breaking", "Field Account.kind changed type from Kind to String."),
            ("(id: ID!, full: Boolean)", "(id: ID!)", "breaking", "Argument Query.account(full:) was removed."),
            (
                "full: Boolean)",
                "full: Boolean, how: Int!)",
                "breaking",
                "A required argument Query.account(how:) was added.",
            ),
            ("amount: Int!", "amount: Int! to: ID!", "breaking", "A required field Wish.to was added."),
            ("SAVINGS", "", "breaking", "Enum value Kind.SAVINGS was removed."),
            ("SAVINGS", "SAVINGS LOAN", "dangerous", "Enum value Kind.LOAN was added."),
            ("amount: Int!", "amount: Int! to: ID", "dangerous", "An optional field Wish.to was added."),
            ("kind: Kind b", "kind: Kind name: String b", "safe", "Field Account.name was added."),
            ("kind: Kind b", "kind: Kind! b", "safe", "Field Account.kind changed type from Kind to Kind!."),
        ],
    )
    def test_a_change_is_named_with_how_bad_it_is(self, was: str, is_now: str, severity: str, what: str) -> None:
        assert was in RELEASE
        found = said(RELEASE.replace(was, is_now, 1))

        assert next(one for one in found if one[0] == severity)[1].startswith(what.partition(" was added.")[0])
        assert [one[0] for one in found] == sorted((one[0] for one in found), key=list(map(str, Severity)).index)

    def test_words_are_no_change(self) -> None:
        assert said(RELEASE.replace("type Inner", '"Words."\ntype Inner')) == []

    def test_the_same_is_no_change(self) -> None:
        assert said(RELEASE) == []


class TestGate:
    def test_what_is_safe_or_dangerous_goes_out(self) -> None:
        assert (
            stopped(RELEASE.replace("SAVINGS", "SAVINGS LOAN").replace("id: ID! kind", "id: ID! name: ID kind")) == []
        )

    def test_what_breaks_does_not(self) -> None:
        assert stopped(RELEASE.replace("kind: Kind ", "")) == ["breaks clients: Field Account.kind was removed."]

    def test_a_decision_lets_it_go(self) -> None:
        decision = Allowed("Field Account.kind was removed.", date(2027, 2, 1), "Nobody asked for it.")

        assert stopped(RELEASE.replace("kind: Kind ", ""), decision) == []

    def test_a_decision_has_a_day_and_a_reason_and_something_to_decide(self) -> None:
        decision = Allowed("Field Account.kind was removed.", date(2027, 3, 2), " ")

        assert stopped(RELEASE, decision) == [
            "was decided on and is not a breaking change: Field Account.kind was removed.",
            "was decided on in the future: Field Account.kind was removed.",
            "was decided on without a reason: Field Account.kind was removed.",
        ]

    def test_what_was_announced_goes_on_its_day(self) -> None:
        now = RELEASE.replace(' old: Old @deprecated(reason: "Use new. Removal: 2027-03-01")', "")
        now = now.replace("type Old { id: ID! inner: Inner }\ntype Inner { id: ID! }\n", "")
        now = now.replace(' CHECKING @deprecated(reason: "Use CURRENT. Removal: 2027-01-31")', "")
        now = now.replace(' note: String @deprecated(reason: "Use memo. Removal: 2026-12-31")', "")

        assert stopped(now) == []
        assert {what for _, what in said(now)} == {
            f"{name} was removed, as announced." for name in ("Query.old", "Old", "Inner", "Kind.CHECKING", "Wish.note")
        }

    def test_and_not_before(self) -> None:
        now = RELEASE.replace(' balance: Int! @deprecated(reason: "Use balances. Removal: 2027-04-01")', "")

        assert stopped(now) == ["breaks clients: Field Account.balance was removed."]

    def test_a_type_that_others_use_still_does_not_go_with_it(self) -> None:
        release = RELEASE.replace("kind: Kind b", "kind: Kind inner: Inner b")
        now = release.replace(' old: Old @deprecated(reason: "Use new. Removal: 2027-03-01")', "")
        now = now.replace("type Old { id: ID! inner: Inner }\ntype Inner { id: ID! }\n", "").replace(
            " inner: Inner", ""
        )

        assert faults_of(release, now, allowed=[], today=TODAY) == [
            "breaks clients: Field Account.inner was removed.",
            "breaks clients: Inner was removed.",
        ]


class TestDeprecation:
    @pytest.mark.parametrize(
        "reason",
        [
            "old",
            "Use new.",
            "Use new. Removal: soon",
            "Removal: 2029-01-01",
            "Use new. Removal: 2029-13-01",
            "Use . Removal: 2029-01-01",
        ],
    )
    def test_it_says_what_to_use_and_until_when(self, reason: str) -> None:
        assert removal_of(reason) is None
        now = RELEASE.replace("kind: Kind b", f'kind: Kind @deprecated(reason: "{reason}") b')

        assert stopped(now) == [f'Account.kind is deprecated with {reason!r}; say "Use X. Removal: YYYY-MM-DD"']

    @pytest.mark.parametrize(("day", "goes"), [("2028-02-29", True), ("2028-02-28", False)])
    def test_a_year_is_left(self, day: str, goes: bool) -> None:
        now = RELEASE.replace("id: ID! kind", f'id: ID! @deprecated(reason: "Use key. Removal: {day}") kind', 1)

        assert (stopped(now) == []) is goes
        assert ("safe", "Account.id was deprecated.") in said(now)

    def test_it_is_not_brought_forward(self) -> None:
        now = RELEASE.replace("2027-04-01", "2027-03-31")

        assert stopped(now) == ["Account.balance is to be removed earlier than was announced"]

    def test_arguments_are_deprecated_too(self) -> None:
        now = RELEASE.replace("full: Boolean", 'full: Boolean @deprecated(reason: "Use how.")')

        assert len(stopped(now)) == 1
        assert stopped(now)[0].startswith("Query.account(full:) is deprecated")


class TestTheSchema:
    def test_it_may_go_out(self) -> None:
        assert faults(date.today()) == []  # noqa: DTZ011 - a removal is due on a day, wherever one is

    def test_what_is_deprecated_in_the_code_says_so_in_form(self) -> None:
        reasons = [
            part.deprecation_reason
            for kind in core_schema(schema).type_map.values()
            if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType | GraphQLEnumType)
            and not kind.name.startswith("__")
            for part in (kind.values if isinstance(kind, GraphQLEnumType) else kind.fields).values()
            if part.deprecation_reason is not None
        ]

        assert [reason for reason in reasons if removal_of(reason) is None] == []

    def test_what_was_decided_is_read(self, tmp_path: Path) -> None:
        assert allowed_in(BREAKING) == []
        path = tmp_path / "breaking.toml"
        path.write_text('[[change]]\nwhat = "X was removed."\ndecided = 2027-01-31\nwhy = "Unused."\n')
        assert allowed_in(path) == [Allowed("X was removed.", date(2027, 1, 31), "Unused.")]

        path.write_text('[[change]]\nwhat = "X was removed."\n')
        with pytest.raises(TypeError):
            allowed_in(path)

    def test_a_release_takes_over(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        released, breaking = tmp_path / RELEASED.name, tmp_path / BREAKING.name
        breaking.write_text(BREAKING.read_text() + '\n[[change]]\nwhat = "X"\ndecided = 2027-01-31\nwhy = "Y"\n')
        monkeypatch.setattr("ops.schema.RELEASED", released)
        monkeypatch.setattr("ops.schema.BREAKING", breaking)

        release()

        assert released.read_text() == sdl()
        assert breaking.read_text() == BREAKING.read_text()
