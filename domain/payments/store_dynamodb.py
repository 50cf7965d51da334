"""Payments in the table florin-payments-<region>.

P#<payment>   P                       the payment, by version; in `by_due` while somebody has to look at it
P#<payment>   T#<n,4>                 the n-th line of its timeline
A#<account>   <opened_at>#<payment>   the payment is one of this account

by_due: D#<region>#<bucket> / <due instant>#<payment>.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from domain.clock import instant_text, parse_instant
from domain.due_aws import DueList
from domain.money import Money
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import AchProgress, AchTerms, Happening, Payment, Speed, StepUp, Waiting
from domain.payments.store import DuePayment, HappeningPage, PaymentPage, asked
from domain.tables_aws import Index, Table, Value, write_together
from domain.values_aws import instant_text_or_none

BY_DUE: Final = Index("by_due", "gk", "gs", keys_only=True)
BUCKETS: Final = 8
"""Partitions of the index: a cut-off moves thousands of payments at once, 1,000 writes a second each."""
_LAST: Final = "~"  # sorts after every id and instant
_LINES: Final = "T#"


class DynamoDBPaymentStore:
    def __init__(self, table: Table, *, region: str) -> None:
        self._table = table
        self._due = DueList(table, BY_DUE, key=f"D#{region}", partitions=BUCKETS)

    def add(self, payment: Payment, opened: Happening) -> bool:
        pointer: Mapping[str, Value] = {"pk": f"A#{payment.account}", "sk": payment.position}
        return self._table.put_all_new(self._item(payment), _happening_item(opened), pointer)

    def payment(self, payment_id: str) -> Payment | None:
        item = self._table.get(f"P#{payment_id}", "P")
        return _payment(item) if item else None

    def payments(self, payment_ids: list[str]) -> tuple[Payment, ...]:
        return tuple(map(_payment, self._table.get_many([(f"P#{one}", "P") for one in asked(payment_ids)])))

    def replace(self, payment: Payment, *, version: int, happening: Happening | None) -> bool:
        if happening is None:
            return self._table.replace(self._item(payment), attribute="version", expected=version)
        return write_together(
            self._table.over(self._item(payment), attribute="version", expected=version),
            self._table.new(_happening_item(happening)),
        )

    def payments_of(self, account: str, *, before: str | None, limit: int) -> PaymentPage:
        pointers, following = self._table.newest(f"A#{account}", size=limit, from_key="0", to_key=_LAST, before=before)
        ids = [str(pointer["sk"]).partition("#")[2] for pointer in pointers]
        found = {payment.id: payment for payment in self.payments(ids)} if ids else {}
        return PaymentPage(tuple(found[one] for one in ids), following)

    def timeline(self, payment_id: str, *, after: int | None, limit: int) -> HappeningPage:
        items, following = self._table.oldest(
            f"P#{payment_id}",
            size=limit,
            from_key=_LINES,
            to_key=f"{_LINES}{_LAST}",
            after=_line_key(after) if after is not None else None,
        )
        more = int(following.removeprefix(_LINES)) if following else None
        return HappeningPage(tuple(map(_happening, items)), more)

    def due(self, *, through: datetime, limit: int) -> tuple[DuePayment, ...]:
        due = self._due.through(instant_text(through), limit=limit)
        return tuple(DuePayment(parse_instant(at), payment) for at, payment in due)

    def _item(self, payment: Payment) -> dict[str, Value]:
        terms, progress, waiting = payment.ach, payment.progress, payment.waiting
        due = instant_text_or_none(payment.due_at)
        return {
            "pk": f"P#{payment.id}",
            "sk": "P",
            **self._due.keys(due, payment.id),
            "payment": payment.id,
            "kind": payment.kind.value,
            "account": payment.account,
            "customer": payment.customer,
            "counterparty": payment.counterparty,
            "counterparty_masked": payment.counterparty_masked,
            "amount_minor": payment.amount.minor,
            "currency": payment.amount.currency,
            "sec": terms.sec,
            "speed": terms.speed.value,
            "description": terms.description,
            "remittance": terms.remittance,
            "addenda": terms.addenda,
            "recurring": terms.recurring,
            "reverses": terms.reverses,
            "reversal_reason": terms.reversal_reason,
            "reverse_by": terms.reverse_by.isoformat() if terms.reverse_by else None,
            "progress": {
                "window": progress.window,
                "cut_off_at": instant_text_or_none(progress.cut_off_at),
                "settles_on": progress.settles_on.isoformat() if progress.settles_on else None,
                "settles_at": instant_text_or_none(progress.settles_at),
                "entry": progress.entry,
                "file": progress.file,
                "trace": progress.trace,
                "funds_at": instant_text_or_none(progress.funds_at),
                "returns_until": instant_text_or_none(progress.returns_until),
                "return_code": progress.return_code,
                "reversals": list(progress.reversals) or None,
                "lent_to": progress.lent_to,
                "lent_until": instant_text_or_none(progress.lent_until),
                "hold_of": progress.hold_of,
            },
            "opened_by": payment.opened_by,
            "opened_at": instant_text(payment.opened_at),
            "fingerprint": payment.fingerprint,
            "state": payment.state.value,
            "entered_at": instant_text(payment.entered_at),
            "due_at": due,
            "execution": payment.execution,
            "waiting": {"state": waiting.state.value, "token": waiting.token} if waiting else None,
            "hold": payment.hold,
            "journals": dict(payment.journals),
            "reason_code": payment.reason_code,
            "reason": payment.reason,
            "decision_reasons": list(payment.decision_reasons) or None,
            "step_up": _step_up_item(payment.step_up) if payment.step_up else None,
            "case": payment.case,
            "happenings": payment.happenings,
            "version": payment.version,
        }


def _payment(item: Mapping[str, Any]) -> Payment:
    progress, waiting = item["progress"], item.get("waiting")
    return Payment(
        id=item["payment"],
        kind=PaymentKind(item["kind"]),
        account=item["account"],
        customer=item["customer"],
        counterparty=item["counterparty"],
        counterparty_masked=item["counterparty_masked"],
        amount=Money(item["amount_minor"], item["currency"]),
        ach=AchTerms(
            sec=item["sec"],
            speed=Speed(item["speed"]),
            description=item["description"],
            remittance=item.get("remittance"),
            addenda=item["addenda"],
            recurring=item["recurring"],
            reverses=item.get("reverses"),
            reversal_reason=item.get("reversal_reason"),
            reverse_by=_day(item.get("reverse_by")),
        ),
        progress=AchProgress(
            window=progress.get("window"),
            cut_off_at=_instant(progress.get("cut_off_at")),
            settles_on=_day(progress.get("settles_on")),
            settles_at=_instant(progress.get("settles_at")),
            entry=progress.get("entry"),
            file=progress.get("file"),
            trace=progress.get("trace"),
            funds_at=_instant(progress.get("funds_at")),
            returns_until=_instant(progress.get("returns_until")),
            return_code=progress.get("return_code"),
            reversals=tuple(progress.get("reversals", ())),
            lent_to=progress.get("lent_to"),
            lent_until=_instant(progress.get("lent_until")),
            hold_of=progress.get("hold_of"),
        ),
        opened_by=item["opened_by"],
        opened_at=parse_instant(item["opened_at"]),
        fingerprint=item["fingerprint"],
        state=PaymentState(item["state"]),
        entered_at=parse_instant(item["entered_at"]),
        due_at=_instant(item.get("due_at")),
        execution=item["execution"],
        waiting=Waiting(PaymentState(waiting["state"]), waiting["token"]) if waiting else None,
        hold=item.get("hold"),
        journals=dict(item["journals"]),
        reason_code=item.get("reason_code"),
        reason=item.get("reason"),
        decision_reasons=tuple(item.get("decision_reasons", ())),
        step_up=_step_up(item["step_up"]) if item.get("step_up") else None,
        case=item.get("case"),
        happenings=item["happenings"],
        version=item["version"],
    )


def _step_up_item(step_up: StepUp) -> dict[str, Value]:
    return {
        "asked_at": instant_text(step_up.asked_at),
        "until": instant_text(step_up.until),
        "confirmed_at": instant_text_or_none(step_up.confirmed_at),
    }


def _step_up(item: Mapping[str, Any]) -> StepUp:
    return StepUp(parse_instant(item["asked_at"]), parse_instant(item["until"]), _instant(item.get("confirmed_at")))


def _happening_item(happening: Happening) -> dict[str, Value]:
    return {
        "pk": f"P#{happening.payment}",
        "sk": _line_key(happening.n),
        "n": happening.n,
        "payment": happening.payment,
        "at": instant_text(happening.at),
        "event": happening.event,
        "state": happening.state.value,
        "by": happening.by,
        "facts": dict(happening.facts),
    }


def _happening(item: Mapping[str, Any]) -> Happening:
    return Happening(
        payment=item["payment"],
        n=item["n"],
        at=parse_instant(item["at"]),
        event=item["event"],
        state=PaymentState(item["state"]),
        by=item["by"],
        facts=dict(item["facts"]),
    )


def _line_key(n: int) -> str:
    return f"{_LINES}{n:04d}"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
