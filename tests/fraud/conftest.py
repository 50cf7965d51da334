"""One small draw for all: 500 customers, 1,000 terminals, 60 days."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops.fraud.files import read_portfolio, write_portfolio
from ops.fraud.simulate import Drawn, Portfolio, simulated

if TYPE_CHECKING:
    from ops.fraud.payments import Payments

SMALL = Portfolio(seed=20181, customers=500, terminals=1_000, days=60, radius=15)


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    return simulated(SMALL)


@pytest.fixture(scope="session")
def small_file(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("portfolio") / "small.parquet"
    write_portfolio(drawn, path)
    return path


@pytest.fixture(scope="session")
def payments(small_file: Path) -> Payments:
    return read_portfolio(small_file)
