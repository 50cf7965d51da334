"""A process: the bank's services over the world's stores, each store behind its wire, under a clock of its own.

Nothing of a process outlives its death but what the stores keep.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.access.service import Approvals
from domain.access.store_memory import MemoryApprovalStore
from domain.accounts.service import Accounts
from domain.accounts.store_memory import MemoryAccountStore
from domain.audit.service import Audit
from domain.audit.store_memory import MemoryAuditStore
from domain.cases.kinds import CaseKind
from domain.cases.service import SUBJECT_KIND, Cases
from domain.ids import Randomness
from domain.ledger.folding import Folder
from domain.ledger.model import LedgerSettings
from domain.ledger.outbox import Outbox
from domain.ledger.outbox_memory import MemoryMarks
from domain.ledger.service import Ledger
from domain.ledger.store_memory import MemoryLedgerStore
from domain.ledger.sweeps import BatchedCredits, HoldExpiry
from domain.notices.ledger_news import LedgerNews
from domain.notices.service import Notices
from domain.notices.store_memory import MemoryNoticeStore
from domain.sealing import KeyedSealer
from domain.transfers.review_store_memory import MemoryReviewStore
from domain.transfers.schedules import MemorySchedules
from domain.transfers.service import Transfers
from domain.transfers.store_memory import MemoryOrderStore
from ops.simulation.clocks import ProcessClock, TrueTime
from ops.simulation.judge import judge_of
from ops.simulation.messages import Bus, Push
from ops.simulation.moods import Moods, WatchedCases, WatchedDecisions
from ops.simulation.wire import Surroundings, wired, wired_ledger

REVIEW_WITHIN: Final = timedelta(hours=6)
STEP_UP_WITHIN: Final = timedelta(hours=1)
ADDRESSES: Final = {"us-east-1": "https://east.example/graphql", "us-west-2": "https://west.example/graphql"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything that outlives a process."""

    settings: LedgerSettings
    ledger: MemoryLedgerStore
    accounts: MemoryAccountStore
    orders: MemoryOrderStore
    notices: MemoryNoticeStore
    audit: MemoryAuditStore
    approvals: MemoryApprovalStore
    cases: WatchedCases
    decisions: WatchedDecisions
    moods: Moods
    reviews: MemoryReviewStore
    marks: MemoryMarks
    schedules: MemorySchedules
    bus: Bus
    push: Push
    sealer: KeyedSealer


class Process:
    def __init__(self, name: str, *, kept: Kept, time: TrueTime, around: Surroundings, randomness: Randomness) -> None:
        self.name = name
        self.clock = ProcessClock(time)
        self._kept = kept
        self._time = time
        self._around = around
        self._randomness = randomness
        self.start()

    def start(self) -> None:
        """The services anew, with nothing remembered."""
        kept, around, clock, randomness = self._kept, self._around, self.clock, self._randomness
        store, marks = wired_ledger(kept.ledger, around), wired(kept.marks, around)
        self.ledger = Ledger(
            store=store, settings=kept.settings, clock=clock, randomness=randomness, pause=self._time.pass_by
        )
        self.accounts = Accounts(
            store=wired(kept.accounts, around),
            ledger=self.ledger,
            clock=clock,
            randomness=randomness,
            region=kept.settings.region,
            addresses=ADDRESSES,
        )
        self.notices = Notices(
            store=wired(kept.notices, around),
            clock=clock,
            randomness=randomness,
            channels=(wired(kept.push, around),),
        )
        self.approvals = Approvals(
            store=wired(kept.approvals, around), clock=clock, decided=lambda: {SUBJECT_KIND: self.cases.decided}
        )
        self.cases = Cases(
            store=wired(kept.cases, around),
            approvals=self.approvals,
            clock=clock,
            region=kept.settings.region,
            resolved=lambda: {CaseKind.TRANSFER_REVIEW: self.transfers.reviews.decided},
        )
        self.transfers = Transfers(
            ledger=self.ledger,
            accounts=self.accounts,
            sealer=kept.sealer,
            clock=clock,
            randomness=randomness,
            orders=wired(kept.orders, around),
            schedules=wired(kept.schedules, around),
            notices=self.notices,
            audit=Audit(store=wired(kept.audit, around), clock=clock, randomness=randomness),
            fraud=judge_of(clock, says=kept.moods, read_of=kept.moods.read_of, decisions=wired(kept.decisions, around)),
            cases=self.cases,
            reviews=wired(kept.reviews, around),
            review_within=REVIEW_WITHIN,
            step_up_within=STEP_UP_WITHIN,
        )
        self.news = LedgerNews(notices=self.notices, accounts=self.accounts)
        self.outbox = Outbox(store=store, bus=wired(kept.bus, around), marks=marks, settings=kept.settings)
        self.folder = Folder(store=store, settings=kept.settings, clock=clock)
        self.hold_expiry = HoldExpiry(ledger=self.ledger, store=store, marks=marks, clock=clock)
        self.batched_credits = BatchedCredits(ledger=self.ledger, store=store, folder=self.folder, marks=marks)
