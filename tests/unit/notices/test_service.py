"""Stories of notices, over the memory store."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.notices.kinds import NoticeKind
from domain.notices.model import Notice
from domain.notices.service import PAGE_MAX, Notices
from domain.notices.store_memory import MemoryNoticeStore
from domain.refusals import NotFound

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS = {"amount": "25.00 USD", "account": "••1234"}
ADA, GRACE = "cus_us_ada", "cus_us_grace"


class TickingClock:
    """Each look is a second after the one before."""

    def __init__(self) -> None:
        self.time = NOON - timedelta(seconds=1)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class MemoryChannel:
    """Keeps what it delivered; fails as often as it is told to."""

    def __init__(self, name: str = "text", failures: int = 0) -> None:
        self.name = name
        self.failures = failures
        self.delivered: list[Notice] = []

    def deliver(self, notice: Notice) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError(f"{self.name} is down")
        self.delivered.append(notice)


def new_notices(*channels: MemoryChannel, store: MemoryNoticeStore | None = None) -> Notices:
    return Notices(
        store=store or MemoryNoticeStore(),
        clock=TickingClock(),
        randomness=random.Random(6),
        channels=channels,
    )


def told(notices: Notices, key: str = "jrn_1", customer: str = ADA) -> Notice:
    return notices.put(customer, key=key, kind=NoticeKind.MONEY_RECEIVED, facts=FACTS)


class TestPut:
    def test_a_notice_is_kept_with_its_words(self) -> None:
        notices = new_notices()
        notice = told(notices)

        assert notice.text == "Account ••1234 received 25.00 USD."
        assert (notice.at, notice.read_at) == (NOON, None)
        assert notices.get(ADA, notice.id) == notice

    def test_a_key_is_told_once(self) -> None:
        notices = new_notices()

        assert told(notices) == told(notices)
        assert len(notices.page(ADA).notices) == 1

    def test_two_customers_are_each_told(self) -> None:
        notices = new_notices()

        assert told(notices).id != told(notices, customer=GRACE).id
        assert len(notices.page(GRACE).notices) == 1


class TestChannels:
    def test_each_channel_delivers_each_notice_once(self) -> None:
        text, mail = MemoryChannel("text"), MemoryChannel("mail")
        notices = new_notices(text, mail)

        notice = told(notices)
        told(notices)

        assert text.delivered == mail.delivered == [notice]

    def test_a_channel_that_failed_gets_the_notice_when_it_is_put_again(self) -> None:
        text, mail = MemoryChannel("text"), MemoryChannel("mail", failures=1)
        notices = new_notices(text, mail)

        with pytest.raises(ConnectionError):
            told(notices)
        notice = told(notices)

        assert text.delivered == mail.delivered == [notice]
        assert len(notices.page(ADA).notices) == 1

    def test_a_notice_kept_before_a_death_is_delivered_by_the_retry(self) -> None:
        store = MemoryNoticeStore()
        kept = told(new_notices(store=store))
        text = MemoryChannel()

        told(new_notices(text, store=store))

        assert text.delivered == [kept]


class TestRead:
    def test_notices_come_newest_first_page_by_page(self) -> None:
        notices = new_notices()
        kept = [told(notices, key=f"jrn_{n}") for n in range(5)]

        first = notices.page(ADA, size=3)
        rest = notices.page(ADA, size=3, position=first.next_position)

        assert [*first.notices, *rest.notices] == kept[::-1]
        assert rest.next_position is None

    def test_the_first_reading_is_kept(self) -> None:
        notices = new_notices()
        notice = told(notices)

        read = notices.read(ADA, notice.id)

        assert read == replace(notice, read_at=NOON + timedelta(seconds=1))
        assert notices.read(ADA, notice.id) == read

    def test_who_reads_at_the_same_time_gets_the_first_ones_mark(self) -> None:
        class Overtaken(MemoryNoticeStore):
            """Another device marks it after our look and before our write."""

            def mark_read(self, notice: Notice, at: datetime) -> bool:
                super().mark_read(notice, NOON)
                return super().mark_read(notice, at)

        notices = new_notices(store=Overtaken())
        notice = told(notices)

        assert notices.read(ADA, notice.id) == replace(notice, read_at=NOON)

    def test_another_customers_notice_is_not_found(self) -> None:
        notices = new_notices()
        notice = told(notices)

        assert notices.get(GRACE, notice.id) == NotFound(notice.id)
        assert notices.read(GRACE, notice.id) == NotFound(notice.id)

    @pytest.mark.parametrize("size", [0, PAGE_MAX + 1])
    def test_a_page_has_bounds(self, size: int) -> None:
        with pytest.raises(ValueError, match="a page has"):
            new_notices().page(ADA, size=size)
