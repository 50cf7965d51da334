"""The example app by its own tests, and what its types are for: a schema that grows is noticed when it is built.

That its code fits the schema as it is, `make check` says.
"""

import json
import shutil
from pathlib import Path

import pytest

from ops import documents
from tests.unit.examples_web.app import ROOT, WEB, install, run, tried

SLEEPING = '''
"""The account sleeps."""
type AccountAsleep implements Refusal {
  code: RefusalCode!
  message: String!
  retryable: Boolean!
}
'''


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    install()


def test_its_own_tests_pass() -> None:
    run("npm", "test", "--silent")


def test_a_refusal_that_the_schema_adds_stops_the_build_until_it_has_its_sentence(tmp_path: Path) -> None:
    app = tmp_path / "examples" / "web"
    shutil.copytree(WEB, app, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (app / "node_modules").symlink_to(WEB / "node_modules")
    schema = (ROOT / "graph" / "schema.graphql").read_text(encoding="utf-8")
    grown = schema.replace("union TransferResult = ", "union TransferResult = AccountAsleep | ") + SLEEPING
    assert grown.count("AccountAsleep") == 2
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "schema.graphql").write_text(grown, encoding="utf-8")

    stale = tried("npm", "run", "--silent", "check", folder=app)
    assert stale.returncode != 0
    assert "out of date" in stale.stderr
    run("npm", "run", "--silent", "generate", folder=app)
    refused = tried("npm", "run", "--silent", "check", folder=app)
    assert refused.returncode != 0
    assert "src/bank/refusals.ts" in refused.stdout
    assert "AccountAsleep" in refused.stdout


def test_its_documents_can_be_published_and_are_compiled(tmp_path: Path) -> None:
    manifest = WEB / "src" / "gql" / "persisted-documents.json"
    published = documents.publish([manifest], "web", file=tmp_path / "published.json")
    assert {one.id for one in published} == set(json.loads(manifest.read_text(encoding="utf-8")))
    assert [one.operation for one in published if not one.compiled] == []


def test_its_lock_names_every_package_by_hash_and_no_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    named = {name: package for name, package in packages.items() if name}
    assert named
    assert [name for name, package in named.items() if "resolved" in package] == []
    assert [name for name, package in named.items() if not package.get("integrity")] == []
