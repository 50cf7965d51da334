"""What a decision of fraud costs, and the reading of its features, as a report: `python -m tests.bench fraud`.

A card payment is judged by the first rules of cards, a model of 100 trees of 31 leaves, lists of 5,000 entries and
thresholds. The walk of the trees alone is what it is compared with: the rest is to be little beside it. What the
scoring function has to import for it stands beside the modules of Python that it needs. Requests and read units are
counted, and do not depend on the machine; times are the processor's, and only their ratios are held.
"""

import json
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from domain.fraud import builtin, lists, rules, thresholds, trees
from domain.fraud.expressions import NODES_MAX
from domain.fraud.kinds import FEATURES, Family, Features, FeatureType, Scope, Value
from domain.fraud.scoring import Book, Inputs, Model, score, score_unscored, weighed
from tests.bench.feature_counts import rows as counted
from tests.bench.feature_counts import stand_in_this_process
from tests.bench.imports import cpu_ms, said
from tests.bench.report import Ratio, Report, Ways, columns, least_cpu

TREES: Final = 100
LEAVES: Final = 31
MODEL_FEATURES: Final = 30
ROWS: Final = 256
SAMPLES: Final = 20_000
ROUNDS: Final = 10
IMPORT_ROUNDS: Final = 8
STEP_GOAL: Final = 2.5
IMPORT_GOAL: Final = 2.5
REQUESTS_GOAL: Final = 1.0
"""Of one reading of all features: one batch."""
UNITS_GOAL: Final = 4.5
"""Four profiles, the pointer and the snoozes, of which none outgrows its unit."""
READS: Final = "features of "
GOAL_MS: Final = 2.0
"""Of the 99th percentile, without the read of the features. Said, not held: it depends on the machine."""

PYTHON: Final = "import dataclasses, datetime, enum, functools, hashlib, json, math, operator, re, struct, typing"
OURS: Final = "import domain.fraud.builtin, domain.fraud.scoring, domain.fraud.trees"
LOADED: Final = f"""
import json, os, sys
{PYTHON}
before = set(sys.modules)
{OURS}
new = [module for name, module in sys.modules.items() if name not in before and getattr(module, "__file__", None)]
json.dump([len(new), sum(os.path.getsize(module.__file__) for module in new),
    sum(os.path.getsize(module.__cached__) for module in new if os.path.exists(module.__cached__ or ""))], sys.stdout)
"""
"""Modules beyond those of Python, the bytes of their text and of their bytecode."""
NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)


def report() -> Report:
    draws = random.Random(6)
    names = [name for name, one in FEATURES.items() if one.type in (FeatureType.INTEGER, FeatureType.NUMBER)]
    model = model_of(names[:MODEL_FEATURES], draws)
    book = replace(
        builtin.book(Scope.CARD),
        model=model,
        lists=lists.parsed(_lists()),
        rules=rules.parsed(builtin.rules_document(Scope.CARD)),
    )
    inputs = Inputs(parties={family: f"{family.value}_x" for family in Family}, at=NOON)
    rows = [features_of(draws) for _ in range(ROWS)]
    found = least_cpu(_ways(book, model, inputs, rows), rounds=ROUNDS, calls=1)
    micros = {name: taken / ROWS for name, taken in found.items()}
    each = _each(book, inputs, rows)
    imports = _imports()
    reads = _reads()
    return Report(
        title="A decision of fraud, and the reading of its features",
        figures={
            "microseconds": micros,
            **each,
            "import_ms": imports,
            **_size(),
            "reads": {name: {"requests": calls, "read_units": units} for name, (calls, units) in reads.items()},
        },
        text=_text(micros, each, imports, reads),
        ratios=(
            Ratio(
                name="a decision, times the walk of its trees alone",
                value=micros["decision"] / micros["model"],
                goal=STEP_GOAL,
            ),
            Ratio(
                name="import of scoring, times the modules of Python that it needs",
                value=imports["scoring"] / imports["python"],
                goal=IMPORT_GOAL,
            ),
            Ratio(
                name="requests of one reading of features, the most",
                value=max(calls for calls, _ in reads.values()),
                goal=REQUESTS_GOAL,
            ),
            Ratio(
                name="read units of one reading of features, the most",
                value=max(units for _, units in reads.values()),
                goal=UNITS_GOAL,
            ),
        ),
    )


def _ways(book: Book, model: Model, inputs: Inputs, rows: list[Features]) -> Ways:
    day = NOON.date()
    largest = rules.parsed(_largest_rules())

    def every(function: Any) -> Any:
        return lambda: [function(row) for row in rows]

    return {
        "decision": every(lambda row: score(row, book, inputs)),
        "without a model": every(lambda row: weighed(row, book, inputs, scored=None, fallback=False)),
        "fallback": every(lambda row: score_unscored(row, book, inputs)),
        "rules": every(partial(rules.answers, book.rules)),
        "rules, as many as there may be": every(partial(rules.answers, largest)),
        "lists": every(lambda _: lists.hits(book.lists, inputs.parties, day)),
        "model": every(model.predicted),
        "thresholds": every(lambda _: thresholds.of_score(book.thresholds, 0.6)),
    }


