"""Files and entries as items, and back. None is left out of an item."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.clock import instant_text, parse_instant
from domain.money import Money
from domain.rails.ach.kinds import EntryKind, EntryState, FileState, RejectionLevel
from domain.rails.ach.model import AchFile, BatchTotals, Entry, Rejection, RejectionReason
from domain.tables_aws import Value
from domain.values_aws import instant_text_or_none


def entry_item(entry: Entry) -> dict[str, Value]:
    return {
        "pk": f"E#{entry.id}",
        "sk": "E",
        "id": entry.id,
        "kind": entry.kind.value,
        "subject": entry.subject,
        "counterparty": entry.counterparty,
        "counterparty_masked": entry.counterparty_masked,
        "account": entry.account,
        "customer": entry.customer,
        "amount_minor": entry.amount.minor,
        "currency": entry.amount.currency,
        "sec": entry.sec,
        "description": entry.description,
        "rdfi": entry.rdfi,
        "addenda": entry.addenda,
        "effective_on": entry.effective_on.isoformat(),
        "window": entry.window,
        "trace": entry.trace,
        "file": entry.file,
        "files": entry.files,
        "state": entry.state.value,
        "journal": entry.journal,
        "reason_code": entry.reason_code,
        "reason": entry.reason,
        "returned_by": entry.returned_by,
        "version": entry.version,
    }


def entry_of(item: Mapping[str, Any]) -> Entry:
    return Entry(
        id=item["id"],
        kind=EntryKind(item["kind"]),
        subject=item["subject"],
        counterparty=item["counterparty"],
        counterparty_masked=item["counterparty_masked"],
        account=item["account"],
        customer=item["customer"],
        amount=Money(item["amount_minor"], item["currency"]),
        sec=item["sec"],
        description=item["description"],
        rdfi=item["rdfi"],
        addenda=item["addenda"],
        effective_on=date.fromisoformat(item["effective_on"]),
        window=item["window"],
        trace=item["trace"],
        file=item["file"],
        files=tuple(item["files"]),
        state=EntryState(item["state"]),
        journal=item.get("journal"),
        reason_code=item.get("reason_code"),
        reason=item.get("reason"),
        returned_by=item.get("returned_by"),
        version=item["version"],
    )


def file_item(file: AchFile) -> dict[str, Value]:
    """Without its keys."""
    return {
        "id": file.id,
        "region": file.region,
        "window": file.window,
        "number": file.number,
        "opened_at": instant_text(file.opened_at),
        "effective_on": file.effective_on.isoformat(),
        "state": file.state.value,
        "entered_at": instant_text(file.entered_at),
        "due_at": instant_text_or_none(file.due_at),
        "created_at": instant_text_or_none(file.created_at),
        "modifier": file.modifier,
        "name": file.name,
        "sha256": file.sha256,
        "lines": file.lines,
        "entries": file.entries,
        "addenda": file.addenda,
        "debit_minor": file.debit_minor,
        "credit_minor": file.credit_minor,
        "entry_hash": file.entry_hash,
        "batch_count": file.batch_count,
        "batches": [_batch_item(batch) for batch in file.batches],
        "transliterated": file.transliterated,
        "told": file.told.value if file.told else None,
        "settled": file.settled,
        "replaces": file.replaces,
        "replacing": file.replacing,
        "given_up_by": file.given_up_by,
        "replaced_by": list(file.replaced_by),
        "rejected_at": instant_text(file.rejected_at) if file.rejected_at else None,
        "answers": list(file.answers),
        "rejections": [_rejection_item(rejection) for rejection in file.rejections],
        "case": file.case,
        "version": file.version,
    }


def file_of(item: Mapping[str, Any]) -> AchFile:
    return AchFile(
        id=item["id"],
        region=item["region"],
        window=item["window"],
        number=item["number"],
        opened_at=parse_instant(item["opened_at"]),
        effective_on=date.fromisoformat(item["effective_on"]),
        state=FileState(item["state"]),
        entered_at=parse_instant(item["entered_at"]),
        due_at=_instant(item, "due_at"),
        created_at=_instant(item, "created_at"),
        modifier=item.get("modifier"),
        name=item.get("name"),
        sha256=item.get("sha256"),
        lines=item["lines"],
        entries=item["entries"],
        addenda=item["addenda"],
        debit_minor=item["debit_minor"],
        credit_minor=item["credit_minor"],
        entry_hash=item.get("entry_hash"),
        batch_count=item["batch_count"],
        batches=tuple(map(_batch, item["batches"])),
        transliterated=item["transliterated"],
        told=FileState(item["told"]) if "told" in item else None,
        settled=item["settled"],
        replaces=item.get("replaces"),
        replacing=item.get("replacing"),
        given_up_by=item.get("given_up_by"),
        replaced_by=tuple(item["replaced_by"]),
        rejected_at=_instant(item, "rejected_at"),
        answers=tuple(item["answers"]),
        rejections=tuple(map(_rejection, item["rejections"])),
        case=item.get("case"),
        version=item["version"],
    )


def _batch_item(batch: BatchTotals) -> dict[str, Value]:
    return {
        "number": batch.number,
        "sec": batch.sec,
        "service_class": batch.service_class,
        "company_id": batch.company_id,
        "description": batch.description,
        "effective_on": batch.effective_on.isoformat(),
        "entries": batch.entries,
        "addenda": batch.addenda,
        "debit_minor": batch.debit_minor,
        "credit_minor": batch.credit_minor,
        "entry_hash": batch.entry_hash,
    }


def _batch(item: Mapping[str, Any]) -> BatchTotals:
    return BatchTotals(**{**item, "effective_on": date.fromisoformat(item["effective_on"])})


def _rejection_item(rejection: Rejection) -> dict[str, Value]:
    return {
        "level": rejection.level.value,
        "reasons": [
            {
                "code": reason.code,
                "message": reason.message,
                "batch_number": reason.batch_number,
                "trace": reason.trace,
            }
            for reason in rejection.reasons
        ],
        "at": instant_text(rejection.at),
        "delivery": rejection.delivery,
    }


def _rejection(item: Mapping[str, Any]) -> Rejection:
    return Rejection(
        level=RejectionLevel(item["level"]),
        reasons=tuple(RejectionReason(**reason) for reason in item["reasons"]),
        at=parse_instant(item["at"]),
        delivery=item["delivery"],
    )


def _instant(item: Mapping[str, Any], name: str) -> datetime | None:
    return parse_instant(item[name]) if name in item else None
