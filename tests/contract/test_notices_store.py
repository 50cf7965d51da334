"""What every notice store promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.notices.kinds import NoticeKind
from domain.notices.model import Notice
from domain.notices.store import NoticeStore
from domain.notices.store_dynamodb import DynamoDBNoticeStore
from domain.notices.store_memory import MemoryNoticeStore
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws

NOON = datetime(2026, 3, 2, 12, 0, 0, 7, UTC)
ADA, GRACE = "cus_us_ada", "cus_us_grace"


def notice(n: int, *, customer: str = ADA, key: str | None = None) -> Notice:
    return Notice(
        id=f"ntc_01K9{n:022d}",
        customer=customer,
        key=key or f"jrn_{n}",
        kind=NoticeKind.MONEY_RECEIVED,
        at=NOON + timedelta(minutes=n),
        facts={"account": "••1234", "amount": "25.00 USD"},
        text="Account ••1234 received 25.00 USD.",
    )


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[NoticeStore]:
    with aws(request) as place:
        yield DynamoDBNoticeStore(place.table("florin-notices")) if place else MemoryNoticeStore()


def test_a_notice_is_read_back_whole_by_id_and_by_key(store: NoticeStore) -> None:
    assert store.add(notice(1))

    assert store.notice(ADA, notice(1).id) == notice(1)
    assert store.of_key(ADA, "jrn_1") == notice(1)


def test_a_key_of_a_customer_is_told_once(store: NoticeStore) -> None:
    store.add(notice(1, key="same"))

    assert not store.add(notice(2, key="same"))
    assert store.of_key(ADA, "same") == notice(1, key="same")
    assert store.notice(ADA, notice(2).id) is None


def test_two_customers_are_told_the_same_thing(store: NoticeStore) -> None:
    assert store.add(notice(1, key="same"))
    assert store.add(notice(2, customer=GRACE, key="same"))


def test_a_notice_is_only_its_customers(store: NoticeStore) -> None:
    store.add(notice(1))

    assert store.notice(GRACE, notice(1).id) is None
    assert store.of_key(GRACE, "jrn_1") is None
    assert store.page(GRACE, before=None, size=10).notices == ()


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6, 100])
def test_pages_of_any_size_show_everything_once_newest_first(store: NoticeStore, size: int) -> None:
    for n in (3, 1, 0, 4, 2):
        store.add(notice(n))
        store.mark_delivered(notice(n), "text", NOON)  # must not show up among the notices
    store.add(notice(9, customer=GRACE))

    seen: list[Notice] = []
    position: str | None = None
    for _ in range(6):
        page = store.page(ADA, before=position, size=size)
        assert 1 <= len(page.notices) <= size
        seen += page.notices
        position = page.next_position
        if position is None:
            break

    assert seen == [notice(n) for n in (4, 3, 2, 1, 0)]
    assert position is None


def test_the_first_reading_stays(store: NoticeStore) -> None:
    store.add(notice(1))

    assert store.mark_read(notice(1), NOON)
    assert not store.mark_read(notice(1), NOON + timedelta(days=1))
    assert store.notice(ADA, notice(1).id) == replace(notice(1), read_at=NOON)


def test_each_channel_has_its_own_mark_of_delivery(store: NoticeStore) -> None:
    store.add(notice(1))
    store.mark_delivered(notice(1), "text", NOON)
    store.mark_delivered(notice(1), "text", NOON)

    assert store.delivered(notice(1), "text")
    assert not store.delivered(notice(1), "mail")
    assert not store.delivered(notice(2), "text")


@pytest.mark.parametrize("store", AT_ONCE, indirect=True)
def test_of_many_who_tell_one_thing_at_once_one_does(store: NoticeStore) -> None:
    told = at_once(lambda n: store.add(notice(n, key="same")))

    assert told.count(True) == 1
    winner = notice(told.index(True), key="same")
    assert store.of_key(ADA, "same") == winner
    assert store.page(ADA, before=None, size=CALLERS).notices == (winner,)
