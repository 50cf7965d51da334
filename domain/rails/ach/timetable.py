"""When things happen on the rail: the operator's own windows, or windows every few seconds for a local bank.

Everything else asks a timetable and no calendar, so a bank on a developer's machine sees in minutes what takes days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

from domain.rails.ach import funds, windows
from domain.rails.ach.calendar import add_banking_days, banking_day_on_or_after, day_of, instant_of
from domain.rails.ach.reversals import REVERSAL_BANKING_DAYS
from domain.rails.ach.windows import Assignment, Window

EXPOSURE_DAYS: Final = 60
"""Calendar days after settlement within which a consumer's bank may return a debit as not authorised."""
RETURN_BANKING_DAYS: Final = 3
"""An ordinary return leaves by the second banking day after settlement, and is read on the third."""
TOGETHER_MAX: Final = 100_000
"""Windows that one question may span: more than a day has seconds."""


DECIDED_BEFORE: Final = timedelta(minutes=30)
"""Before the last cut-off for a return: what nobody decided is put into that window by its fallback."""
LOOK_BACK: Final = timedelta(hours=24)
"""Where a region begins that has looked at no window yet: nothing was scheduled there before its first day ..."""
PERIODS_LOOKED_BACK: Final = 60
"""... and nothing with a local bank before its first hour."""
PERIODS_TO_DECIDE: Final = 10
"""Of a local bank: long enough for two people to click, short enough to see the deadline pass."""


class Timetable(Protocol):
    @property
    def look_back(self) -> timedelta:
        """Where who looks at windows for the first time begins."""
        ...

    def assign(self, now: datetime, speed: windows.Speed) -> Assignment:
        """The window an entry accepted now goes into."""
        ...

    def window(self, window_id: str) -> Window: ...

    def cut_off_between(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Windows whose cut-off comes after `start`, up to and with `end`, in that order."""
        ...

    def funds_at(self, window: Window, tier: funds.Tier) -> datetime:
        """When the hold on a debit's credit is let go."""
        ...

    def lent_until(self, window: Window) -> datetime:
        """Until when a debit's hold waits for a reversal of it, if it would have ended before."""
        ...

    def returns_until(self, window: Window, *, consumer_debit: bool) -> datetime:
        """Until when a journey waits for a return."""
        ...

    def posts_at(self, settles_on: date, received_at: datetime) -> datetime:
        """When the money of an entry that came in is due on its account."""
        ...

    def decided_by(self, last_day: date, received_at: datetime) -> datetime:
        """Until when it is decided what goes back by its last legal day."""
        ...

    def modifiers_of(self, now: datetime) -> str:
        """What File ID Modifiers are counted by: a name of the day."""
        ...


@dataclass(frozen=True, slots=True)
class FedAch:
    """The windows of FedACH, each cut off so long before its deadline."""

    lead: timedelta = windows.LEAD_DEFAULT

    @property
    def look_back(self) -> timedelta:
        return LOOK_BACK

    def assign(self, now: datetime, speed: windows.Speed) -> Assignment:
        return windows.assign(now, speed, self.lead)

    def window(self, window_id: str) -> Window:
        return windows.window_of(window_id, self.lead)

    def cut_off_between(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        return windows.windows_between(start, end, self.lead)

    def funds_at(self, window: Window, tier: funds.Tier) -> datetime:
        return funds.released_at(settled_on=window.settles_on, tier=tier)

    def lent_until(self, window: Window) -> datetime:
        """On the banking day after the last on which a reversal settles."""
        return instant_of(add_banking_days(window.settles_on, REVERSAL_BANKING_DAYS + 1), funds.RELEASE)

    def returns_until(self, window: Window, *, consumer_debit: bool) -> datetime:
        day = window.settles_on
        if consumer_debit:
            day = banking_day_on_or_after(day + timedelta(days=EXPOSURE_DAYS + 1))
        return instant_of(add_banking_days(day, RETURN_BANKING_DAYS), funds.RELEASE)

    def posts_at(self, settles_on: date, received_at: datetime) -> datetime:
        return windows.posting_at(settles_on, received_at)

    def decided_by(self, last_day: date, received_at: datetime) -> datetime:
        return max(received_at, windows.return_cut_off(last_day, self.lead) - DECIDED_BEFORE)

    def modifiers_of(self, now: datetime) -> str:
        return f"{day_of(now):%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Compressed:
    """A window every `period`, day and night; it settles a period later, and is over after three more.

    The effective entry date is a banking day as ever: files are as real as those of the operator's windows.
    """

    period: timedelta

    def __post_init__(self) -> None:
        if not timedelta(seconds=1) <= self.period <= timedelta(hours=1) or self.period % timedelta(seconds=1):
            raise ValueError("windows come every 1 to 3,600 whole seconds")

    @property
    def look_back(self) -> timedelta:
        return PERIODS_LOOKED_BACK * self.period

    def assign(self, now: datetime, speed: windows.Speed) -> Assignment:
        del speed  # every window is as quick as any
        return Assignment(self._window(now - (now - _ERA) % self.period + self.period), None)

    def window(self, window_id: str) -> Window:
        return self._window(datetime.strptime(window_id, _FORM).replace(tzinfo=UTC))

    def cut_off_between(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        first = start - (start - _ERA) % self.period + self.period
        count = max(0, (end - first) // self.period + 1)
        if count > TOGETHER_MAX:
            raise ValueError(f"a question spans at most {TOGETHER_MAX} windows")
        return tuple(self._window(first + n * self.period) for n in range(count))

    def funds_at(self, window: Window, tier: funds.Tier) -> datetime:
        del tier
        return window.settles_at + self.period

    def lent_until(self, window: Window) -> datetime:
        return window.settles_at + PERIODS_TO_DECIDE * self.period

    def returns_until(self, window: Window, *, consumer_debit: bool) -> datetime:
        del consumer_debit
        return window.settles_at + 3 * self.period

    def posts_at(self, settles_on: date, received_at: datetime) -> datetime:
        del settles_on
        return received_at

    def decided_by(self, last_day: date, received_at: datetime) -> datetime:
        del last_day
        return received_at + PERIODS_TO_DECIDE * self.period

    def modifiers_of(self, now: datetime) -> str:
        """A local bank sends more files in an hour than another in a day: each minute has its own."""
        return now.strftime("%Y%m%d%H%M")

    def _window(self, cut_off_at: datetime) -> Window:
        return Window(
            id=cut_off_at.strftime(_FORM),
            name="LOCAL",
            same_day=False,  # that is the operator's word for windows of its own
            cut_off_at=cut_off_at,
            deadline_at=cut_off_at,
            settles_at=cut_off_at + self.period,
            settles_on=banking_day_on_or_after(day_of(cut_off_at)),
        )


_ERA: Final = datetime(2020, 1, 1, tzinfo=UTC)
_FORM: Final = "%Y%m%d-%H%M%S"
