"""What a decision may cost, counted: calls of functions, and modules that a cold start loads for it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from domain.fraud import builtin
from domain.fraud.expressions import NODES_MAX as NODES_OF_ONE
from domain.fraud.kinds import Family, Scope
from domain.fraud.rules import NODES_MAX
from domain.fraud.scoring import Inputs, score, score_unscored
from tests.unit.fraud.values import INPUTS, NOON, book, entry, limits, listed, rule

ROOT: Final = Path(__file__).parents[3]
EVERYBODY: Final = Inputs(parties={family: f"{family.value}_1" for family in Family}, at=NOON)


def calls_of(function: Callable[[], object]) -> int:
    """Of functions written in Python: the same on every machine."""
    count = 0

    def seen(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


class TestCalls:
    def test_the_first_documents_take_few(self) -> None:
        for scope in Scope:
            nodes = sum(one.condition.nodes for one in builtin.book(scope).rules.rules)
            for judge in (score, score_unscored):
                found = calls_of(lambda judge=judge, scope=scope: judge({}, builtin.book(scope), EVERYBODY))  # type: ignore[misc]  # the variables of this turn
                assert found <= nodes + 12 * len(builtin.book(scope).rules.rules) + 40

    def test_the_largest_rules_take_one_a_node(self) -> None:
        """So that they stay below a millisecond, which is about 10,000 of them."""
        part = {"gte": [{"feature": "amount_minor"}, -1]}
        largest = {"and": [*[{"and": [part] * 20}] * 3, *[part] * 5, True]}
        count = NODES_MAX // NODES_OF_ONE
        full = book(*(rule(f"R{number}", condition=largest) for number in range(count)))
        assert sum(one.condition.nodes for one in full.rules.rules) == NODES_MAX
        assert calls_of(lambda: score({"amount_minor": 5}, full, INPUTS)) <= NODES_MAX + 12 * count + 40

    def test_lists_take_as_many_however_long_they_are(self) -> None:
        def denied(count: int) -> int:
            entries = listed(*(entry(entity=f"cus_{number}") for number in range(1, count + 1)))
            found = book(lists=entries, thresholds=limits())
            return calls_of(lambda: score({}, found, INPUTS))

        assert denied(1) == denied(500)


def test_a_cold_start_loads_no_library_for_it() -> None:
    code = "import sys; import domain.fraud.builtin as b; [b.book(s) for s in b.Scope]; print('\\n'.join(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in ended.stdout.split()}
    assert loaded.isdisjoint({"pydantic", "boto3", "botocore", "numpy", "fractions", "decimal"})
    assert {name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("_")} == {"domain"}
