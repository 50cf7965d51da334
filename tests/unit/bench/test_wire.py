"""What the benchmark of the wire sends is what it says: one request, by every way the same."""

import os
from unittest.mock import patch

from domain.ledger.store import Appended
from domain.ledger.store_dynamodb import DynamoLedgerStore
from tests.bench import wire
from tests.bench.loopback import answering
from tests.ledger_values import REGION


def test_the_posting_is_of_six_items_and_everybody_sends_the_same() -> None:
    writes = wire.six_items()
    with patch.dict(os.environ, wire.SESSION), answering(wire.answers(writes)) as url:
        store = DynamoLedgerStore(
            table=wire.TABLE, region=REGION, settings=wire.SETTINGS, endpoint_url=url, heads_at_once=1
        )
        for case in wire.cases(writes).values():
            request = wire.request_of(lambda case=case: case.stored(store))  # type: ignore[misc]  # a default is this round's
            assert request == wire.request_of(lambda case=case: case.modelled(store.connection))  # type: ignore[misc]  # as above
        posting = wire.cases(writes)[wire.POSTING]
        operation, parameters = wire.request_of(lambda: posting.stored(store))
        assert operation == "TransactWriteItems"
        assert len(parameters["TransactItems"]) == 6
        assert posting.stored(store) == Appended()
        assert store.journal(writes.journal.id) == writes.journal
        assert set(store.heads([writes.lines[0].state.account])) == {writes.lines[0].state.account}
