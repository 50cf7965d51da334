from pathlib import Path

import pytest

from ops.local.bank import BankMissing, LocalBank, LocalRegion
from ops.local.status import status_document


def region(name: str) -> LocalRegion:
    return LocalRegion(
        region=name,
        jurisdiction="us",
        graphql=f"http://127.0.0.1:1/{name}/graphql",
        webhooks=f"http://127.0.0.1:1/{name}/webhooks",
        health=f"http://127.0.0.1:1/{name}/health",
        pool_id="pool",
        client_id="client",
        outputs={"PoolId": "pool"},
        environment={"FLORIN_STAGE": "local"},
    )


@pytest.fixture
def bank(tmp_path: Path) -> LocalBank:
    return LocalBank(
        folder=tmp_path,
        version="0.1.0",
        engine_port=1,
        graphiql_port=2,
        regions={name: region(name) for name in ("us-east-1", "us-west-2")},
    )


def test_a_saved_bank_is_read_back_whole(bank: LocalBank) -> None:
    bank.save()
    assert LocalBank.load(bank.folder) == bank


def test_a_folder_without_a_bank_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(BankMissing, match="make up"):
        LocalBank.load(tmp_path)


def test_status_has_the_shape_that_programs_read(bank: LocalBank) -> None:
    assert status_document(bank, healthy={"us-east-1": True, "us-west-2": False}, sponsor="running") == {
        "regions": {
            "us-east-1": {
                "graphql": "http://127.0.0.1:1/us-east-1/graphql",
                "webhooks": "http://127.0.0.1:1/us-east-1/webhooks",
                "healthy": True,
            },
            "us-west-2": {
                "graphql": "http://127.0.0.1:1/us-west-2/graphql",
                "webhooks": "http://127.0.0.1:1/us-west-2/webhooks",
                "healthy": False,
            },
        },
        "graphiql": "http://127.0.0.1:2/",
        "version": "0.1.0",
        "sponsor": "running",
    }