def _each(book: Book, inputs: Inputs, rows: list[Features]) -> dict[str, float]:
    """Of many decisions, each for itself: CPU, because whatever else runs is not part of the step."""
    taken = []
    for number in range(SAMPLES):
        row = rows[number % ROWS]
        began = time.process_time_ns()
        score(row, book, inputs)
        taken.append(time.process_time_ns() - began)
    taken.sort()
    return {
        "p50_us": taken[SAMPLES // 2] / 1000,
        "p99_us": taken[SAMPLES * 99 // 100] / 1000,
        "decisions_a_second_and_core": 1e9 * SAMPLES / sum(taken),
    }


def _imports() -> dict[str, float]:
    least = {"python": float("inf"), "scoring": float("inf")}
    for _ in range(IMPORT_ROUNDS):
        for name, code in (("python", PYTHON), ("scoring", f"{PYTHON}\n{OURS}")):
            least[name] = min(least[name], cpu_ms(code))
    return least


def _size() -> dict[str, int]:
    count, text, bytecode = json.loads(said(LOADED))
    return {"modules": count, "text_bytes": text, "bytecode_bytes": bytecode}


def _reads() -> dict[str, tuple[int, float]]:
    """Of whom features are read -> requests and read units, of the real reader over an emulator in this process."""
    with stand_in_this_process() as stand:
        found = counted(stand)
    return {
        row.operation.removeprefix(READS): (row.used.calls, row.used.read_units)
        for row in found
        if row.operation.startswith(READS)
    }


def _text(
    micros: Mapping[str, float],
    each: Mapping[str, float],
    imports: Mapping[str, float],
    reads: Mapping[str, tuple[int, float]],
) -> str:
    size = _size()
    read = [
        ("reading of features", "requests", "read units"),
        *((name, str(calls), f"{units:g}") for name, (calls, units) in reads.items()),
    ]
    rows = [("CPU, microseconds", "a decision"), *((name, f"{taken:.1f}") for name, taken in micros.items())]
    part = each["p99_us"] / 1000 / GOAL_MS
    more = imports["scoring"] - imports["python"]
    return f"""{columns(rows)}

{columns(read)}

Each for itself: half within {each["p50_us"]:.0f} us, 99 of 100 within {each["p99_us"]:.0f} us.
That is {part:.2f} of the {GOAL_MS:g} ms that the step may take.
{each["decisions_a_second_and_core"]:,.0f} decisions a second and core.

Import: {more:.1f} ms more than the {imports["python"]:.1f} ms of the modules of Python.
{size["modules"]} modules: {size["text_bytes"] / 1024:.0f} KB, {size["bytecode_bytes"] / 1024:.0f} KB as bytecode."""


# --- what is judged, and by what --------------------------------------------------------------------------------------


def features_of(draws: random.Random) -> Features:
    """A payment of which a tenth is not known."""
    return {name: None if draws.random() < 0.1 else _value(one.type, draws) for name, one in FEATURES.items()}


def _value(kind: FeatureType, draws: random.Random) -> Value:
    match kind:
        case FeatureType.INTEGER:
            return draws.randrange(100)
        case FeatureType.NUMBER:
            return draws.random() * 100
        case FeatureType.FLAG:
            return draws.random() < 0.5
        case FeatureType.TEXT:
            return "CARD_AUTHORISATION"


def model_of(names: list[str], draws: random.Random) -> Model:
    document = {
        "format": trees.FORMAT,
        "features": names,
        "link": "LOGISTIC",
        "base": 0.0,
        "trees": [_tree(len(names), draws) for _ in range(TREES)],
        "lineage": {},
    }
    return trees.parsed(document)


def _tree(features: int, draws: random.Random) -> dict[str, object]:
    """As deep as a grown one: the split that a payment goes through next is drawn among the leaves there are."""
    left, right = [-1], [-2]
    while len(left) < LEAVES - 1:
        place, side = draws.choice([(at, side) for side in (left, right) for at, child in enumerate(side) if child < 0])
        side[place] = len(left)
        left.append(-1)
        right.append(-1)
    leaves = 0
    for at in range(len(left)):
        for side in (left, right):
            if side[at] < 0:
                leaves += 1
                side[at] = -leaves
    splits = range(LEAVES - 1)
    return {
        "feature": [draws.randrange(features) for _ in splits],
        "threshold": [draws.random() * 100 for _ in splits],
        "left": left,
        "right": right,
        "missing": [draws.choice((left[at], right[at])) for at in splits],
        "value": [0.0 for _ in splits],
        "leaf": [draws.uniform(-0.1, 0.1) for _ in range(LEAVES)],
    }


def _lists() -> dict[str, object]:
    entry = {"family": "terminal", "reason": "Reported", "by": "stf_1", "until": None}
    count = lists.ENTRIES_MAX // 2
    entries = [
        {**entry, "list": name, "entity": f"ter_{number}"} for name in ("ALLOW", "DENY") for number in range(count)
    ]
    return {"format": lists.FORMAT, "allow_ceiling": "REVIEW", "entries": entries}


def _largest_rules() -> dict[str, object]:
    """All nodes that a set may have, none of which settles a condition before the last."""
    part = {"gte": [{"feature": "amount_minor"}, -1]}
    condition = {"and": [*[{"and": [part] * 20}] * 3, *[part] * 5, True]}
    (one, *_) = builtin.RULES[Scope.CARD]
    count = rules.NODES_MAX // NODES_MAX
    many = [{**one, "id": f"r{number}", "code": f"R{number}", "condition": condition} for number in range(count)]
    return {"format": rules.FORMAT, "rules": many}
