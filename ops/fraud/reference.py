"""The fifteen features of the book, for the models that ours is measured against.

Windows are sliding, to the second: (t - n days, t] for the customer, the payment itself included; for the terminal a
week earlier, when labels are known. Ours are those of `domain.fraud.aggregates`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ops.fraud.payments import DAY, LABEL_DELAY_DAYS, Flags, Integers, Numbers, Payments
from ops.fraud.windows import Grouped

WINDOWS_DAYS: Final = (1, 7, 30)
NIGHT_HOURS: Final = 7
"""From midnight on."""
_THURSDAY: Final = 3
"""1970-01-01, counted from Monday."""
_SATURDAY: Final = 5


def weekend(second: Integers) -> Flags:
    return (second // DAY + _THURSDAY) % 7 >= _SATURDAY


def reference_features(payments: Payments) -> Numbers:
    """A row for each payment, a column for each feature."""
    second, amount = payments.second, payments.amount_minor
    night = second % DAY < NIGHT_HOURS * 3_600
    columns = [amount / 100, weekend(second), night]

    customers = Grouped(payments.customer, second)
    sums = customers.running(amount)
    for days in WINDOWS_DAYS:
        begin, end = customers.since(second - days * DAY + 1), customers.place + 1
        columns += [end - begin, (sums[end] - sums[begin]) / (end - begin) / 100]

    terminals = Grouped(payments.terminal, second)
    frauds = terminals.running(payments.fraud.astype(np.int64))
    known = second - LABEL_DELAY_DAYS * DAY + 1
    end = terminals.since(known)
    for days in WINDOWS_DAYS:
        begin = terminals.since(known - days * DAY)
        count = end - begin
        columns += [count, (frauds[end] - frauds[begin]) / np.maximum(count, 1)]
    return np.column_stack(columns).astype(np.float64)
