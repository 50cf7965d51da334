"""One engine for a test session: MiniStack on a free port of its own, with nothing deployed and nothing kept.

Under pytest-xdist every worker is a session, so each has its own engine.
"""

from collections.abc import Iterator

import pytest

from ops.local.engine_process import Engine, engine_running


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine as the local bank runs it. Its address for boto3 is `engine.endpoint`."""
    with engine_running(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest.fixture(scope="session")
def plain_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine as its makers ship it, without our mends."""
    with engine_running(tmp_path_factory.mktemp("plain-engine"), plain=True) as running:
        yield running


@pytest.fixture(scope="session")
def guarded_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine that enforces IAM: each function may do what its role allows, and no more."""
    with engine_running(tmp_path_factory.mktemp("guarded-engine"), environment={"AUTH": "true"}) as running:
        yield running
