"""Our files, from the cut-off of a window to what the bank said of them, as the rest of the bank asks for it.

Each state of a file is one piece of work that may be begun again anywhere: entries join while it is open, their money
is taken once it is closed to others, its text is composed and kept, it is put where the bank fetches it, and what the
bank says of it is told to who stands behind its entries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.cases.service import Cases
from domain.clock import Clock
from domain.counterparties.service import Counterparties
from domain.customers.service import Customers
from domain.payments.kinds import Event
from domain.payments.service import Payments
from domain.rails.ach.exchange import Exchange
from domain.rails.ach.kinds import EntryKind, FileState
from domain.rails.ach.model import AchFile, Entry
from domain.rails.ach.origin_payments import PaymentOrigin
from domain.rails.ach.origins import Origin, Origins
from domain.rails.ach.outgoing_building import Building
from domain.rails.ach.outgoing_records import PAGE, OutgoingRecords
from domain.rails.ach.outgoing_rejections import Rejections
from domain.rails.ach.outgoing_responses import BankResponses
from domain.rails.ach.outgoing_sent import SentFiles
from domain.rails.ach.records import Contended
from domain.rails.ach.steps import Steps
from domain.rails.ach.store import AchStore, EntryPage, FilePage
from domain.rails.ach.timetable import Timetable
from domain.sealing import Sealer

WORK_MAX: Final = 12
"""States that one run takes a file through."""
DUE_MAX: Final = 100
BUILT_AFTER: Final = timedelta(seconds=2)
"""After the cut-off: what was accepted just before it has been listed by then."""
SPAN: Final = timedelta(days=1)
"""What one question about windows spans."""
SPANS_MAX: Final = 60
"""Days that one look makes good; a longer silence takes several."""
WINDOWS: Final = "windows"


@dataclass(frozen=True, slots=True)
class Cut:
    """What one look at the windows came to."""

    windows: int
    files: tuple[str, ...]


class Outgoing:
    def __init__(
        self,
        *,
        store: AchStore,
        exchange: Exchange,
        steps: Steps,
        payments: Payments,
        counterparties: Counterparties,
        customers: Customers,
        sealer: Sealer,
        timetable: Timetable,
        cases: Cases,
        clock: Clock,
        region: str,
        jurisdiction: str,
        origins: Callable[[], Mapping[EntryKind, Origin]] = dict,
    ) -> None:
        """`origins`: who stands behind entries that are not of payments; asked for when there are some."""
        self._store = store
        self._timetable = timetable
        self._clock = clock
        behind = Origins(
            of_payments=PaymentOrigin(
                steps=steps, payments=payments, counterparties=counterparties, customers=customers, sealer=sealer
            ),
            others=origins,
        )
        self.records = OutgoingRecords(
            store=store, exchange=exchange, clock=clock, region=region, jurisdiction=jurisdiction
        )
        self.responses = BankResponses(self.records, store=store, clock=clock)
        self.sent = SentFiles(
            self.records, origins=behind, payments=payments, timetable=timetable, cases=cases, clock=clock
        )
        self.rejections = Rejections(
            self.records,
            store=store,
            origins=behind,
            responses=self.responses,
            sent=self.sent,
            timetable=timetable,
            cases=cases,
            clock=clock,
            region=region,
        )
        # What the bank says and what people decide is written down there, and acted on by who works on the file next.
        self.acknowledged, self.rejected = self.responses.acknowledged, self.responses.rejected
        self.rebuild, self.give_up = self.rejections.rebuild, self.rejections.give_up
        self.building = Building(
            self.records,
            store=store,
            exchange=exchange,
            origins=behind,
            rejections=self.rejections,
            timetable=timetable,
            clock=clock,
            region=region,
        )

    # Windows.

    def cut(self) -> Cut:
        """Opens a file for each window that has been cut off since the last look and has something in it."""
        now = self._clock.now() - BUILT_AFTER
        since = self._store.checkpoint(WINDOWS) or now - self._timetable.look_back
        windows, files = 0, []
        for _ in range(SPANS_MAX):
            until = min(now, since + SPAN)
            if until <= since:
                break
            for window in self._timetable.cut_off_between(since, until):
                windows += 1
                if self._store.scheduled(window.id, after=None, limit=1).scheduled:
                    files.append(self.records.opened(window, number=1).id)
            self._store.move_checkpoint(WINDOWS, until)
            since = until
        return Cut(windows, tuple(files))

    # Looking.

    def file(self, file: str) -> AchFile | None:
        return self._store.file(file)

    def existing(self, file: str) -> AchFile:
        return self.records.existing(file)

    def files(self, *, before: str | None, limit: int) -> FilePage:
        """The latest window first."""
        return self._store.files(before=before, limit=_bounded(limit))

    def entry(self, entry: str) -> Entry | None:
        return self._store.entry(entry)

    def entries(self, file: str, *, after: str | None, limit: int) -> EntryPage:
        """In the order of their trace numbers, those too that have gone into another file since."""
        return self._store.entries(file, after=after, limit=_bounded(limit))

    def due(self) -> tuple[str, ...]:
        """Files that somebody has to work on now; who works on them takes them one by one, so that one bad file stops
        no other."""
        return self._store.due_files(through=self._clock.now(), limit=DUE_MAX)

    # Work.

    def work(self, file: str) -> AchFile:
        """Does what the file's state asks for, until it waits for the bank, for a person, or for nothing more."""
        found = self.existing(file)
        for _ in range(WORK_MAX):
            before = found.state
            match before:
                case FileState.OPEN:
                    found = self.building.filled(found)
                case FileState.CLOSING:
                    found = self.building.built(found)
                case FileState.BUILT:
                    found = self.building.sent(found)
                case FileState.SENT:
                    found = self.sent.waited(self.sent.told(found, Event.SENT))
                case FileState.ACKNOWLEDGED:
                    found = self.sent.settled(self.sent.told(found, Event.ACKNOWLEDGED))
                case FileState.REJECTED | FileState.PARTLY_REJECTED:
                    found = self.rejections.answered(found)
                case _:
                    found = self.records.due(found, None)
            if found.state is before:
                return found
        raise Contended(file)


def _bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE:
        raise ValueError(f"a page has 1 to {PAGE} rows, not {limit}")
    return limit
