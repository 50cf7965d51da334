"""Mistakes of access, planted one by one: the matrix finds each of them, or it would find nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.access.model import Action, Actor, Relation
from domain.accounts.model import Account
from domain.accounts.service import Accounts
from domain.refusals import NotAllowed, NotFound, Refusal
from graph.access import EVERYBODY, TABLE
from graph.accounts import account_view
from graph.context import Context, SeenAccount
from graph.guard import guard_of
from tests.access import paths, test_by_hand, test_matrix_changes, test_matrix_ids
from tests.access.matrix import faults
from tests.access.paths import object_of, probes_into
from tests.access.scene import PEOPLE, STRANGER, Scene, scene

Resolve = Callable[..., Any]
BY_NAME = {person.name: person for person in PEOPLE}


@pytest.fixture(name="scene")
def a_scene() -> Scene:
    return scene()


class Plant:
    """Puts another resolver in the place of a field's guarded one."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __call__(self, name: str, made_of: Callable[[Resolve, Resolve], Resolve]) -> None:
        """`made_of` is given the guarded resolver and the bare one."""
        kind, _, field = name.partition(".")
        found = object_of(kind).fields[field]
        assert found.resolve is not None
        guard = guard_of(found.resolve)
        self._patch.setattr(found, "resolve", made_of(found.resolve, guard.resolve if guard else found.resolve))


@pytest.fixture(name="plant")
def a_plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    return Plant(monkeypatch)


def found_in(scene: Scene, field: str) -> str:
    """As the matrix is asked: with all the fields of the type."""
    return "\n".join(faults(scene, probes_into(field.partition(".")[0])))


def test_the_same_fields_are_clean_when_nothing_is_planted(scene: Scene) -> None:
    assert [found_in(scene, field) for field in ("Customer.email", "Account.number", "Transfer.memo")] == ["", "", ""]


def test_a_guard_that_skips_aliases(scene: Scene, plant: Plant) -> None:
    def made_of(guarded: Resolve, bare: Resolve) -> Resolve:
        return lambda source, info, **given: (guarded if info.path.key == info.field_name else bare)(
            source, info, **given
        )

    plant("Customer.email", made_of)

    found = found_in(scene, "Customer.email")
    assert "by alias, fraud_analyst: is masked and says ['owner@example.com']" in found
    assert "by alias, finance: is hidden and says ['owner@example.com']" in found
    assert "by nested" not in found


def test_a_guard_that_skips_fragments(scene: Scene, plant: Plant) -> None:
    def made_of(guarded: Resolve, bare: Resolve) -> Resolve:
        return lambda source, info, **given: (bare if info.fragments else guarded)(source, info, **given)

    plant("Customer.taxIdLast4", made_of)

    found = found_in(scene, "Customer.taxIdLast4")
    assert "by fragment, finance: is hidden" in found
    assert "by nested" not in found


def test_a_field_that_is_not_guarded(scene: Scene, plant: Plant) -> None:
    plant("Transfer.memo", lambda _, bare: bare)

    assert "by nested, finance: is hidden and says ['For you only']" in found_in(scene, "Transfer.memo")


def test_a_mask_that_shows_too_much(scene: Scene, plant: Plant) -> None:
    def made_of(guarded: Resolve, bare: Resolve) -> Resolve:
        return lambda source, info: (shown := guarded(source, info)) and f"{bare(source, info)[:2]}{shown}"

    plant("Account.number", made_of)

    assert "by nested, finance: is masked" in found_in(scene, "Account.number")


def test_a_field_that_says_nothing_to_its_owner(scene: Scene, plant: Plant) -> None:
    plant("Customer.phone", lambda _, __: lambda *_: None)

    assert "owner: is shown and says [None]" in found_in(scene, "Customer.phone")
    assert "operations may see Customer.phone and was shown nothing" in found_in(scene, "Customer.phone")


def test_accounts_opened_to_strangers(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "relation", lambda *_: Relation.OWNER)

    assert "account.status (account) by nested, stranger: is hidden and says ['OPEN']" in found_in(
        scene, "Account.status"
    )


def test_a_node_that_is_found_without_asking(scene: Scene, plant: Plant) -> None:
    """One way of many to an account asks nobody's relation."""

    def made_of(guarded: Resolve, _: Resolve) -> Resolve:
        def resolve(source: Any, info: Any, **given: Any) -> Any:
            account = info.context.bank.accounts.account(given["id"]) if given["id"].startswith("acc_") else None
            seen = SeenAccount(account, Relation.OWNER) if isinstance(account, Account) else None
            return account_view(seen) if seen else guarded(source, info, **given)

        return resolve

    plant("Query.node", made_of)

    found = found_in(scene, "Account.ledgerBalance")
    assert "account.ledgerBalance (account) by node, stranger: is hidden" in found
    assert "account.ledgerBalance (account) by nested" not in found


def test_journals_shown_to_whoever_has_the_id(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "seen_journal", Context.journal_at_hand)

    look = next(look for look in test_matrix_ids.LOOKS if look.argument == "journal(id)")
    with pytest.raises(AssertionError):
        test_matrix_ids.TestLooking().test_anothers_and_nobodys_look_the_same(scene, look, STRANGER)


def test_a_look_that_tells_anothers_from_nobodys(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is somebody else's is refused with another word than what is not there."""
    whole = Context.account

    def account(self: Context, account_id: str) -> SeenAccount | Refusal:
        answer = whole(self, account_id)
        return NotAllowed() if isinstance(answer, NotFound) and self.bank.accounts.records([account_id]) else answer

    monkeypatch.setattr(Context, "account", account)

    look = next(look for look in test_matrix_ids.LOOKS if look.argument == "account(id)")
    with pytest.raises(AssertionError):
        test_matrix_ids.TestLooking().test_anothers_and_nobodys_look_the_same(scene, look, STRANGER)


def test_a_change_that_tells_anothers_from_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Accounts.refusal

    def refusal(self: Accounts, actor: Actor, action: Action, account: str) -> Refusal | None:
        answer = whole(self, actor, action, account)
        return NotAllowed() if isinstance(answer, NotFound) and self.records([account]) else answer

    monkeypatch.setattr(Accounts, "refusal", refusal)

    with pytest.raises(AssertionError):
        test_matrix_ids.test_a_change_does_not_tell_anothers_from_nobodys("placeHold", ("accountId",), STRANGER)


def test_a_change_that_shows_more_than_a_look(plant: Plant) -> None:
    plant("Account.number", lambda _, bare: bare)

    test_matrix_changes.test_a_change_is_made_and_told_as_its_cells_say("freezeAccount", BY_NAME["operations"])
    with pytest.raises(AssertionError, match=r"account\.number"):
        test_matrix_changes.test_a_change_is_made_and_told_as_its_cells_say("freezeAccount", BY_NAME["fraud_analyst"])


def test_a_change_done_for_whom_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Accounts, "refusal", lambda *_: None)

    with pytest.raises(AssertionError):
        test_matrix_changes.test_a_change_is_made_and_told_as_its_cells_say("placeHold", BY_NAME["delegate"])


def test_a_table_that_says_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "Customer.email", EVERYBODY)

    with pytest.raises(AssertionError):
        test_by_hand.test_the_table_says_what_was_written_by_hand("Customer.email")


def test_a_root_field_that_nobody_said_how_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOTS", {name: given for name, given in paths.ROOTS.items() if name != "journal"})

    with pytest.raises(AssertionError, match="is to be asked with arguments"):
        paths._roots.__wrapped__()
