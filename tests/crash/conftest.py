"""One place and one runner for all tests here: a clean run is made once."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ops.local.engine_process import Engine
from tests.crash.place import Place, quiet_moment
from tests.crash.run import own_environment
from tests.crash.runner import Runner


@pytest.fixture(scope="package")
def runner(engine: Engine) -> Iterator[Runner]:
    with own_environment():
        yield Runner(Place(engine.endpoint), quiet_moment(datetime.now(UTC)))
