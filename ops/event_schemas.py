"""The JSON schemas of the bank's events, generated from the models that publish them, under infra/events/schemas."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from domain.access import events as of_access
from domain.fraud import events as of_fraud
from domain.ledger import events as of_ledger
from domain.payments import events as of_payments

FOLDER: Final = Path(__file__).parent.parent / "infra" / "events" / "schemas"
ROOMS: Final = (of_access, of_fraud, of_ledger, of_payments)
"""The `events` rooms of the parts that publish, and of access, which says what it hears."""


def schemas() -> Mapping[str, str]:
    """File name -> text of every event's schema as it is published (JSON Schema 2020-12)."""
    return {_name(room.SOURCE, event): _text(event) for room in ROOMS for event in room.EVENTS}


def stale() -> list[str]:
    """Files that differ from what the models say, are missing, or belong to no event."""
    wanted = schemas()
    found = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (FOLDER / name).write_text(text)


def _name(source: str, event: type[BaseModel]) -> str:
    version: Any = event.model_fields["version"].default
    return f"{source}.{event.__name__}.v{version}.json"


def _text(event: type[BaseModel]) -> str:
    said = event.model_json_schema(mode="serialization")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def main() -> int:
    if "--check" not in sys.argv:
        write()
    for name in stale():
        print(f"{name} is not what the events of its part say; run python -m ops.event_schemas")
    return 1 if stale() else 0


if __name__ == "__main__":
    sys.exit(main())
