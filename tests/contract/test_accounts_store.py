"""What every account store promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.access.model import Relation
from domain.accounts.model import AccountRecord, Opening, Related
from domain.accounts.store import AccountStore, RelatedAccount, Taken
from domain.accounts.store_dynamodb import BY_PERSON, DynamoDBAccountStore
from domain.accounts.store_memory import MemoryAccountStore
from domain.customers.model import CustomerKind
from tests.contract.backends import AT_ONCE, BACKENDS, at_once, aws

AT = datetime(2026, 3, 1, 9, 30, 0, 123456, UTC)
ADA = "cus_us_01K9AAAAAAAAAAAAAAAAAAAAAA"
GRACE = "cus_us_01K9BBBBBBBBBBBBBBBBBBBBBB"


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[AccountStore]:
    with aws(request) as place:
        table = place.table("florin-accounts", BY_PERSON) if place else None
        yield DynamoDBAccountStore(table) if table else MemoryAccountStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def record(n: int = 0, *, number: str | None = None, opened_at: datetime = AT) -> AccountRecord:
    return AccountRecord(
        id=f"acc_us0417_01K9{n:022d}",
        number=number or f"0417{n:08d}",
        product="checking",
        currency="USD",
        holder=ADA,
        holder_kind=CustomerKind.BUSINESS,
        opened_at=opened_at,
    )


def opening(account: AccountRecord, name: str = "") -> Opening:
    return Opening(id=name or f"opening-{account.id}", account=account.id, product="checking", currency="USD")


def owner(account: AccountRecord) -> Related:
    return Related(account=account.id, person=ADA, relation=Relation.OWNER, since=account.opened_at)


def added(store: AccountStore, account: AccountRecord) -> AccountRecord:
    assert store.add(opening(account), account, owner(account)) is None
    return account


def test_an_opened_account_is_read_back_whole(store: AccountStore) -> None:
    account = added(store, record())

    assert store.record(account.id) == account
    assert store.account_of(account.number) == account.id
    assert store.opening(opening(account).id) == opening(account)
    assert store.related(account.id, ADA) == owner(account)
    assert store.people_of(account.id) == (owner(account),)


def test_what_was_never_opened_is_not_there(store: AccountStore) -> None:
    assert store.record(record().id) is None
    assert store.account_of(record().number) is None
    assert store.opening("x") is None
    assert store.related(record().id, ADA) is None
    assert store.people_of(record().id) == ()
    assert store.records([record().id]) == {}
    assert store.accounts_of(ADA, after=None, limit=5).rows == ()


def test_one_opening_leads_to_one_account_and_the_second_leaves_nothing(store: AccountStore) -> None:
    first = added(store, record(1))
    second = record(2)

    assert store.add(opening(second, opening(first).id), second, owner(second)) is Taken.OPENING
    assert store.record(second.id) is None
    assert store.account_of(second.number) is None
    assert store.related(second.id, ADA) is None
    assert store.opening(opening(first).id) == opening(first)


def test_a_number_is_claimed_once_and_the_second_claim_leaves_nothing(store: AccountStore) -> None:
    first = added(store, record(1))
    second = record(2, number=first.number)

    assert store.add(opening(second), second, owner(second)) is Taken.NUMBER
    assert store.opening(opening(second).id) is None
    assert store.record(second.id) is None
    assert store.account_of(first.number) == first.id


@at_once_too
def test_of_many_who_want_one_number_one_gets_it(store: AccountStore) -> None:
    wanted = [record(n, number="041700000000") for n in range(6)]
    answers = at_once(lambda n: store.add(opening(wanted[n]), wanted[n], owner(wanted[n])))

    assert (answers.count(None), answers.count(Taken.NUMBER)) == (1, 5)
    (winner,) = [wanted[n] for n, answer in enumerate(answers) if answer is None]
    assert store.account_of("041700000000") == winner.id
    assert [store.record(row.id) for row in wanted if row != winner] == [None] * 5


@at_once_too
def test_of_many_clicks_one_opens(store: AccountStore) -> None:
    clicks = [record(n) for n in range(6)]
    answers = at_once(lambda n: store.add(opening(clicks[n], "one"), clicks[n], owner(clicks[n])))

    assert [answer for answer in answers if answer is not None] == [Taken.OPENING] * 5
    claimed = store.opening("one")
    assert claimed
    assert [row.id for row in clicks if store.record(row.id)] == [claimed.account]


def test_openings_stay_unfinished_until_they_are_finished(store: AccountStore) -> None:
    accounts = [added(store, record(n, opened_at=AT + timedelta(minutes=n))) for n in range(3)]

    before = AT + timedelta(minutes=2)
    assert store.unfinished(before=before, limit=10) == (opening(accounts[0]), opening(accounts[1]))
    assert store.unfinished(before=before, limit=1) == (opening(accounts[0]),)
    for _ in range(2):
        store.finish(opening(accounts[0]))
    assert store.unfinished(before=before, limit=10) == (opening(accounts[1]),)
    assert store.opening(opening(accounts[0]).id) == replace(opening(accounts[0]), done=True)


def test_many_records_are_read_at_once(store: AccountStore) -> None:
    accounts = [added(store, record(n)) for n in range(3)]

    wanted = [accounts[0].id, accounts[2].id, accounts[0].id, record(9).id]
    assert store.records(wanted) == {accounts[0].id: accounts[0], accounts[2].id: accounts[2]}
    assert store.records([]) == {}


def test_one_persons_relations_to_many_accounts_are_read_at_once(store: AccountStore) -> None:
    accounts = [added(store, record(n)) for n in range(3)]
    ended = Related(account=accounts[1].id, person=GRACE, relation=Relation.DELEGATE, since=AT, ended_at=AT)
    store.relate(replace(ended, ended_at=None), was=None)
    store.relate(ended, was=replace(ended, ended_at=None))
    wanted = [*(account.id for account in accounts), accounts[0].id]

    assert store.relations_of(GRACE, wanted) == {accounts[1].id: ended}
    assert store.relations_of(owner(accounts[0]).person, wanted) == {account.id: owner(account) for account in accounts}
    assert store.relations_of(GRACE, []) == {}


def test_a_relation_changes_only_from_what_it_was(store: AccountStore) -> None:
    account = added(store, record())
    delegate = Related(account=account.id, person=GRACE, relation=Relation.DELEGATE, since=AT)
    ended = replace(delegate, ended_at=AT + timedelta(days=1))
    back = replace(delegate, relation=Relation.JOINT_OWNER, since=AT + timedelta(days=2))

    assert not store.relate(ended, was=delegate)
    assert store.relate(delegate, was=None)
    assert not store.relate(delegate, was=None)
    assert store.relate(ended, was=delegate)
    assert not store.relate(ended, was=delegate)
    assert store.relate(back, was=ended)
    assert store.related(account.id, GRACE) == back
    assert set(store.people_of(account.id)) == {owner(account), back}


@at_once_too
def test_of_many_who_change_a_relation_one_does(store: AccountStore) -> None:
    account = added(store, record())
    wanted = [
        Related(account=account.id, person=GRACE, relation=Relation.DELEGATE, since=AT + timedelta(seconds=n))
        for n in range(6)
    ]
    answers = at_once(lambda n: store.relate(wanted[n], was=None))

    assert sum(answers) == 1
    assert store.related(account.id, GRACE) == wanted[answers.index(True)]


def test_a_persons_accounts_come_by_id_in_pages(store: AccountStore) -> None:
    accounts = [added(store, record(n)) for n in (3, 1, 2, 0)]
    expected = [RelatedAccount(owner(account), account) for account in sorted(accounts, key=lambda one: one.id)]

    first = store.accounts_of(ADA, after=None, limit=3)
    assert (list(first.rows), first.more) == (expected[:3], True)
    rest = store.accounts_of(ADA, after=expected[2].record.id, limit=3)
    assert (list(rest.rows), rest.more) == (expected[3:], False)
    assert store.accounts_of(GRACE, after=None, limit=3).rows == ()


def test_an_ended_relation_is_kept_and_not_listed(store: AccountStore) -> None:
    account = added(store, record())
    delegate = Related(account=account.id, person=GRACE, relation=Relation.DELEGATE, since=AT)
    store.relate(delegate, was=None)
    assert [row.related for row in store.accounts_of(GRACE, after=None, limit=3).rows] == [delegate]
    ended = replace(delegate, ended_at=AT)
    store.relate(ended, was=delegate)
    assert store.accounts_of(GRACE, after=None, limit=3).rows == ()
    assert store.related(account.id, GRACE) == ended
