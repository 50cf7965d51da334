"""Files that are sent: who stands behind their entries is told, and the bank's word and the day of settlement are
waited for."""

from dataclasses import replace

from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.cases.service import Cases
from domain.clock import Clock
from domain.payments.kinds import Event
from domain.payments.model import BANK, partner
from domain.payments.service import Payments
from domain.rails.ach.kinds import OF_PAYMENTS
from domain.rails.ach.model import AchFile
from domain.rails.ach.origins import Origins
from domain.rails.ach.outgoing_records import OutgoingRecords
from domain.rails.ach.sponsors import sponsor_on
from domain.rails.ach.timetable import Timetable


class SentFiles:
    def __init__(
        self,
        records: OutgoingRecords,
        *,
        origins: Origins,
        payments: Payments,
        timetable: Timetable,
        cases: Cases,
        clock: Clock,
    ) -> None:
        self._records = records
        self._origins = origins
        self._payments = payments
        self._timetable = timetable
        self._cases = cases
        self._clock = clock

    def told(self, file: AchFile, event: Event) -> AchFile:
        """Tells whoever stands behind its entries, once for each state of the file."""
        if file.told is file.state:
            return file
        self.tell(file, event)
        return self._records.noted(file, lambda found: replace(found, told=found.state))

    def tell(self, file: AchFile, event: Event) -> None:
        by = BANK if event is Event.SENT else partner(sponsor_on(file.effective_on).partner)
        for entry in self._records.standing(file):
            self._origins.of(entry.kind).told(entry, event, by=by)

    def waited(self, file: AchFile) -> AchFile:
        """The bank has some time to answer. After it people ask; nothing is sent again."""
        until = file.entered_at + self._payments.deadlines.acknowledgement
        if self._clock.now() < until:
            return self._records.due(file, until)
        case = self._cases.open(
            CaseKind.PARTNER_SILENT, Subject("ach_file", file.id), key="acknowledgement", facts={"file": file.id}
        )
        noted = self._records.noted(file, lambda found: replace(found, case=found.case or case.id))
        return self._records.due(noted, self._clock.now() + self._payments.deadlines.acknowledgement)

    def settled(self, file: AchFile) -> AchFile:
        """Tells what has no journey of its own that it has settled, once that has come."""
        if file.settled:
            return self._records.due(file, None)
        others = [entry for entry in self._records.standing(file) if entry.kind not in OF_PAYMENTS]
        settles_at = self._timetable.window(file.window).settles_at
        if others and self._clock.now() < settles_at:
            return self._records.due(file, settles_at)
        for entry in others:
            self._origins.of(entry.kind).settled(entry)
        return self._records.noted(file, lambda found: replace(found, settled=True, due_at=None))
