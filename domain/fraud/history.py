"""What was seen, as rows with two times: when it happened, and when it was learnt; and features rebuilt from them.

Rows are what training, backtests and the proof of the online features are made from. Each is written in the same
transaction as the change of the profiles that it is about, so that neither is there without the other. Features of a
moment follow from the rows that were learnt until then, and from no others: that is what makes a rebuild honest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.clock import instant_text, parse_instant
from domain.fraud.aggregates import HORIZON_DAYS, Profile, applied, counterpart_of, labelled, profile_key
from domain.fraud.features import features_from
from domain.fraud.kinds import Family, Features, Scope
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.parquet import Cell, Column, Type
from domain.money import Money

RowValue = str | int | bool
Row = Mapping[str, RowValue]
"""Column -> value, instants as RFC 3339; a column that has none is left out."""
Profiles = Mapping[str, Profile]
"""Key of the profile -> what it holds."""

LATE_AFTER: Final = timedelta(days=HORIZON_DAYS)
"""What happened longer ago than any window reaches changes no profile. It also bounds how long it must be remembered
what was applied: after that, a repetition changes nothing by itself."""


class HistoryKind(StrEnum):
    PAYMENTS = "payments"
    LABELS = "labels"
    CREDENTIALS = "credentials"
    DECISIONS = "decisions"
    """Of these no row is kept beside them: whoever bundles an hour finds its decisions where they are kept for ever."""


VERSIONED: Final = ("rules", "model", "thresholds", "lists")
"""What a decision follows from beside its features, as its columns name it."""


def _text(name: str, *, optional: bool = False) -> Column:
    return Column(name, Type.TEXT, optional=optional)


_PARTIES: Final = (
    _text("customer"),
    _text("account"),
    _text("payee", optional=True),
    _text("terminal", optional=True),
    _text("device", optional=True),
)
COLUMNS: Final[Mapping[HistoryKind, tuple[Column, ...]]] = {
    HistoryKind.PAYMENTS: (
        _text("subject"),
        _text("journal"),
        _text("scope", optional=True),
        _text("kind"),
        Column("credit", Type.BOOLEAN),
        Column("happened_at", Type.INSTANT),
        Column("learnt_at", Type.INSTANT),
        Column("amount_minor", Type.INTEGER),
        _text("currency"),
        *_PARTIES,
    ),
    HistoryKind.LABELS: (
        _text("subject"),
        _text("source"),
        Column("fraud", Type.BOOLEAN),
        Column("happened_at", Type.INSTANT),
        Column("said_at", Type.INSTANT),
        Column("learnt_at", Type.INSTANT),
        _text("currency"),
        *_PARTIES,
    ),
    HistoryKind.CREDENTIALS: (
        _text("subject"),
        Column("happened_at", Type.INSTANT),
        Column("learnt_at", Type.INSTANT),
    ),
    HistoryKind.DECISIONS: (
        _text("subject"),
        _text("decision_id"),
        _text("scope"),
        Column("happened_at", Type.INSTANT),
        Column("learnt_at", Type.INSTANT),
        _text("decision"),
        Column("score", Type.NUMBER, optional=True),
        _text("fallback", optional=True),
        *(_text(f"{kind}_{what}", optional=kind == "model") for kind in VERSIONED for what in ("version", "sha256")),
        Column("amount_minor", Type.INTEGER),
        _text("currency"),
        *_PARTIES,
    ),
}
"""In this order in the files. `happened_at` is of payments and labels the moment of the payment, `said_at` when whoever
labels it said so, `learnt_at` when the features had it; of a decision, when it was asked for and when it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who takes part in a payment."""

    customer: str
    account: str
    payee: str | None = None
    terminal: str | None = None
    device: str | None = None

    @property
    def by_family(self) -> dict[Family, str]:
        ids = {
            Family.CUSTOMER: self.customer,
            Family.ACCOUNT: self.account,
            Family.PAYEE: self.payee,
            Family.DEVICE: self.device,
            Family.TERMINAL: self.terminal,
        }
        return {family: found for family, found in ids.items() if found}

    def profile_keys(self, currency: str) -> dict[Family, str]:
        return {family: profile_key(family, one, currency) for family, one in self.by_family.items()}


def parties_asked(request: ScoringRequest) -> Parties:
    return Parties(
        customer=request.customer,
        account=request.account,
        payee=request.payee,
        terminal=request.terminal,
        device=request.device,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment that was made."""

    subject: str
    """What its decision is of: a payment's id, or its own journal's."""
    journal: str
    scope: Scope | None
    kind: str
    """Of the journal."""
    credit: bool
    at: datetime
    amount: Money
    parties: Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Somebody says that a payment was a fraud, or was not."""

    subject: str
    source: str
    """Who says so: a code, such as CASE or ACH_RETURN."""
    fraud: bool
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What is said of one payment. Of each source the latest counts, and of the sources the one that spoke last."""

    paid_at: datetime
    currency: str
    parties: Parties
    by_source: Mapping[str, tuple[bool, datetime]] = field(default_factory=dict)

    @property
    def fraud(self) -> bool:
        said = ((at, source, fraud) for source, (fraud, at) in self.by_source.items())
        return max(said)[2] if self.by_source else False

    def with_label(self, label: Label) -> "Labels | None":
        """None when the source has said this, or something later, before."""
        known = self.by_source.get(label.source)
        if known and known[1] >= label.said_at:
            return None
        return replace(self, by_source={**self.by_source, label.source: (label.fraud, label.said_at)})


