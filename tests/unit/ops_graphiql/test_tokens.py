from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ops.graphiql.tokens import TokenDesk
from tests.unit.ops_graphiql.fake_bank import local_bank, running_fake_bank, write_users

if TYPE_CHECKING:
    from pathlib import Path


def test_first_calls_at_the_same_time_sign_in_once(tmp_path: Path) -> None:
    write_users(tmp_path)
    with running_fake_bank() as (fake, port), ThreadPoolExecutor(8) as pool:
        desk = TokenDesk(local_bank(tmp_path, port), clock=lambda: 0.0)
        asked = [pool.submit(desk.token, user="alice", region="us-east-1") for _ in range(8)]
        tokens = {each.result() for each in asked}
    assert len(tokens) == 1
    assert fake.sign_ins == [("alice", "client-us-east-1")]
