"""What customers are told of the ledger's journals: table by table, once per journal, to the owners and nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Relation
from domain.accounts.model import Account, Related
from domain.customers.model import Customer
from domain.ids import internal_account
from domain.ledger.events import JournalPosted, event_of
from domain.ledger.kinds import KINDS
from domain.ledger.model import Command, Limits, Posted
from domain.ledger.shards import shard_account
from domain.money import Money
from domain.notices.kinds import TEXTS, NoticeKind
from domain.notices.ledger_news import CHANGED, CREDITED, DEBITED, LedgerNews
from domain.notices.model import Notice
from tests.unit.accounts.house import REGION, acting
from tests.unit.transfers.desk import Desk

USD = "USD"


class Newsroom(Desk):
    """Ada, Ben and Cleo with an account each; news of whatever is posted."""

    def __init__(self) -> None:
        super().__init__()
        self.news = LedgerNews(notices=self.notices, accounts=self.accounts)
        self.people = {name: self.customer() for name in ("ada", "ben", "cleo")}
        self.account = {name: self.open(person, deposit_minor=1_000_00) for name, person in self.people.items()}
        self._keys = 0

    def posted(self, kind: str, initiator: str | None = None, **parts: Any) -> Posted:
        """Parties by name; `minor` is the amount."""
        self._keys += 1
        self.clock.move(timedelta(seconds=1))
        named = {name: self._id(parts.pop(name)) for name in KINDS[kind].roles if name in parts}
        minor = parts.pop("minor", None)
        if minor is not None:
            parts["amounts"] = {"amount": Money(minor, USD)}
        first = next((account for account in named.values() if account.startswith(("acc_", "lim_"))), None)
        command = Command(
            kind=kind,
            initiator=self._id(initiator) if initiator else first or internal_account("us", USD, "settlement"),
            scope="bank",
            key=f"n-{self._keys}",
            parties=named,
            **parts,
        )
        answer = self.ledger.post(command)
        assert isinstance(answer, Posted), answer
        return answer

    def tell(self, kind: str, initiator: str | None = None, **parts: Any) -> int:
        return self.news.tell(self.event(self.posted(kind, initiator, **parts)))

    def event(self, posted: Posted) -> JournalPosted:
        event = event_of(posted.journal, REGION)
        assert isinstance(event, JournalPosted)
        return event

    def number(self, name: str) -> str:
        return self.account[name].record.masked_number

    def heard(self, name: str) -> list[tuple[NoticeKind, str]]:
        return [(notice.kind, notice.text) for notice in reversed(self.told(self.people[name]))]

    def _id(self, name: str) -> str:
        return self.account[name].id if name in self.account else name

    def relate(self, person: Customer, account: Account, relation: Relation) -> None:
        owner = next(other for name, other in self.people.items() if self.account[name] == account)
        added = self.accounts.add_relation(acting(owner), account=account.id, person=person.id, relation=relation)
        assert isinstance(added, Related), added


@pytest.fixture(name="room")
def _room() -> Newsroom:
    return Newsroom()


class TestTransfers:
    def test_the_receiver_is_told_from_which_masked_number_and_the_payer_nothing(self, room: Newsroom) -> None:
        assert room.tell("transfer", source="ada", destination="ben", minor=25_00) == 1

        text = f"Account {room.number('ben')} received 25.00 USD from account {room.number('ada')}."
        assert room.heard("ben") == [(NoticeKind.TRANSFER_RECEIVED, text)]
        assert room.heard("ada") == []

    def test_no_notice_holds_an_account_number_or_id(self, room: Newsroom) -> None:
        room.tell("transfer", source="ada", destination="ben", minor=25_00)

        (notice,) = room.told(room.people["ben"])
        said = str(notice.facts) + notice.text
        for name in ("ada", "ben"):
            assert room.account[name].record.number not in said
            assert room.account[name].id not in said

    def test_every_receiver_of_a_split_is_told_their_own_share(self, room: Newsroom) -> None:
        shares = ((room.account["ben"].id, Money(3_00, USD)), (room.account["cleo"].id, Money(4_00, USD)))

        assert room.tell("split_transfer", source="ada", minor=7_00, shares=shares) == 2

        assert "received 3.00 USD" in room.heard("ben")[0][1]
        assert "received 4.00 USD" in room.heard("cleo")[0][1]
        assert room.heard("ada") == []

    def test_a_hold_taken_by_another_customer_is_told_to_both(self, room: Newsroom) -> None:
        hold = room.posted("hold_placed", account="ada", minor=30_00).journal.hold

        assert room.tell("hold_captured", account="ada", destination="ben", minor=10_00, hold=hold) == 2

        assert room.heard("ada") == [
            (NoticeKind.HOLD_CAPTURED, f"10.00 USD of a hold on account {room.number('ada')} was collected.")
        ]
        assert [kind for kind, _ in room.heard("ben")] == [NoticeKind.TRANSFER_RECEIVED]

    def test_a_reversal_is_told_to_both_sides(self, room: Newsroom) -> None:
        original = room.posted("transfer", source="ada", destination="ben", minor=25_00).journal

        assert room.tell("reversal", "ada", reverses=original.id, minor=5_00) == 2

        for name in ("ada", "ben"):
            text = f"A payment of 5.00 USD on account {room.number(name)} was reversed."
            assert room.heard(name) == [(NoticeKind.TRANSFER_REVERSED, text)]

    def test_one_transfer_on_two_accounts_of_a_customer_is_two_notices_of_what_each_got(self, room: Newsroom) -> None:
        savings = room.open(room.people["ben"], product="savings", key="second")
        shares = ((room.account["ben"].id, Money(3_00, USD)), (savings.id, Money(4_00, USD)))

        assert room.tell("split_transfer", source="ada", minor=7_00, shares=shares) == 2
        assert len(room.heard("ben")) == 2


class TestMoneyFromOutside:
    @pytest.mark.parametrize("kind", ["cash_deposit", "payment_received", "interest"])
    def test_it_is_told_as_received(self, room: Newsroom, kind: str) -> None:
        book = internal_account("us", USD, "settlement")

        assert room.tell(kind, book, destination="ada", minor=12_34) == 1
        assert room.heard("ada") == [(NoticeKind.MONEY_RECEIVED, f"Account {room.number('ada')} received 12.34 USD.")]

    def test_a_payout_does_not_name_who_funded_it(self, room: Newsroom) -> None:
        assert room.tell("payout_funded", source="ben", minor=9_00) == 0
        clearing = internal_account("us", USD, "payout_clearing")

        assert room.tell("payout_paid", clearing, destination="ada", minor=9_00) == 1
        assert room.heard("ada")[0][0] is NoticeKind.MONEY_RECEIVED

    @pytest.mark.parametrize("kind", ["fee", "payment_returned", "chargeback"])
    def test_what_the_bank_takes_is_told(self, room: Newsroom, kind: str) -> None:
        assert room.tell(kind, source="ada", minor=4_50) == 1
        assert room.heard("ada") == [(NoticeKind.MONEY_TAKEN, f"4.50 USD was taken from account {room.number('ada')}.")]

    @pytest.mark.parametrize("kind", ["cash_withdrawal", "payment_sent"])
    def test_what_the_customer_sends_away_is_not(self, room: Newsroom, kind: str) -> None:
        assert room.tell(kind, source="ada", minor=4_50) == 0
        assert room.heard("ada") == []

    @pytest.mark.parametrize("kind", ["card_captured", "card_cleared"])
    def test_a_card_payment_is_told_when_it_is_collected(self, room: Newsroom, kind: str) -> None:
        hold = room.posted("hold_placed", account="ada", minor=30_00).journal.hold

        assert room.tell(kind, account="ada", minor=29_00, hold=hold) == 1
        assert [found for found, _ in room.heard("ada")] == [NoticeKind.HOLD_CAPTURED]

    def test_an_instant_payment_is_told_where_it_arrives_and_a_shard_has_no_owner(self, room: Newsroom) -> None:
        position = internal_account("us", USD, "instant_prefund")
        for number in range(2):
            room.posted("account_opened", position, account=shard_account(position, REGION, number), currency=USD)

        assert room.tell("instant_received", position, destination="ada", minor=5_00) == 1
        assert room.tell("instant_sent", source="ben", minor=2_00) == 0
        assert [kind for kind, _ in room.heard("ada")] == [NoticeKind.MONEY_RECEIVED]

    def test_an_exchange_is_told_on_the_account_it_reaches_in_its_currency(self, room: Newsroom) -> None:
        euros = room.open(room.people["ada"], currency="EUR", key="euros")
        amounts = {"sold": Money(10_00, USD), "bought": Money(9_00, "EUR")}

        assert room.tell("fx_exchange", source="ada", destination=euros.id, amounts=amounts) == 1
        text = f"Account {euros.record.masked_number} received 9.00 EUR."
        assert room.heard("ada") == [(NoticeKind.MONEY_RECEIVED, text)]


class TestBatchedCredits:
    def test_the_shop_is_told_when_the_minute_arrives_and_not_of_each_credit(self, room: Newsroom) -> None:
        room.posted("batching_started", account="ben")
        assert room.tell("transfer", source="ada", destination="ben", minor=5_00) == 0

        incoming = "inc_" + room.account["ben"].id.removeprefix("acc_")
        moved = {"incoming": incoming, "account": "ben"}
        assert room.tell("batch_moved", "ben", **moved, minor=5_00) == 1
        assert [kind for kind, _ in room.heard("ben")] == [NoticeKind.MONEY_RECEIVED]

    def test_a_credit_that_comes_back_is_told_to_its_payer(self, room: Newsroom) -> None:
        room.posted("batching_started", account="ben")
        paid = room.posted("transfer", source="ada", destination="ben", minor=5_00).journal

        assert room.tell("batch_returned", "ben", reverses=paid.id, minor=5_00) == 1
        assert room.heard("ada") == [(NoticeKind.MONEY_RECEIVED, f"Account {room.number('ada')} received 5.00 USD.")]
        assert room.heard("ben") == []


class TestChanges:
    @pytest.mark.parametrize(
        ("kind", "wanted"),
        [
            ("debits_frozen", NoticeKind.ACCOUNT_FROZEN),
            ("account_frozen", NoticeKind.ACCOUNT_FROZEN),
            ("limits_set", NoticeKind.LIMITS_CHANGED),
        ],
    )
    def test_a_change_of_the_account_is_told(self, room: Newsroom, kind: str, wanted: NoticeKind) -> None:
        limits = Limits(per_day_minor=5) if kind == "limits_set" else None

        assert room.tell(kind, account="ada", limits=limits) == 1
        assert [found for found, _ in room.heard("ada")] == [wanted]
        assert room.number("ada") in room.heard("ada")[0][1]

    def test_thawed_and_closed(self, room: Newsroom) -> None:
        room.posted("account_frozen", account="ada")
        room.tell("account_thawed", account="ada")
        room.posted("cash_withdrawal", source="ada", minor=1_000_00)
        room.tell("account_closed", account="ada")

        assert [kind for kind, _ in room.heard("ada")] == [NoticeKind.ACCOUNT_THAWED, NoticeKind.ACCOUNT_CLOSED]

    def test_opened_with_its_product(self, room: Newsroom) -> None:
        opened = next(
            journal
            for journal in room.ledger_store.journals.values()
            if journal.kind == "account_opened" and journal.initiator == room.account["ada"].id
        )
        event = event_of(opened, REGION)
        assert isinstance(event, JournalPosted)

        assert room.news.tell(event) == 1
        text = f"Your checking account {room.number('ada')} is open."
        assert room.heard("ada") == [(NoticeKind.ACCOUNT_OPENED, text)]

    def test_a_hold_is_told_when_it_is_placed(self, room: Newsroom) -> None:
        assert room.tell("hold_placed", account="ada", minor=30_00) == 1
        assert room.heard("ada") == [(NoticeKind.HOLD_PLACED, f"30.00 USD is held on account {room.number('ada')}.")]

    def test_a_joint_limit_is_nobodys_account(self, room: Newsroom) -> None:
        limit = "lim_" + room.account["ada"].id.removeprefix("acc_")
        assert room.tell("account_opened", account=limit, currency=USD, limits=Limits(per_day_minor=9)) == 0


class TestWhom:
    def test_joint_owners_are_told_and_delegates_are_not(self, room: Newsroom) -> None:
        joint, delegate = room.customer(), room.customer()
        room.people |= {"joint": joint, "delegate": delegate}
        room.relate(joint, room.account["ben"], Relation.JOINT_OWNER)
        room.relate(delegate, room.account["ben"], Relation.DELEGATE)

        assert room.tell("transfer", source="ada", destination="ben", minor=5_00) == 2

        assert room.heard("joint") == room.heard("ben")
        assert len(room.heard("ben")) == 1
        assert room.heard("delegate") == []

    def test_whose_relation_has_ended_is_told_nothing(self, room: Newsroom) -> None:
        joint = room.customer()
        room.relate(joint, room.account["ben"], Relation.JOINT_OWNER)
        room.accounts.remove_relation(acting(room.people["ben"]), account=room.account["ben"].id, person=joint.id)

        assert room.tell("transfer", source="ada", destination="ben", minor=5_00) == 1
        assert room.told(joint) == []

    def test_an_account_without_a_record_tells_nobody(self, room: Newsroom) -> None:
        event = room.event(room.posted("transfer", source="ada", destination="ben", minor=5_00))
        gone = room.account["ben"].id[:-1] + ("0" if room.account["ben"].id[-1] != "0" else "1")
        elsewhere = event.model_copy(update={"accounts": (gone,)})

        assert room.news.tell(elsewhere) == 0

    def test_a_payer_of_another_region_is_not_named(self, room: Newsroom) -> None:
        event = room.event(room.posted("transfer", source="ada", destination="ben", minor=5_00))
        other = event.model_copy(update={"accounts": (room.account["ben"].id,)})

        room.news.tell(other)

        assert [kind for kind, _ in room.heard("ben")] == [NoticeKind.MONEY_RECEIVED]


class TestOnce:
    def test_the_same_event_again_tells_nothing_new(self, room: Newsroom) -> None:
        event = room.event(room.posted("transfer", source="ada", destination="ben", minor=5_00))
        room.news.tell(event)
        room.clock.move(timedelta(hours=1))
        first = _only(room.told(room.people["ben"]))

        room.news.tell(event)

        assert _only(room.told(room.people["ben"])) == first

    def test_two_journals_alike_are_told_twice(self, room: Newsroom) -> None:
        for _ in range(2):
            room.tell("transfer", source="ada", destination="ben", minor=5_00)

        assert len(room.heard("ben")) == 2

    def test_an_event_cut_off_half_way_is_ended_by_its_next_delivery(
        self, room: Newsroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shares = ((room.account["ben"].id, Money(3_00, USD)), (room.account["cleo"].id, Money(4_00, USD)))
        event = room.event(room.posted("split_transfer", source="ada", minor=7_00, shares=shares))
        put, calls = room.notices.put, []

        def dying(*args: Any, **parts: Any) -> Notice:
            calls.append(parts["key"])
            if len(calls) == 2:
                raise ConnectionError
            return put(*args, **parts)

        with monkeypatch.context() as patched:
            patched.setattr(room.notices, "put", dying)
            with pytest.raises(ConnectionError):
                room.news.tell(event)
        room.news.tell(event)

        assert (len(room.heard("ben")), len(room.heard("cleo"))) == (1, 1)


def _only(notices: list[Notice]) -> Notice:
    (notice,) = notices
    return notice


class TestTables:
    @pytest.mark.parametrize("table", [CREDITED, DEBITED, CHANGED])
    def test_they_name_kinds_of_journals_and_nothing_else(self, table: dict[str, NoticeKind]) -> None:
        assert table.keys() <= KINDS.keys()

    def test_only_journals_without_legs_are_changes(self) -> None:
        assert not any(KINDS[kind].legs for kind in CHANGED)

    def test_every_kind_that_credits_a_customer_is_told(self) -> None:
        """Money never arrives in silence."""
        crediting = {
            kind.name
            for kind in KINDS.values()
            for leg in kind.legs
            if leg.side == "credit" and (leg.role in ("destination", "account") or leg.many)
        }
        assert crediting <= CREDITED.keys()

    def test_every_debit_that_the_customer_did_not_ask_for_is_told(self) -> None:
        assert {kind.name for kind in KINDS.values() if kind.forced} | {"fee"} <= DEBITED.keys()

    def test_every_notice_of_the_tables_has_its_text(self) -> None:
        assert {*CREDITED.values(), *DEBITED.values(), *CHANGED.values()} <= TEXTS.keys()
