"""No money leaves a customer unjudged that is not named with its reason."""

from pathlib import Path

import pytest

from domain.fraud.covered import JUDGED, NOBODY_STARTS_IT, NOT_JUDGED
from domain.ledger.kinds import KINDS, Effect, Kind
from domain.ledger.model import Side

ROOT = Path(__file__).parents[3]
NAMED_WITHOUT_BEING_STARTED = {
    "domain/ledger/kinds.py",
    "domain/fraud/covered.py",
    "domain/fraud/counted.py",
    "domain/notices/ledger_news.py",
}
"""Lists of kinds, which start nothing."""


def takes(kind: Kind) -> bool:
    """Takes or sets aside what a customer has."""
    debits = any(leg.side is Side.DEBIT and leg.role for leg in kind.legs)
    return debits or kind.effect in (Effect.PLACE_HOLD, Effect.RAISE_HOLD, Effect.REVERSE)


def goes_out(kind: Kind) -> bool:
    """Puts money into a file to another bank, whoever's it is."""
    return any(leg.side is Side.CREDIT and leg.book == "ach_in_transit" for leg in kind.legs)


def test_every_kind_that_takes_a_customers_money_or_goes_out_is_judged_or_has_its_reason() -> None:
    assert set(JUDGED) | set(NOT_JUDGED) == {name for name, kind in KINDS.items() if takes(kind) or goes_out(kind)}
    assert not set(JUDGED) & set(NOT_JUDGED)


@pytest.mark.parametrize("name", [name for name, why in NOT_JUDGED.items() if why is NOBODY_STARTS_IT])
def test_what_nobody_starts_is_named_by_nobody(name: str) -> None:
    naming = {
        str(path.relative_to(ROOT))
        for folder in ("domain", "graph", "functions")
        for path in (ROOT / folder).rglob("*.py")
        if f'"{name}"' in path.read_text("utf-8")
    }
    assert naming <= NAMED_WITHOUT_BEING_STARTED
