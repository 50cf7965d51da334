"""The form of a command: every fault with its path, code and text, which are part of the API, and where each begins."""

from dataclasses import replace

import pytest

from domain.ledger.form import ID_CHARACTERS_MAX, malformed
from domain.ledger.model import JOINT_LIMITS_MAX, KEY_LENGTH_MAX, LEGS_MAX, MEMO_BYTES_MAX, Command
from domain.money import AMOUNT_MINOR_MAX, Money
from domain.refusals import FieldFault
from tests import ledger_values as values

ALICE, BOB = values.account(1), values.account(2)

TRANSFER = Command(
    kind="transfer",
    initiator=ALICE,
    scope="bank",
    key="k",
    parties={"source": ALICE, "destination": BOB},
    amounts={"amount": Money(30, "USD")},
)
SPLIT = replace(TRANSFER, kind="split_transfer", parties={"source": ALICE}, shares=((BOB, Money(30, "USD")),))
RELEASE = replace(TRANSFER, kind="hold_released", parties={"account": ALICE}, amounts={}, hold="hld_us0017_x")
REVERSAL = replace(TRANSFER, kind="reversal", parties={}, amounts={}, reverses="jrn_us0017_x")
JOINT = replace(RELEASE, kind="joint_limits_set", hold=None, joint_limits=())

KEY = FieldFault(
    ("idempotencyKey",),
    "KEY_MALFORMED",
    "an idempotency key is 1 to 128 printable ASCII characters without spaces",
)
OUT_OF_RANGE = "an amount is more than zero and at most 999999999999999999 minor units"
DO_NOT_ADD_UP = FieldFault(("shares",), "SHARES_DO_NOT_ADD_UP", "the shares add up to the amount, in its currency")
TOO_MANY_LEGS = FieldFault(("shares",), "TOO_MANY_LEGS", "a journal has at most 30 legs")
HOLD = FieldFault(("holdId",), "ID_MALFORMED", "not the id of a hold")
JOURNAL = FieldFault(("journalId",), "ID_MALFORMED", "not the id of a journal")
TOO_MANY = FieldFault(("jointLimits",), "TOO_MANY", "an account is under at most 4 joint limits")
REPEATED = FieldFault(("jointLimits",), "REPEATED", "each joint limit is named once")
MEMO = FieldFault(("memo",), "TOO_LONG", "a sealed memo has at most 589 bytes")


def amount_fault(name: str) -> FieldFault:
    return FieldFault((name,), "AMOUNT_OUT_OF_RANGE", OUT_OF_RANGE)


def of(minor: int, currency: str = "USD") -> dict[str, Money]:
    return {"amount": Money(minor, currency)}


def in_shares(count: int) -> Command:
    shares = tuple((values.account(n), Money(1, "USD")) for n in range(count))
    return replace(SPLIT, amounts=of(count), shares=shares)


def under(*names: int) -> Command:
    return replace(JOINT, joint_limits=tuple(map(values.joint_limit, names)))


FAULTY: dict[str, tuple[Command, tuple[FieldFault, ...]]] = {
    "no key": (replace(TRANSFER, key=""), (KEY,)),
    "a key too long": (replace(TRANSFER, key="k" * (KEY_LENGTH_MAX + 1)), (KEY,)),
    "a key with a space": (replace(TRANSFER, key="a b"), (KEY,)),
    "a key with a control character": (replace(TRANSFER, key="a\x7f"), (KEY,)),
    "nothing": (replace(TRANSFER, amounts=of(0)), (amount_fault("amount"),)),
    "less than nothing": (replace(TRANSFER, amounts=of(-1)), (amount_fault("amount"),)),
    "more than there can be": (replace(TRANSFER, amounts=of(AMOUNT_MINOR_MAX + 1)), (amount_fault("amount"),)),
    "a share of nothing": (
        replace(SPLIT, shares=((BOB, Money(30, "USD")), (ALICE, Money(0, "USD")))),
        (amount_fault("shares.1"),),
    ),
    "too many shares": (in_shares(LEGS_MAX), (TOO_MANY_LEGS,)),
    "shares of less": (replace(SPLIT, shares=((BOB, Money(29, "USD")),)), (DO_NOT_ADD_UP,)),
    "shares in another currency": (replace(SPLIT, shares=((BOB, Money(30, "EUR")),)), (DO_NOT_ADD_UP,)),
    "a hold that is none": (replace(RELEASE, hold="jrn_us0017_x"), (HOLD,)),
    "a hold too long": (replace(RELEASE, hold="hld_".ljust(ID_CHARACTERS_MAX + 1, "x")), (HOLD,)),
    "a hold in other letters": (replace(RELEASE, hold="hld_\N{SNOWMAN}"), (HOLD,)),
    "a journal that is none": (replace(REVERSAL, reverses="hld_us0017_x"), (JOURNAL,)),
    "too many joint limits": (under(*range(JOINT_LIMITS_MAX + 1)), (TOO_MANY,)),
    "a joint limit twice": (under(1, 1), (REPEATED,)),
    "a memo too long": (replace(TRANSFER, memo=b"x" * (MEMO_BYTES_MAX + 1), memo_digest="d"), (MEMO,)),
    "several at once, in the order of the fields": (
        replace(TRANSFER, key="", amounts=of(0), memo=b"x" * (MEMO_BYTES_MAX + 1), memo_digest="d"),
        (KEY, amount_fault("amount"), MEMO),
    ),
}

FLAWLESS: dict[str, Command] = {
    "the first sign that may be printed": replace(TRANSFER, key="!"),
    "the last sign that may be printed": replace(TRANSFER, key="~"),
    "the longest key": replace(TRANSFER, key="k" * KEY_LENGTH_MAX),
    "the smallest amount": replace(TRANSFER, amounts=of(1)),
    "the largest amount": replace(TRANSFER, amounts=of(AMOUNT_MINOR_MAX)),
    "the most shares": in_shares(LEGS_MAX - 1),
    "the longest id of a hold": replace(RELEASE, hold="hld_".ljust(ID_CHARACTERS_MAX, "x")),
    "the longest id of a journal": replace(REVERSAL, reverses="jrn_".ljust(ID_CHARACTERS_MAX, "x")),
    "a reversal of a part": replace(REVERSAL, amounts=of(1)),
    "the most joint limits": under(*range(JOINT_LIMITS_MAX)),
    "the longest memo": replace(TRANSFER, memo=b"x" * MEMO_BYTES_MAX, memo_digest="d"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_says_where_it_is_and_what_is_wrong(name: str) -> None:
    command, faults = FAULTY[name]

    assert malformed(command) == faults


@pytest.mark.parametrize("name", FLAWLESS)
def test_up_to_there_nothing_is_wrong(name: str) -> None:
    assert malformed(FLAWLESS[name]) == ()


def test_an_amount_that_the_kind_does_not_take_is_a_mistake_of_the_code() -> None:
    """Only a reversal may have one or not."""
    with pytest.raises(ValueError, match="hold_released does not take the amounts"):
        malformed(replace(RELEASE, amounts=of(1)))
