"""What is known about one local bank: where it lives, its ports, its addresses and its identifiers.

A local bank is a folder. Whoever starts it writes `bank.json` there; everyone else (the command line, the GraphiQL
page, the seed, the tests) reads it. Several banks may run side by side, each with its own folder and ports, so
nothing here is a constant of the machine.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BANK_FILE = "bank.json"
ACCESS_KEY = "test"  # Must not look like a number: the engine reads twelve digits as another account.
SECRET_KEY = "test"  # noqa: S105 - opens only the engine on this machine
LOCAL_STAGE = "local"


class BankMissing(Exception):
    """No bank was ever started in this folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRegion:
    """One region of the bank as it is deployed on the engine."""

    region: str
    jurisdiction: str
    graphql: str  # full address of POST /graphql
    webhooks: str  # address under which /{partner} is appended
    health: str  # full address of GET /health
    pool_id: str
    client_id: str
    outputs: dict[str, str]  # outputs of the stack
    environment: dict[str, str]  # the FLORIN_* variables of the graphql function, as deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBank:
    """One bank on this machine, all regions of it."""

    folder: Path
    version: str
    engine_port: int
    graphiql_port: int
    regions: dict[str, LocalRegion]

    @property
    def engine(self) -> str:
        """The address that boto3 clients take as `endpoint_url`."""
        return f"http://127.0.0.1:{self.engine_port}"

    @property
    def graphiql(self) -> str:
        return f"http://127.0.0.1:{self.graphiql_port}/"

    @property
    def users_file(self) -> Path:
        """The people who may log in: a list of name, person, groups, region, password, kind, display."""
        return self.folder / "users.json"

    @property
    def home(self) -> LocalRegion:
        """The first region, which examples use."""
        return next(iter(self.regions.values()))

    def save(self) -> None:
        """Write `bank.json` beside itself and rename, so that a reader never sees half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / BANK_FILE
        aside = target.with_suffix(".tmp")
        aside.write_text(json.dumps(self._document(), indent=2) + "\n", encoding="utf-8")
        os.replace(aside, target)

    def _document(self) -> dict[str, Any]:
        document = asdict(self)
        document["folder"] = str(self.folder)
        return document

    @classmethod
    def load(cls, folder: Path) -> LocalBank:
        """The bank of this folder; `BankMissing` when none was started there."""
        path = folder / BANK_FILE
        if not path.exists():
            raise BankMissing(f"no bank in {folder}: start one with `make up`")
        document = json.loads(path.read_text(encoding="utf-8"))
        regions = {name: LocalRegion(**region) for name, region in document["regions"].items()}
        return cls(
            folder=folder,
            version=document["version"],
            engine_port=document["engine_port"],
            graphiql_port=document["graphiql_port"],
            regions=regions,
        )
