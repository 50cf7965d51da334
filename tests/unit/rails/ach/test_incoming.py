"""Stories of files that come in by ACH, from their arrival to the accounts, over the real ledger in memory."""

from datetime import UTC, datetime, timedelta

from domain.accounts.model import Account
from domain.payments.kinds import PaymentKind, PaymentState
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedState
from tests.unit.rails.ach.bank import AchBank
from tests.unit.rails.ach.partner import Sheet

_S, _F = ReceivedState, ReceivedFileState


def bank_with_account(*, minor: int = 0, product: str = "checking") -> tuple[AchBank, Account]:
    bank = AchBank()
    return bank, bank.open(bank.person(), product=product, deposit_minor=minor)


class TestACredit:
    def test_is_posted_once_on_its_day_and_its_customer_sees_who_sent_it(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet()
        sheet.add(account.record.number, 250_00)
        file = bank.receive(sheet.text())
        assert file.state is _F.DONE
        (entry,) = bank.received(file)
        assert (entry.state, entry.account) == (_S.POSTED, account.id)
        assert bank.balance(account) == 250_00
        assert bank.book("settlement") == -250_00
        payment = bank.payments.existing(entry.payment or "")
        assert (payment.kind, payment.state) == (PaymentKind.ACH_CREDIT_RECEIVED, PaymentState.POSTED)
        assert payment.amount.minor == 250_00
        assert bank.ach.opened_remittance(payment) == "ACME WAGES"
        assert payment.due_at is None

    def test_that_comes_the_day_before_waits_for_the_morning(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet(settles_on=datetime(2026, 3, 10, tzinfo=UTC).date())
        sheet.add(account.record.number, 250_00)
        file = bank.receive(sheet.text())
        assert (file.state, bank.balance(account)) == (_F.POSTING, 0)
        assert file.due_at == datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
        bank.clock.instant = file.due_at
        bank.take_in()
        assert bank.balance(account) == 250_00
        assert bank.incoming.files.existing(file.id).state is _F.DONE

    def test_that_comes_days_late_is_posted_at_once(self) -> None:
        bank, account = bank_with_account()
        sheet = Sheet()
        sheet.add(account.record.number, 250_00)
        bank.clock.move(timedelta(days=4))
        bank.receive(sheet.text())
        assert bank.balance(account) == 250_00
