"""What is known of a customer who collects: from it follows how long what comes in is held."""

from datetime import date, timedelta
from typing import Final

from domain.accounts.service import Accounts
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import Payment
from domain.payments.service import Payments
from domain.rails.ach.calendar import day_of
from domain.rails.ach.funds import Standing, Tier, tier_of, tier_rule

PAGE: Final = 100
PAGES_MAX: Final = 10
"""A thousand payments of one account since a return would be forgotten: of whoever has more, not all is known, and
somebody of whom too little is known is as good as new."""
STAYED: Final = frozenset({PaymentState.CLEARED, PaymentState.COMPLETED})
RETURNED_WITHIN: Final = timedelta(days=75)
"""Of the day on which it was asked for: an unauthorised debit may come back until the sixtieth day after its settlement
(docs/ach-rules.md), and lies a few days with us before and after. What was asked for before that came back earlier."""


class Standings:
    def __init__(self, *, payments: Payments, accounts: Accounts) -> None:
        self._payments = payments
        self._accounts = accounts

    def tier(self, account: str, *, on: date) -> Tier:
        """Of the customer whose debit settles on a day."""
        opened_on = day_of(self._accounts.records([account])[account].opened_at)
        lately = on - timedelta(days=tier_rule(on).returned_days)
        latest = self._latest(account, since=lately - RETURNED_WITHIN)
        if latest is None:
            return Tier.NEW
        debits = [one for one in latest if one.kind is PaymentKind.ACH_DEBIT and one.ach.reverses is None]
        standing = Standing(
            known_days=(on - opened_on).days,
            settled=sum(one.state in STAYED and not one.progress.reversals for one in debits),
            returned=sum(one.came_back and day_of(one.entered_at) >= lately for one in debits),
        )
        return tier_of(standing, on)

    def _latest(self, account: str, *, since: date) -> list[Payment] | None:
        """The account's payments since a day, and some before it; None when they are more than are looked at."""
        found: list[Payment] = []
        before: str | None = None
        for _ in range(PAGES_MAX):
            page = self._payments.of_account(account, before=before, limit=PAGE)
            found += page.payments
            before = page.before
            if before is None or day_of(page.payments[-1].opened_at) < since:
                return found
        return None
