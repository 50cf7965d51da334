"""One place and one runner for all tests of a process: a clean run is made once. Where two processes share the tests,
what one has seen of the code is known to the other.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.local.engine_process import Engine
from tests.crash.place import Place, quiet_moment
from tests.crash.run import own_environment
from tests.crash.runner import Runner


@pytest.fixture(scope="package")
def runner(engine: Engine, traces: Path) -> Iterator[Runner]:
    with own_environment():
        yield Runner(Place(engine.endpoint), quiet_moment(datetime.now(UTC)), traces)


@pytest.fixture(scope="package")
def traces(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "traces"
    folder.mkdir(exist_ok=True)
    return folder
