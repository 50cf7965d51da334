"""Every kind of journal the bank can post, as one visible list of templates.

A row says who is debited, who is credited, which guards stand before the debit, what else happens to the account,
and whether the bank may refuse it at all. A new product adds a row; it does not write legs by hand.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.ledger.model import Side


class Effect(StrEnum):
    """What a journal does to the account of role `account` besides its legs."""

    NONE = "none"
    OPEN = "open"
    PLACE_HOLD = "place_hold"
    RAISE_HOLD = "raise_hold"
    CAPTURE_HOLD = "capture_hold"
    RELEASE_HOLD = "release_hold"
    EXPIRE_HOLDS = "expire_holds"
    FREEZE_DEBITS = "freeze_debits"
    FREEZE = "freeze"
    THAW = "thaw"
    CLOSE = "close"
    SET_LIMITS = "set_limits"
    SET_JOINT_LIMITS = "set_joint_limits"
    START_BATCHING = "start_batching"
    END_BATCHING = "end_batching"
    STOP_BATCHING = "stop_batching"
    REVERSE = "reverse"


class Guard(StrEnum):
    """What stands before a debit of a guarded account. A forced kind has none."""

    STATUS = "status"
    FUNDS = "funds"
    LIMITS = "limits"
    """Per transfer, per day and joint limits; the debit counts towards them."""


@dataclass(frozen=True, slots=True)
class LegTemplate:
    """One leg. Either `role` (an account the command names) or `book` (a row of the chart of accounts)."""

    side: Side
    role: str | None = None
    book: str | None = None
    amount: str = "amount"
    many: bool = False
    """One leg for each of the command's shares."""
    direct: bool = False
    """Posts to the account's own log even while its credits are batched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    name: str
    legs: tuple[LegTemplate, ...] = ()
    effect: Effect = Effect.NONE
    guards: frozenset[Guard] = frozenset(Guard)
    forced: bool = False
    """The bank may not refuse it: it posts whatever the balance, and no caller of the API can start one."""
    reversible: bool = True
    title: str

    @property
    def roles(self) -> tuple[str, ...]:
        named = [leg.role for leg in self.legs if leg.role and not leg.many]
        if self.effect not in (Effect.NONE, Effect.REVERSE) and "account" not in named:
            named.append("account")
        return tuple(dict.fromkeys(named))


def _debit(role: str | None = None, *, book: str | None = None, amount: str = "amount") -> LegTemplate:
    return LegTemplate(Side.DEBIT, role=role, book=book, amount=amount)


def _credit(
    role: str | None = None, *, book: str | None = None, amount: str = "amount", many: bool = False
) -> LegTemplate:
    return LegTemplate(Side.CREDIT, role=role, book=book, amount=amount, many=many)


_NO_LIMITS: Final = frozenset({Guard.STATUS, Guard.FUNDS})
_NONE: Final[frozenset[Guard]] = frozenset()


def _payment(name: str, title: str, *legs: LegTemplate, guards: frozenset[Guard] = frozenset(Guard)) -> Kind:
    return Kind(name=name, legs=legs, guards=guards, title=title)


def _forced(name: str, title: str, *legs: LegTemplate) -> Kind:
    return Kind(name=name, legs=legs, guards=_NONE, forced=True, title=title)


def _change(name: str, title: str, effect: Effect, guards: frozenset[Guard] = _NONE) -> Kind:
    return Kind(name=name, effect=effect, guards=guards, reversible=False, title=title)


def _unguarded(name: str, title: str, *legs: LegTemplate) -> Kind:
    """Takes nothing from a customer, so nothing stands before it; what undoes it is a journal of its own."""
    return Kind(name=name, legs=legs, guards=_NONE, reversible=False, title=title)


_KINDS: Final = (
    # Money between customers.
    _payment("transfer", "Transfer", _debit("source"), _credit("destination")),
    # A transfer that a person looks at before it is made: its money is held meanwhile, and it is captured under the key
    # of the request.
    Kind(name="transfer_held", title="Transfer in review", effect=Effect.PLACE_HOLD, reversible=False),
    Kind(
        name="transfer_released",
        title="Transfer",
        legs=(_debit("account"), _credit("destination")),
        effect=Effect.CAPTURE_HOLD,
    ),
    _payment("split_transfer", "Transfer to several", _debit("source"), _credit(many=True)),
    _payment("payout_funded", "Payout funded", _debit("source"), _credit(book="payout_clearing")),
    _payment("payout_paid", "Payout", _debit(book="payout_clearing"), _credit("destination")),
    _payment(
        "fx_exchange",
        "Currency exchange",
        _debit("source", amount="sold"),
        _credit(book="fx_position", amount="sold"),
        _debit(book="fx_position", amount="bought"),
        _credit("destination", amount="bought"),
    ),
    # Money in and out of the bank.
    _payment("cash_deposit", "Cash deposit", _debit(book="vault_cash"), _credit("destination")),
    _payment("cash_withdrawal", "Cash withdrawal", _debit("source"), _credit(book="vault_cash")),
    _payment("payment_received", "Payment received", _debit(book="settlement"), _credit("destination")),
    _payment("payment_sent", "Payment sent", _debit("source"), _credit(book="settlement")),
    _payment("instant_sent", "Instant payment sent", _debit("source"), _credit(book="instant_prefund")),
    _payment("instant_received", "Instant payment received", _debit(book="instant_prefund"), _credit("destination")),
    _payment("prefund_added", "Prefunding added", _debit(book="instant_prefund"), _credit(book="settlement")),
    # The bank's own charges and payments.
    _payment("fee", "Fee", _debit("source"), _credit(book="fee_income"), guards=_NO_LIMITS),
    _payment("interest", "Interest", _debit(book="interest_expense"), _credit("destination")),
    # Debits the bank may not refuse.
    _forced("payment_returned", "Returned payment", _debit("source"), _credit(book="settlement")),
    _forced("chargeback", "Chargeback", _debit("source"), _credit(book="card_settlement")),
    # Holds. A hold counts towards the limits when it is placed or raised, a capture only by what it takes above it.
    Kind(name="hold_placed", title="Hold", effect=Effect.PLACE_HOLD, reversible=False),
    Kind(name="hold_raised", title="Hold raised", effect=Effect.RAISE_HOLD, reversible=False),
    _change("hold_released", "Hold released", Effect.RELEASE_HOLD),
    _change("holds_expired", "Holds expired", Effect.EXPIRE_HOLDS),
    Kind(
        name="hold_captured",
        title="Payment",
        legs=(_debit("account"), _credit("destination")),
        effect=Effect.CAPTURE_HOLD,
    ),
    Kind(
        name="card_captured",
        title="Card payment",
        legs=(_debit("account"), _credit(book="card_settlement")),
        effect=Effect.CAPTURE_HOLD,
    ),
    Kind(
        name="card_cleared",
        title="Card payment settled by the network",
        legs=(_debit("account"), _credit(book="card_settlement")),
        effect=Effect.CAPTURE_HOLD,
        guards=_NONE,
        forced=True,
    ),
    # ACH, what we originate. A credit is held, captured into a file, settled between two books of the bank, and given
    # back when it is rejected or returned. A debit is credited when it settles, and held until a return has become
    # unlikely: one journal does both, and asks nothing of the account's funds, because the hold is on what it brings.
    Kind(name="ach_credit_held", title="ACH credit", effect=Effect.PLACE_HOLD, reversible=False),
    Kind(
        name="ach_credit_captured",
        title="ACH credit",
        legs=(_debit("account"), _credit(book="ach_in_transit")),
        effect=Effect.CAPTURE_HOLD,
        reversible=False,
    ),
    _unguarded("ach_credit_settled", "ACH credit settled", _debit(book="ach_in_transit"), _credit(book="settlement")),
    _unguarded("ach_credit_rejected", "ACH credit rejected", _debit(book="ach_in_transit"), _credit("destination")),
    _unguarded("ach_credit_returned", "ACH credit returned", _debit(book="settlement"), _credit("destination")),
    _unguarded(
        "ach_rejection_unposted",
        "Rejected ACH credit that its account could not take",
        _debit(book="ach_in_transit"),
        _credit(book="ach_unposted"),
    ),
    _unguarded(
        "ach_return_unposted",
        "Returned ACH credit that its account could not take",
        _debit(book="settlement"),
        _credit(book="ach_unposted"),
    ),
    Kind(
        name="ach_debit_settled",
        title="ACH debit",
        legs=(_debit(book="settlement"), LegTemplate(Side.CREDIT, role="account", direct=True)),
        effect=Effect.PLACE_HOLD,
        guards=_NONE,
        reversible=False,
    ),
    Kind(
        name="ach_debit_returned",
        title="ACH debit returned",
        legs=(_debit("account"), _credit(book="settlement")),
        effect=Effect.CAPTURE_HOLD,
        guards=_NONE,
        forced=True,
        reversible=False,
    ),
    # ACH, what we receive. Whether an entry posts is the account's state to say; one that does not, or not yet, lies in
    # a book of its own until a person decides or its return has settled.
    _payment("ach_credit_received", "ACH credit received", _debit(book="settlement"), _credit("destination")),
    _payment("ach_debit_received", "ACH debit", _debit("source"), _credit(book="settlement"), guards=_NO_LIMITS),
    _unguarded(
        "ach_credit_pended", "Received ACH credit pended", _debit(book="settlement"), _credit(book="ach_unposted")
    ),
    _unguarded(
        "ach_debit_pended", "Received ACH debit pended", _debit(book="ach_unposted"), _credit(book="settlement")
    ),
    _payment("ach_credit_posted", "ACH credit received", _debit(book="ach_unposted"), _credit("destination")),
    _payment("ach_debit_posted", "ACH debit", _debit("source"), _credit(book="ach_unposted"), guards=_NO_LIMITS),
    _unguarded(
        "ach_credit_sent_back", "Received ACH credit returned", _debit(book="ach_unposted"), _credit(book="settlement")
    ),
    _unguarded(
        "ach_debit_sent_back", "Received ACH debit returned", _debit(book="settlement"), _credit(book="ach_unposted")
    ),
    # A posted entry that goes back after all: the account gives it up, or gets it again, before its return leaves.
    _payment(
        "ach_credit_taken_back",
        "Received ACH credit returned",
        _debit("source"),
        _credit(book="ach_unposted"),
        guards=_NO_LIMITS,
    ),
    _payment(
        "ach_debit_given_back", "Received ACH debit returned", _debit(book="ach_unposted"), _credit("destination")
    ),
    # ACH, micro-entries: cents of the bank's own that prove an account at another bank, and are taken back.
    _unguarded("ach_micro_sent", "Micro-entry sent", _debit(book="micro_entries"), _credit(book="ach_in_transit")),
    _unguarded(
        "ach_micro_rejected", "Micro-entry rejected", _debit(book="ach_in_transit"), _credit(book="micro_entries")
    ),
    _unguarded("ach_micro_returned", "Micro-entry returned", _debit(book="settlement"), _credit(book="micro_entries")),
    _unguarded(
        "ach_micro_collected", "Micro-entry collected", _debit(book="settlement"), _credit(book="micro_entries")
    ),
    _unguarded(
        "ach_micro_uncollected",
        "Collected micro-entry returned",
        _debit(book="micro_entries"),
        _credit(book="settlement"),
    ),
    # Undoing.
    Kind(name="reversal", title="Reversal", effect=Effect.REVERSE, guards=_NO_LIMITS, reversible=False),
    Kind(
        name="batch_returned",
        title="Batched credit returned",
        effect=Effect.REVERSE,
        guards=_NO_LIMITS,
        reversible=False,
    ),
    # The account itself.
    _change("account_opened", "Account opened", Effect.OPEN),
    _change("debits_frozen", "Debits frozen", Effect.FREEZE_DEBITS),
    _change("account_frozen", "Account frozen", Effect.FREEZE),
    _change("account_thawed", "Account thawed", Effect.THAW),
    _change("account_closed", "Account closed", Effect.CLOSE),
    _change("limits_set", "Limits changed", Effect.SET_LIMITS),
    _change("joint_limits_set", "Joint limits changed", Effect.SET_JOINT_LIMITS),
    # Batched credits.
    _change("batching_started", "Credits batched", Effect.START_BATCHING),
    _change("batching_ended", "Credits no longer batched, being drained", Effect.END_BATCHING),
    _change("batching_stopped", "Credits posted one by one again", Effect.STOP_BATCHING),
    Kind(
        name="batch_moved",
        title="Credits of a minute",
        legs=(_debit("incoming"), LegTemplate(Side.CREDIT, role="account", direct=True)),
        reversible=False,
    ),
)
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _KINDS}
