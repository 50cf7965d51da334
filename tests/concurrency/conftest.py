"""What the suites of concurrency share: the engine's credentials, and how much of it all a run does."""

from collections.abc import Iterator

import pytest

from tests.concurrency.bank import CREDENTIALS
from tests.concurrency.share import Share, share


@pytest.fixture(scope="session", autouse=True)
def _credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(name="amount", scope="session")
def _amount() -> Share:
    return share()
