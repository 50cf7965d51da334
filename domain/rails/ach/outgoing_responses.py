"""What the bank said of our files, as it is written down, and which of their entries it speaks of.

Nobody is told here: what was said is kept with the file, and the rest is for who works on the file next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.clock import Clock
from domain.rails.ach.kinds import FileEvent, FileState, RejectionLevel
from domain.rails.ach.model import (
    ANSWERS_KEPT_MAX,
    REASONS_KEPT_MAX,
    AchFile,
    AnswerContradicts,
    AnswerMismatch,
    Entry,
    Rejection,
    RejectionReason,
)
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.outgoing_records import PAGE, OutgoingRecords
from domain.rails.ach.store import AchStore
from domain.refusals import NotFound, Refusal

NOT_TAKEN: Final = frozenset({FileState.REJECTED, FileState.REPLACED, FileState.WITHDRAWN})
"""States of a file of which the bank has taken nothing."""


class TooManyReasons(Exception):
    """More is said against a file than is kept with it. Nothing was written: the message is given again when what was
    said before has been resolved."""


class BankResponses:
    def __init__(self, records: OutgoingRecords, *, store: AchStore, clock: Clock) -> None:
        self._records = records
        self._store = store
        self._clock = clock

    def acknowledged(
        self,
        name: str,
        *,
        sha256: str,
        entries: int,
        debit_minor: int,
        credit_minor: int,
        occurred_at: datetime,
        delivery: str,
    ) -> AchFile | Refusal:
        """The bank has the file, and what it counts is what we sent. It is written down here; its entries are told by
        who works on the file next. Said again, it changes nothing.

        `entries` counts entries and addenda, as a file control does. What was said before the bank rejected the file,
        and comes after that, changes nothing either. Refusals: NotFound, AnswerMismatch, AnswerContradicts.
        """
        file = self._named(name)
        if isinstance(file, Refusal):
            return file
        told = (sha256, entries, debit_minor, credit_minor)
        if told != (file.sha256, file.entries + file.addenda, file.debit_minor, file.credit_minor):
            return AnswerMismatch(file.id)
        moved = self._records.moved(file, FileEvent.ACKNOWLEDGED, changes=lambda found: _answered_by(found, delivery))
        rejected_at = moved.rejected_at if moved.state in NOT_TAKEN and delivery not in moved.answers else None
        if rejected_at and rejected_at < occurred_at:
            return AnswerContradicts(file.id)
        return moved

    def rejected(
        self,
        name: str,
        *,
        sha256: str,
        level: RejectionLevel,
        reasons: Sequence[RejectionReason],
        occurred_at: datetime,
        delivery: str,
    ) -> AchFile | Refusal:
        """The bank does not take the file, or batches or entries of it. As of `acknowledged`, it is written down alone.

        Refusals: NotFound, AnswerMismatch.
        """
        file = self._named(name)
        if isinstance(file, Refusal):
            return file
        rejection = Rejection(level=level, reasons=tuple(reasons), at=self._clock.now(), delivery=delivery)
        if sha256 != file.sha256 or not self._knows(file, rejection):
            return AnswerMismatch(file.id)
        return self._records.moved(
            file,
            FileEvent.REJECTED if level is RejectionLevel.FILE else FileEvent.PARTLY_REJECTED,
            changes=lambda found: _rejected_by(found, rejection, occurred_at),
            only_if=lambda found: delivery not in found.answers,
        )

    def _named(self, name: str) -> AchFile | NotFound:
        file = self._store.file(name.removesuffix(".ach")) if name.endswith(".ach") else None
        return file if file and file.name == name else NotFound(name[:64])

    def _knows(self, file: AchFile, rejection: Rejection) -> bool:
        """Whether it speaks of anything that is in the file."""
        match rejection.level:
            case RejectionLevel.FILE:
                return True
            case RejectionLevel.BATCH:
                return any(1 <= (reason.batch_number or 0) <= file.batch_count for reason in rejection.reasons)
            case RejectionLevel.ENTRY:
                traces = list(dict.fromkeys(reason.trace for reason in rejection.reasons if reason.trace))
                pages = (traces[at : at + PAGE] for at in range(0, len(traces), PAGE))
                return any(self._store.lists_any(file.id, page) for page in pages)

    def meant(self, file: AchFile, rejections: Sequence[Rejection]) -> Mapping[str, tuple[RejectionReason, str]]:
        """Trace numbers of the entries that rejections speak of, each with the reason that was said first and the
        delivery that said it."""
        traces = {entry.trace: number for number, entry in self._numbered_entries(file)}
        meant: dict[str, tuple[RejectionReason, str]] = {}
        for rejection in rejections:
            for trace, reason in _said(rejection, traces):
                meant.setdefault(trace, (reason, rejection.delivery))
        return meant

    def _numbered_entries(self, file: AchFile) -> Iterator[tuple[int, Entry]]:
        """The entries of a built file with the numbers of their batches, which its text alone says."""
        text = Reading((self._records.text(file),), STRICT)
        batches = {record.trace_number: header.batch_number for header, record in entries_of(text)}
        for entry in self._records.entries(file):
            if entry.trace in batches:
                yield batches[entry.trace], entry


def _answered_by(file: AchFile, delivery: str) -> AchFile:
    if delivery in file.answers:
        return file
    return replace(file, answers=(*file.answers, delivery)[-ANSWERS_KEPT_MAX:])


def _rejected_by(file: AchFile, rejection: Rejection, occurred_at: datetime) -> AchFile:
    reasons = sum(len(one.reasons) for one in (*file.rejections, rejection))
    if reasons > REASONS_KEPT_MAX:
        raise TooManyReasons(f"{file.id}: {reasons} are more than {REASONS_KEPT_MAX}")
    return replace(
        _answered_by(file, rejection.delivery),
        rejections=(*file.rejections, rejection),
        rejected_at=occurred_at if rejection.level is RejectionLevel.FILE else file.rejected_at,
    )


def _said(rejection: Rejection, traces: Mapping[str, int]) -> Iterator[tuple[str, RejectionReason]]:
    """The entries of a file that a rejection speaks of; `traces` tells the batch of each."""
    match rejection.level:
        case RejectionLevel.FILE:
            yield from ((trace, rejection.reasons[0]) for trace in traces)
        case RejectionLevel.BATCH:
            batches = {reason.batch_number: reason for reason in rejection.reasons}
            yield from ((trace, batches[number]) for trace, number in traces.items() if number in batches)
        case RejectionLevel.ENTRY:
            for reason in rejection.reasons:
                if reason.trace and reason.trace in traces:
                    yield reason.trace, reason
