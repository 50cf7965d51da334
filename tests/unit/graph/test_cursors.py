"""Cursors open only the list they were made for."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.model import Account
from domain.customers.model import Customer
from graph.cursors import Cursors
from graph.errors import PublicError
from graph.scalars import Cursor
from tests.unit.graph.world import World

CURSORS = Cursors(lambda: b"secret")
OTHERS = Cursors(lambda: b"another secret")


@given(position=st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable()))
def test_a_cursor_gives_back_its_place(position: str) -> None:
    cursor = CURSORS.make("entries", "acc_1", position, {"kind": "all"})

    assert CURSORS.read(cursor, "entries", "acc_1", {"kind": "all"}) == position


def test_no_cursor_is_the_beginning() -> None:
    assert CURSORS.read(None, "entries", "acc_1") is None


@pytest.mark.parametrize(
    ("what", "subject", "filters"),
    [
        ("changes", "acc_1", {}),
        ("entries", "acc_2", {}),
        ("entries", "acc_1", {"since": "2026-01-01"}),
    ],
)
def test_a_cursor_of_another_list_does_not_open(what: str, subject: str, filters: dict[str, str | None]) -> None:
    cursor = CURSORS.make("entries", "acc_1", "1.7")

    with pytest.raises(PublicError):
        CURSORS.read(cursor, what, subject, filters)


def test_a_cursor_of_another_secret_does_not_open() -> None:
    with pytest.raises(PublicError):
        CURSORS.read(OTHERS.make("entries", "acc_1", "1.7"), "entries", "acc_1")


@given(text=st.text(max_size=100))
def test_made_up_text_does_not_open(text: str) -> None:
    with pytest.raises(PublicError):
        CURSORS.read(Cursor(text), "entries", "acc_1")


@given(index=st.integers(min_value=0, max_value=18), bit=st.integers(min_value=0, max_value=7))
def test_one_bit_changed_does_not_open(index: int, bit: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(CURSORS.make("entries", "acc_1", "1.7") + "=="))
    raw[index % len(raw)] ^= 1 << bit

    with pytest.raises(PublicError):
        CURSORS.read(Cursor(base64.urlsafe_b64encode(bytes(raw)).decode()), "entries", "acc_1")


@pytest.mark.parametrize("changed", ["{}==", "{}=", "{} ", " {}", "{}\n"])
def test_another_spelling_of_the_same_bytes_does_not_open(changed: str) -> None:
    cursor = CURSORS.make("entries", "acc_1", "1.7")

    with pytest.raises(PublicError):
        CURSORS.read(Cursor(changed.format(cursor)), "entries", "acc_1")


def test_bits_that_no_byte_needs_are_not_there() -> None:
    cursor = CURSORS.make("entries", "acc_1", "1.78")
    last = cursor[-1]
    others = [sign for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" if sign != last]

    for sign in others:
        with pytest.raises(PublicError):
            CURSORS.read(Cursor(cursor[:-1] + sign), "entries", "acc_1")


class TestThroughTheApi:
    ENTRIES = """query($id: ID!, $after: Cursor) { account(id: $id) { ... on Account {
        entries(first: 1, after: $after) { pageInfo { endCursor } } } } }"""

    @pytest.fixture
    def world(self) -> World:
        return World()

    @pytest.fixture
    def ada(self, world: World) -> Customer:
        return world.person()

    @pytest.fixture
    def accounts(self, world: World, ada: Customer) -> tuple[Account, Account]:
        return world.open(ada, deposit_minor=100), world.open(ada, key="second", deposit_minor=100)

    def cursor(self, world: World, ada: Customer, account: Account) -> str:
        shown = world.ask(ada, self.ENTRIES, id=account.id).data["account"]
        cursor: str = shown["entries"]["pageInfo"]["endCursor"]
        return cursor

    @pytest.mark.parametrize("forged", ["", "x", "MS4y", "a" * 1000, "AAAAAAAAAAAAAAAAAAAAAAEuMg", "é", "\u0000"])
    def test_a_forged_one_is_an_error_that_tells_nothing(
        self, world: World, ada: Customer, accounts: tuple[Account, Account], forged: str
    ) -> None:
        answer = world.ask(ada, self.ENTRIES, id=accounts[0].id, after=forged)

        assert answer.codes == ["INVALID_CURSOR"]
        assert world.faults == []

    def test_one_of_another_account_is_refused(
        self, world: World, ada: Customer, accounts: tuple[Account, Account]
    ) -> None:
        foreign = self.cursor(world, ada, accounts[1])

        assert world.ask(ada, self.ENTRIES, id=accounts[0].id, after=foreign).codes == ["INVALID_CURSOR"]

    def test_one_of_another_list_of_the_account_is_refused(
        self, world: World, ada: Customer, accounts: tuple[Account, Account]
    ) -> None:
        entry = self.cursor(world, ada, accounts[0])
        document = "query($id: ID!, $after: Cursor) { changes(accountId: $id, after: $after) { more } }"

        assert world.ask(ada, document, id=accounts[0].id, after=entry).codes == ["INVALID_CURSOR"]

    def test_one_of_another_person_opens_nothing_of_ones_own(
        self, world: World, ada: Customer, accounts: tuple[Account, Account]
    ) -> None:
        bob = world.person("Bob Byron")
        world.open(bob)
        document = "query($after: Cursor) { viewer { accounts(first: 1, after: $after) { pageInfo { endCursor } } } }"
        foreign = world.ask(ada, document).data["viewer"]["accounts"]["pageInfo"]["endCursor"]

        assert world.ask(bob, document, after=foreign).codes == ["INVALID_CURSOR"]

    def test_one_that_is_too_long_is_no_cursor(
        self, world: World, ada: Customer, accounts: tuple[Account, Account]
    ) -> None:
        answer = world.ask(ada, self.ENTRIES, id=accounts[0].id, after="a" * 1025)

        assert (answer.status, "data" in answer.body) == (400, False)
