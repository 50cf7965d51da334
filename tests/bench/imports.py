"""What a new worker's imports cost, beside the least that they could: `python -m tests.bench imports`.

The function of the API is split in two: the libraries that it loads, beside a bare `import strawberry`, and our own
types and schema. A function without GraphQL stands beside a bare client of botocore for DynamoDB: both end with a
client in hand. Everything is a new interpreter with bytecode at hand; they take turns, and the least of each counts.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.bench.report import Ratio, Report, columns
from tests.unit.functions.test_configuration import GOOD

ROOT: Final = Path(__file__).parents[2]
ROUNDS: Final = 8
SECONDS_MAX: Final = 60
LIBRARIES_GOAL: Final = 1.5
WEBHOOK_GOAL: Final = 1.2
TYPE_MS_GOAL: Final = 1.5
API: Final = "functions.graphql.handler"

STRAWBERRY: Final = "import strawberry"
LIBRARIES: Final = "libraries of the API's function"
API_WHOLE: Final = "the API's function"
API_READY: Final = "the API's function with its clients"
CLIENT: Final = "botocore's client of DynamoDB"
WEBHOOK: Final = "a function with a table, as a webhook"

OURS: Final = ("domain", "functions", "graph")
MADE: Final = f"""
import json, sys
before = set(sys.modules)
import {API}
from graph.schema import schema
ours = {OURS!r}
library = [name for name, module in sys.modules.items()
    if name not in before and name.partition(".")[0] not in (*sys.stdlib_module_names, *ours) and module.__spec__
    and name.replace(".", "").isidentifier()]
types = [name for name in schema._schema.type_map if not name.startswith("__")]
json.dump([library, len(types)], sys.stdout)
"""
"""Says which modules of libraries the function loads, in the order they are begun, and how many types there are."""
TIMED: Final = """
import time
began = time.process_time()
{0}
print((time.process_time() - began) * 1000)
"""
IN_HAND: Final = {
    CLIENT: "import botocore.session\nbotocore.session.Session().create_client('dynamodb', region_name='us-west-2')",
    WEBHOOK: "from functions.composition import bank\nimport functions.webhooks.handler\n"
    "bank()._connection.client, bank().ledger_store.connection.client, bank().accounts",
    API_READY: f"import {API} as entry\nentry.bank().warm()",
}


def said(code: str) -> str:
    """What a new interpreter says, in the root of the project and with the settings of a function."""
    environment = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", **GOOD}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=True,
    )
    return done.stdout


def cpu_ms(code: str) -> float:
    return float(said(TIMED.format(code)).split()[-1])


def handlers() -> list[str]:
    return sorted(f"functions.{path.parent.name}.handler" for path in (ROOT / "functions").glob("*/handler.py"))


def report() -> Report:
    library, types = json.loads(said(MADE))
    ways = {
        STRAWBERRY: "import strawberry",
        LIBRARIES: f"from importlib import import_module\nfor name in {library}: import_module(name)",
        API_WHOLE: f"import {API}",
        **IN_HAND,
        **{module: f"import {module}" for module in handlers() if module != API},
    }
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, code in ways.items():
            least[name] = min(least[name], cpu_ms(code))
    ours_ms = least[API_WHOLE] - least[LIBRARIES]
    rows: list[tuple[str, ...]] = [("import", "CPU, ms", "times strawberry", "times botocore's client")]
    rows += [
        (name, f"{taken:.0f}", f"{taken / least[STRAWBERRY]:.2f}", f"{taken / least[CLIENT]:.2f}")
        for name, taken in least.items()
    ]
    split = f"Our types and schema: {ours_ms:.0f} ms for {types} types, {ours_ms / types:.2f} ms a type"
    return Report(
        title="Importing a function in a new worker",
        figures={"import_ms": least, "types": types, "own_ms": ours_ms, "own_ms_a_type": ours_ms / types},
        text=f"{columns(rows)}\n\n{split} (goal: less than {TYPE_MS_GOAL})",
        ratios=(
            Ratio(
                name=f"{LIBRARIES}, times strawberry", value=least[LIBRARIES] / least[STRAWBERRY], goal=LIBRARIES_GOAL
            ),
            Ratio(name=f"{WEBHOOK}, times botocore's client", value=least[WEBHOOK] / least[CLIENT], goal=WEBHOOK_GOAL),
        ),
    )


if __name__ == "__main__":
    sys.stdout.write(str(report()))