# How profiles change, for whoever keeps them and whoever builds them again.


def is_late(happened_at: datetime, learnt_at: datetime) -> bool:
    return learnt_at - happened_at > LATE_AFTER


def profiles_after_payment(found: Mapping[str, Profile | None], paid: Paid) -> Profiles:
    """The profiles that change, each as it is after it."""
    ids = paid.parties.by_family
    return {
        key: applied(
            found.get(key), at=paid.at, amount_minor=paid.amount.minor, counterpart=counterpart_of(family, ids)
        )
        for family, key in paid.parties.profile_keys(paid.amount.currency).items()
    }


def profiles_after_label(found: Mapping[str, Profile | None], was: Labels, now: Labels) -> Profiles:
    change = now.fraud - was.fraud
    if not change:
        return {}
    keys = now.parties.profile_keys(now.currency).values()
    return {key: labelled(found.get(key), paid_at=now.paid_at, change=change) for key in keys}


# Rows.


def payment_row(paid: Paid, learnt_at: datetime) -> Row:
    return {
        "subject": paid.subject,
        "journal": paid.journal,
        **({"scope": paid.scope.value} if paid.scope else {}),
        "kind": paid.kind,
        "credit": paid.credit,
        "happened_at": instant_text(paid.at),
        "learnt_at": instant_text(learnt_at),
        "amount_minor": paid.amount.minor,
        "currency": paid.amount.currency,
        **parties_row(paid.parties),
    }


def paid_of(row: Row) -> Paid:
    """The payment of a row."""
    scope = row.get("scope")
    return Paid(
        subject=str(row["subject"]),
        journal=str(row["journal"]),
        scope=Scope(str(scope)) if scope else None,
        kind=str(row["kind"]),
        credit=bool(row["credit"]),
        at=parse_instant(str(row["happened_at"])),
        amount=Money(int(row["amount_minor"]), str(row["currency"])),
        parties=parties_of(row),
    )


def label_row(label: Label, labels: Labels, learnt_at: datetime) -> Row:
    return {
        "subject": label.subject,
        "source": label.source,
        "fraud": label.fraud,
        "happened_at": instant_text(labels.paid_at),
        "said_at": instant_text(label.said_at),
        "learnt_at": instant_text(learnt_at),
        "currency": labels.currency,
        **parties_row(labels.parties),
    }


def credential_row(customer: str, changed_at: datetime, learnt_at: datetime) -> Row:
    return {"subject": customer, "happened_at": instant_text(changed_at), "learnt_at": instant_text(learnt_at)}


