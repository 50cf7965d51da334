"""The form of a command: what is wrong with it whatever the state of its accounts, as a list of checks.

A template filled wrongly (a role, an amount or a memo's digest missing) is a mistake in the code that fills it and
raises; a value that a person may have chosen is a fault of the input and is answered, with the path to it.
"""

from collections.abc import Callable, Iterator
from typing import Final

from domain.ledger.kinds import KINDS, Effect, Kind
from domain.ledger.model import JOINT_LIMITS_MAX, KEY_LENGTH_MAX, LEGS_MAX, MEMO_BYTES_MAX, Command
from domain.money import AMOUNT_MINOR_MAX, Money
from domain.refusals import FieldFault

ID_CHARACTERS_MAX: Final = 64
"""Longer than any id the bank makes."""
_WITH_AMOUNT: Final = (Effect.PLACE_HOLD, Effect.RAISE_HOLD)


def malformed(command: Command) -> tuple[FieldFault, ...]:
    _check_filled(command, KINDS[command.kind])
    return tuple(fault for check in _CHECKS for fault in check(command))


def _check_filled(command: Command, kind: Kind) -> None:
    if set(command.parties) != set(kind.roles):
        raise ValueError(f"{kind.name} takes the parties {kind.roles}, not {tuple(command.parties)}")
    if not _amounts_wanted(kind) <= set(command.amounts) <= _amounts_wanted(kind) | _amounts_optional(kind):
        raise ValueError(f"{kind.name} does not take the amounts {tuple(command.amounts)}")
    if any(leg.many for leg in kind.legs) != bool(command.shares):
        raise ValueError(f"{kind.name} takes shares when it pays several, and then at least one")
    if (command.memo is None) != (command.memo_digest is None):
        raise ValueError("a memo comes with its digest, which stands for it in the fingerprint")
    # Its journal would stand in the expiry index without a hold, or take of what can still be reversed.
    if command.expires_at is not None and kind.effect not in _WITH_AMOUNT:
        raise ValueError(f"{kind.name} has no expiry")
    if command.reverses is not None and kind.effect is not Effect.REVERSE:
        raise ValueError(f"{kind.name} reverses nothing")
    if command.over_capture_minor < 0:
        raise ValueError("the caller's rule for captures above the hold is not negative")


def _amounts_wanted(kind: Kind) -> set[str]:
    return {leg.amount for leg in kind.legs} | ({"amount"} if kind.effect in _WITH_AMOUNT else set())


def _amounts_optional(kind: Kind) -> set[str]:
    """A reversal without an amount reverses all that is left."""
    return {"amount"} if kind.effect is Effect.REVERSE else set()


def _key(command: Command) -> Iterator[FieldFault]:
    key = command.key
    if not 1 <= len(key) <= KEY_LENGTH_MAX or not all("!" <= sign <= "~" for sign in key):
        text = f"an idempotency key is 1 to {KEY_LENGTH_MAX} printable ASCII characters without spaces"
        yield FieldFault(("idempotencyKey",), "KEY_MALFORMED", text)


def _amounts(command: Command) -> Iterator[FieldFault]:
    named = [*command.amounts.items(), *((f"shares.{n}", money) for n, (_, money) in enumerate(command.shares))]
    for name, money in named:
        if not 0 < money.minor <= AMOUNT_MINOR_MAX:
            text = f"an amount is more than zero and at most {AMOUNT_MINOR_MAX} minor units"
            yield FieldFault((name,), "AMOUNT_OUT_OF_RANGE", text)


def _shares(command: Command) -> Iterator[FieldFault]:
    if len(command.shares) >= LEGS_MAX:
        yield FieldFault(("shares",), "TOO_MANY_LEGS", f"a journal has at most {LEGS_MAX} legs")
    whole = command.amounts.get("amount")
    if command.shares and whole and not _adds_up(whole, command.shares):
        yield FieldFault(("shares",), "SHARES_DO_NOT_ADD_UP", "the shares add up to the amount, in its currency")


def _adds_up(whole: Money, shares: tuple[tuple[str, Money], ...]) -> bool:
    one_currency = all(money.currency == whole.currency for _, money in shares)
    return one_currency and sum(money.minor for _, money in shares) == whole.minor


def _ids(command: Command) -> Iterator[FieldFault]:
    if command.hold is not None and not _is_id(command.hold, "hld_"):
        yield FieldFault(("holdId",), "ID_MALFORMED", "not the id of a hold")
    if command.reverses is not None and not _is_id(command.reverses, "jrn_"):
        yield FieldFault(("journalId",), "ID_MALFORMED", "not the id of a journal")


def _is_id(text: str, prefix: str) -> bool:
    return text.startswith(prefix) and len(text) <= ID_CHARACTERS_MAX and text.isascii()


def _joint_limits(command: Command) -> Iterator[FieldFault]:
    named = command.joint_limits or ()
    if len(named) > JOINT_LIMITS_MAX:
        yield FieldFault(("jointLimits",), "TOO_MANY", f"an account is under at most {JOINT_LIMITS_MAX} joint limits")
    if len(set(named)) < len(named):
        yield FieldFault(("jointLimits",), "REPEATED", "each joint limit is named once")


def _memo(command: Command) -> Iterator[FieldFault]:
    if command.memo is not None and len(command.memo) > MEMO_BYTES_MAX:
        yield FieldFault(("memo",), "TOO_LONG", f"a sealed memo has at most {MEMO_BYTES_MAX} bytes")


_CHECKS: Final[tuple[Callable[[Command], Iterator[FieldFault]], ...]] = (
    _key,
    _amounts,
    _shares,
    _ids,
    _joint_limits,
    _memo,
)
