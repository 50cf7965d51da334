"""Money as the schema shows and takes it. Amounts are integers of minor units inside; decimal text only here."""

import strawberry

from domain import money
from graph.scalars import AmountValue, Currency


@strawberry.type(
    name="Money",
    description="An amount of money: an integer of minor units and its currency. The decimal text says the same.",
)
class MoneyView:
    minor_units: str = strawberry.field(
        description="The amount in the currency's smallest unit, as integer text (it may exceed 53 bits)."
    )
    amount: AmountValue = strawberry.field(
        description="The amount as decimal text with exactly the currency's digits after the point."
    )
    currency: Currency = strawberry.field(description="ISO 4217 code.")
    exponent: int = strawberry.field(description="How many digits the currency has after the point (ISO 4217, 0 to 3).")


@strawberry.input(name="MoneyInput", description="An amount of money to be moved: more than zero.")
class MoneyInput:
    amount: AmountValue = strawberry.field(
        description="Decimal text, more than zero, at most 18 digits before the point and the currency's own after it."
    )
    currency: Currency = strawberry.field(description="ISO 4217 code.")


def shown(minor: int, currency: str) -> MoneyView:
    amount = money.Money(minor, currency)
    return MoneyView(
        minor_units=str(minor),
        amount=AmountValue(money.decimal_text(amount)),
        currency=Currency(currency),
        exponent=money.exponent(currency),
    )