def decision_row(decision: StoredDecision) -> Mapping[str, Cell]:
    """What was decided and by what. The features and the reasons are in the decision itself."""
    versions = decision.versions
    used = dict(zip(VERSIONED, (versions.rules, versions.model, versions.thresholds, versions.lists), strict=True))
    return {
        "subject": decision.subject,
        "decision_id": decision.id,
        "scope": decision.scope.value,
        "happened_at": instant_text(decision.at),
        "learnt_at": instant_text(decision.decided_at),
        "decision": decision.decision.value,
        "score": decision.score,
        "fallback": decision.fallback.value if decision.fallback else None,
        **{f"{kind}_version": one.version if one else None for kind, one in used.items()},
        **{f"{kind}_sha256": one.sha256 if one else None for kind, one in used.items()},
        "amount_minor": decision.amount.minor,
        "currency": decision.amount.currency,
        **{column.name: getattr(decision, column.name) for column in _PARTIES},
    }


def parties_row(parties: Parties) -> dict[str, str]:
    found = {column.name: getattr(parties, column.name) for column in _PARTIES}
    return {name: one for name, one in found.items() if one is not None}


def parties_of(row: Row) -> Parties:
    optional = {column.name: row.get(column.name) for column in _PARTIES if column.optional}
    return Parties(
        customer=str(row["customer"]),
        account=str(row["account"]),
        **{name: str(one) if one else None for name, one in optional.items()},
    )


# Features built again.


class Rebuild:
    """Features as they were at moments of the past, from rows alone. Moments are asked for in their order; what was
    decided is no feature."""

    def __init__(self, rows: Mapping[HistoryKind, Iterable[Row]]) -> None:
        self._profiles: dict[str, Profile] = {}
        self._paid: set[str] = set()
        self._labels: dict[str, Labels] = {}
        self._credentials: dict[str, datetime] = {}
        learnt = {
            HistoryKind.PAYMENTS: self._learn_payment,
            HistoryKind.LABELS: self._learn_label,
            HistoryKind.CREDENTIALS: self._learn_credential,
        }
        steps = ((row, learnt[kind]) for kind, of_kind in rows.items() if kind in learnt for row in of_kind)
        self._steps = sorted(steps, key=lambda step: (str(step[0]["learnt_at"]), str(step[0]["subject"])), reverse=True)

    def features(self, request: ScoringRequest, *, known_by: datetime) -> Features:
        """What was known when the payment was judged, `decided_at`, which is after it was asked for: what was learnt
        until then, that moment included.
        """
        self._learn_until(instant_text(known_by))
        keys = parties_asked(request).profile_keys(request.amount.currency)
        found = {family: self._profiles.get(key) for family, key in keys.items()}
        return features_from(request, found, credential_changed_at=self._credentials.get(request.customer))

    def _learn_until(self, moment: str) -> None:
        while self._steps and str(self._steps[-1][0]["learnt_at"]) <= moment:
            row, learn = self._steps.pop()
            learn(row)

    def _learn_payment(self, row: Row) -> None:
        paid = paid_of(row)
        if paid.subject in self._paid or is_late(paid.at, parse_instant(str(row["learnt_at"]))):
            return
        self._paid.add(paid.subject)
        self._profiles.update(profiles_after_payment(self._profiles, paid))

    def _learn_label(self, row: Row) -> None:
        label = Label(
            subject=str(row["subject"]),
            source=str(row["source"]),
            fraud=bool(row["fraud"]),
            said_at=parse_instant(str(row["said_at"])),
        )
        was = self._labels.get(label.subject) or Labels(
            paid_at=parse_instant(str(row["happened_at"])), currency=str(row["currency"]), parties=parties_of(row)
        )
        now = was.with_label(label)
        if now is not None:
            self._labels[label.subject] = now
            self._profiles.update(profiles_after_label(self._profiles, was, now))

    def _learn_credential(self, row: Row) -> None:
        customer, changed_at = str(row["subject"]), parse_instant(str(row["happened_at"]))
        self._credentials[customer] = max(changed_at, self._credentials.get(customer, changed_at))
