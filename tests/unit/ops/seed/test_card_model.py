"""The first model of card payments, which is checked in."""

import json
from datetime import date
from pathlib import Path
from typing import Final

from domain.fraud.documents import canonical
from domain.fraud.trees import parsed

FILE: Final = Path(__file__).parents[4] / "ops/seed/fraud/card-model.json"
BODY: Final = FILE.read_bytes()
TREES: Final = parsed(json.loads(BODY))


def test_it_is_canonical_and_small() -> None:
    assert canonical(json.loads(BODY)) == BODY
    assert len(BODY) < 300_000


def test_it_says_where_it_comes_from() -> None:
    lineage = TREES.lineage
    first, last = (date.fromisoformat(lineage[name]) for name in ("data_from", "data_until"))
    assert (last - first).days == 59
    assert lineage["scope"] == "CARD"
    assert 700_000 < lineage["metrics"]["average_precision"] < 800_000
    assert "dirty" not in lineage["code_version"]


def test_a_large_amount_at_a_terminal_with_frauds_is_likelier_a_fraud_than_a_usual_one() -> None:
    usual = {
        "amount_minor": 50_00,
        "night": False,
        "weekend": False,
        **{f"customer_count_{window}": count for window, count in (("1d", 2), ("7d", 12), ("30d", 55))},
        **{f"customer_mean_minor_{window}": 48_00.0 for window in ("1d", "7d", "30d")},
        "amount_to_mean_30d": 1.04,
        "amount_deviations_30d": 0.1,
        **{f"terminal_count_{window}": count for window, count in (("1d", 1), ("7d", 7), ("30d", 30))},
        **{f"terminal_known_frauds_{days}d": 0 for days in (1, 7, 30)},
        **{f"terminal_fraud_share_{days}d": 0.0 for days in (1, 7, 30)},
    }
    since = {f"terminal_{name}": 9 for name in ("first_known_fraud_days", "last_known_fraud_days")}
    since["terminal_count_since_known_fraud"] = 0
    assert {*usual, *since} == set(TREES.features)
    at_bad_terminal = usual | {f"terminal_known_frauds_{days}d": count for days, count in ((1, 1), (7, 7), (30, 9))}
    at_bad_terminal |= since | {"terminal_first_known_fraud_days": 16, "terminal_last_known_fraud_days": 7}
    at_bad_terminal |= {"terminal_fraud_share_1d": 1.0, "terminal_fraud_share_7d": 1.0, "terminal_fraud_share_30d": 0.3}
    obvious = usual | {"amount_minor": 250_00, "amount_to_mean_30d": 5.2, "amount_deviations_30d": 8.0}
    assert TREES.predicted(usual) < 0.02
    assert TREES.predicted(at_bad_terminal) > 0.5
    assert TREES.predicted(obvious) > 0.9
    assert 0.0 <= TREES.predicted({}) <= 1.0


def test_the_amount_is_what_speaks_for_a_large_one() -> None:
    added = TREES.contributions({"amount_minor": 250_00})
    assert max(added, key=added.__getitem__) == "amount_minor"
