"""GraphQL over HTTP as the graphql-http suite audits it: all of its 61 audits, against the deployed open bank.

A stock server of the library passes 53. The suite is a package of npm (MIT) and is installed here when it is missing.
"""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from ops.commands.people import access_token, find_user
from ops.local.bank import LocalBank

SUITE: Final = Path(__file__).parent / "graphql_http"
AUDITS: Final = Counter({"MUST": 13, "SHOULD": 23, "MAY": 25})
SECONDS_MAX: Final = 120


@pytest.fixture(scope="module")
def results(bank: LocalBank) -> list[dict[str, Any]]:
    if not (SUITE / "node_modules").exists():
        _run(["npm", "ci", "--no-progress"], {})
    region = find_user(bank, "ada").region
    token = access_token(bank, user="ada", region=region)
    told = _run(["node", "audit.mjs"], {"FLORIN_ADDRESS": bank.regions[region].graphql, "FLORIN_TOKEN": token})
    found: list[dict[str, Any]] = json.loads(told)
    return found


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=SUITE,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_audit_passes(results: list[dict[str, Any]]) -> None:
    failed = [one for one in results if one["status"] != "ok"]
    assert not failed, json.dumps(failed, indent=2)


def test_all_of_them_were_run(results: list[dict[str, Any]]) -> None:
    assert Counter(one["name"].partition(" ")[0] for one in results) == AUDITS
