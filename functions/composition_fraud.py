"""How the judge of payments is put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.fraud.service import Fraud
    from functions.composition import Bank


def fraud(bank: Bank) -> Fraud:
    from domain.fraud.decision_store_memory import MemoryDecisionStore
    from domain.fraud.service import Fraud
    from domain.fraud.standins import FirstBook, RequestAlone

    return Fraud(features=RequestAlone(), registry=FirstBook(), decisions=MemoryDecisionStore(), clock=bank.clock)
