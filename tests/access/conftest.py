"""The street on which access is tried: built anew for each test, so that no test helps another."""

import pytest

from tests.access.world import Street, street


@pytest.fixture(name="street")
def a_street() -> Street:
    return street()
