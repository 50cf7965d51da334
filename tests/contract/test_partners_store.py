"""What every store of partners' deliveries promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.partners.model import BODY_BYTES_MAX, Delivery, DeliveryState, Receipt, ReplayClaim, Scheme
from domain.partners.store import DeliveryStore
from domain.partners.store_dynamodb import BY_DUE, BY_STATE, DynamoDBDeliveryStore
from domain.partners.store_memory import MemoryDeliveryStore
from tests.contract.backends import AT_ONCE, BACKENDS, at_once, aws

AT = datetime(2026, 3, 1, 9, 30, 0, 123456, UTC)
BODY = b'{"a": "\xc3\xa4"}'
ALL = tuple(DeliveryState)


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[DeliveryStore]:
    with aws(request) as place:
        table = place.table("florin-partners", BY_STATE, BY_DUE) if place else None
        yield DynamoDBDeliveryStore(table) if table else MemoryDeliveryStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def delivery(n: int = 0, *, partner: str = "sponsor", message_id: str | None = None) -> Delivery:
    return Delivery(
        id=f"dlv_01K9{n:022d}",
        partner=partner,
        message_id=message_id or f"msg_{n}",
        kind="ach.file.acknowledged",
        version=1,
        body_digest="digest",
        scheme=Scheme.V1A,
        received_at=AT + timedelta(minutes=n),
        due_at=AT + timedelta(minutes=n + 1),
    )


def receipt(of: Delivery) -> Receipt:
    return Receipt(of.partner, of.message_id, of.id, of.body_digest, datetime(2026, 3, 9, 9, 30, tzinfo=UTC))


def received(store: DeliveryStore, n: int = 0, *, partner: str = "sponsor") -> Delivery:
    made = delivery(n, partner=partner)
    assert store.receive(made, BODY, receipt(made))
    return made


def settled(store: DeliveryStore, of: Delivery, state: DeliveryState) -> Delivery:
    moved = replace(of, state=state, due_at=None, settled_at=AT, revision=of.revision + 1)
    assert store.replace(moved, revision=of.revision)
    return moved


def again(of: Delivery) -> Delivery:
    """As it is when it is replayed."""
    return replace(of, state=DeliveryState.RECEIVED, due_at=AT, settled_at=None, revision=of.revision + 1)


def test_a_delivery_is_read_back_whole_with_its_body_and_receipt(store: DeliveryStore) -> None:
    made = received(store)

    assert store.delivery(made.id) == made
    assert store.bodies([made.id]) == {made.id: BODY}
    assert store.receipt("sponsor", made.message_id) == receipt(made)


def test_every_part_of_a_delivery_comes_back(store: DeliveryStore) -> None:
    made = received(store)
    full = replace(
        made,
        version=None,
        scheme=None,
        state=DeliveryState.QUARANTINED,
        attempts=3,
        due_at=None,
        sends=2,
        reason="BODY_UNFIT",
        detail="data: missing",
        settled_at=AT,
        mends="dlv_other",
        replayed_by="stf_1",
        replays=3,
        discarded_by="stf_2",
        revision=2,
    )

    assert store.replace(full, revision=1)
    assert store.delivery(made.id) == full
    assert store.bodies([made.id]) == {made.id: BODY}


def test_the_largest_body_is_kept(store: DeliveryStore) -> None:
    made, body = delivery(), b"x" * BODY_BYTES_MAX

    assert store.receive(made, body, receipt(made))
    assert store.bodies([made.id]) == {made.id: body}


def test_bodies_of_many_are_read_at_once(store: DeliveryStore) -> None:
    made = [received(store, n) for n in range(3)]

    found = store.bodies([*(one.id for one in made), "dlv_x"])

    assert found == {one.id: BODY for one in made}


def test_what_was_never_received_is_not_there(store: DeliveryStore) -> None:
    assert store.delivery("dlv_x") is None
    assert store.bodies(["dlv_x"]) == {}
    assert store.receipt("sponsor", "x") is None
    assert store.claim("x") is None
    assert store.page("sponsor", states=ALL, before=None, limit=5).deliveries == ()
    assert store.due(by=datetime(2999, 1, 1, tzinfo=UTC), limit=5) == ()


def test_a_message_is_received_once_and_the_second_leaves_nothing(store: DeliveryStore) -> None:
    first, second = received(store, 1), delivery(2, message_id="msg_1")

    assert not store.receive(second, b"{}", receipt(second))
    assert (store.delivery(second.id), store.bodies([second.id])) == (None, {})
    assert store.receipt("sponsor", "msg_1") == receipt(first)


def test_two_partners_may_name_their_messages_alike(store: DeliveryStore) -> None:
    received(store, 1)
    other = delivery(2, partner="acme", message_id="msg_1")

    assert store.receive(other, BODY, receipt(other))


@at_once_too
def test_of_many_who_receive_one_message_one_stores_it(store: DeliveryStore) -> None:
    tries = [delivery(n, message_id="one") for n in range(6)]
    answers = at_once(lambda n: store.receive(tries[n], BODY, receipt(tries[n])))

    assert sum(answers) == 1
    winner = tries[answers.index(True)]
    assert store.receipt("sponsor", "one") == receipt(winner)
    assert [made for made in tries if store.delivery(made.id)] == [winner]


def test_a_delivery_moves_on_only_from_its_revision(store: DeliveryStore) -> None:
    made = received(store)
    done = settled(store, made, DeliveryState.PROCESSED)

    assert not store.replace(replace(made, state=DeliveryState.FAILED, revision=2), revision=1)
    assert store.delivery(made.id) == done


@at_once_too
def test_of_many_who_begin_one_delivery_one_does(store: DeliveryStore) -> None:
    made = received(store)
    answers = at_once(lambda n: store.replace(replace(made, attempts=n + 1, revision=2), revision=1))

    assert sum(answers) == 1


def test_a_key_replays_one_thing(store: DeliveryStore) -> None:
    made = [settled(store, received(store, n), DeliveryState.QUARANTINED) for n in (1, 2)]
    first, second = (ReplayClaim("key", one.id, "a") for one in made)

    assert store.replay(again(made[0]), first, revision=2)
    assert not store.replay(again(made[1]), second, revision=2)
    assert store.claim("key") == first
    assert [store.delivery(one.id) for one in made] == [again(made[0]), made[1]]


def test_a_delivery_that_has_moved_on_is_not_replayed_and_the_key_stays_free(store: DeliveryStore) -> None:
    made = settled(store, received(store), DeliveryState.QUARANTINED)

    assert not store.replay(again(made), ReplayClaim("key", made.id, "a"), revision=1)
    assert (store.claim("key"), store.delivery(made.id)) == (None, made)


@at_once_too
def test_of_many_who_replay_one_delivery_one_does(store: DeliveryStore) -> None:
    made = settled(store, received(store), DeliveryState.QUARANTINED)
    claims = [ReplayClaim(f"key-{n}", made.id, "a") for n in range(6)]
    answers = at_once(lambda n: store.replay(again(made), claims[n], revision=2))

    assert sum(answers) == 1
    assert [claim for claim in claims if store.claim(claim.id)] == [claims[answers.index(True)]]


def test_a_mended_delivery_is_kept_with_its_claim_or_not_at_all(store: DeliveryStore) -> None:
    made = settled(store, received(store), DeliveryState.QUARANTINED)
    mended, other = delivery(1), delivery(2)
    right = replace(made, mended_by=mended.id, revision=3)
    wrong = replace(made, mended_by=other.id, revision=3)

    assert store.mend(mended, BODY, ReplayClaim("key", mended.id, "a"), original=right, revision=2)
    assert not store.mend(other, BODY, ReplayClaim("key", other.id, "b"), original=wrong, revision=3)
    assert not store.mend(other, BODY, ReplayClaim("another", other.id, "b"), original=wrong, revision=2)
    assert (store.delivery(made.id), store.claim("another")) == (right, None)
    assert (store.delivery(mended.id), store.bodies([mended.id])) == (mended, {mended.id: BODY})
    assert (store.delivery(other.id), store.bodies([other.id])) == (None, {})
    assert store.claim("key") == ReplayClaim("key", mended.id, "a")


@pytest.mark.parametrize("size", [1, 2, 4, 5, 100])
def test_pages_of_any_size_show_all_of_a_partner_once_newest_first(store: DeliveryStore, size: int) -> None:
    made = [received(store, n) for n in (3, 1, 0, 4, 2)]
    received(store, 9, partner="acme")
    for one, state in zip(made, [*ALL, DeliveryState.PROCESSED], strict=True):
        if state is not DeliveryState.RECEIVED:
            settled(store, one, state)

    seen: list[str] = []
    before: str | None = None
    for _ in range(6):
        page = store.page("sponsor", states=ALL, before=before, limit=size)
        assert len(page.deliveries) <= size
        seen += [one.id for one in page.deliveries]
        before = page.before
        if before is None:
            break

    assert seen == [delivery(n).id for n in (4, 3, 2, 1, 0)]
    assert before is None


def test_a_page_of_one_state_has_that_state_alone(store: DeliveryStore) -> None:
    made = [received(store, n) for n in range(4)]
    quarantined = [settled(store, made[n], DeliveryState.QUARANTINED) for n in (3, 1)]

    page = store.page("sponsor", states=(DeliveryState.QUARANTINED,), before=None, limit=5)
    assert list(page.deliveries) == quarantined
    rest = store.page("sponsor", states=(DeliveryState.RECEIVED,), before=None, limit=5)
    assert list(rest.deliveries) == [made[2], made[0]]


def test_what_is_due_comes_longest_overdue_first_whatever_its_bucket(store: DeliveryStore) -> None:
    made = [received(store, n) for n in (5, 3, 7, 1, 6, 2, 4, 0)]
    expected = tuple(one.id for one in sorted(made, key=lambda one: one.received_at))

    assert store.due(by=AT + timedelta(minutes=8), limit=100) == expected
    assert store.due(by=AT + timedelta(minutes=8), limit=3) == expected[:3]
    assert store.due(by=AT + timedelta(minutes=4), limit=100) == expected[:4]
    assert store.due(by=AT, limit=100) == ()


def test_what_moved_on_is_due_at_its_new_moment_only(store: DeliveryStore) -> None:
    made = received(store)
    later = replace(made, due_at=AT + timedelta(hours=1), revision=2)
    store.replace(later, revision=1)
    assert store.due(by=AT + timedelta(minutes=30), limit=5) == ()
    assert store.due(by=AT + timedelta(hours=1), limit=5) == (made.id,)
    settled(store, later, DeliveryState.PROCESSED)
    assert store.due(by=datetime(2999, 1, 1, tzinfo=UTC), limit=5) == ()
