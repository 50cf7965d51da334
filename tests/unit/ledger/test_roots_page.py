"""The programs in docs/roots.md do what the page says, on roots that the bank made, with nothing of ours imported."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ledger.roots import DailyRoots
from domain.ledger.roots_document import write_document
from domain.ledger.roots_memory import MemoryRootStore, MemorySigner
from tests.unit.ledger.world import NOON, World

PAGE = Path(__file__).parents[3] / "docs/roots.md"
CHECK_ROOTS, ACCOUNT_PROOF = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
SIGNER = MemorySigner(417)


class Auditor:
    """A folder with the page's programs, three days of roots and the public key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(shards=2)
        for name in ("alice", "bob", "carol"):
            self.world.open(name, minor=100)
        for _ in range(3):
            self.world.transfer("alice", "bob", 1)
            self.world.clock.advance(timedelta(days=1))
        self.world.folder.fold()
        store = MemoryRootStore()
        DailyRoots(
            books=self.world.store, roots=store, signer=SIGNER, settings=self.world.settings, reads_at_once=1
        ).make()
        for day, kept in store.kept.items():
            path = self.root(day.day)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(write_document(*kept))
        (folder / "roots-key.der").write_bytes(SIGNER.public_key())
        (folder / "check_roots.py").write_text(CHECK_ROOTS, encoding="utf-8")
        (folder / "account_proof.py").write_text(ACCOUNT_PROOF, encoding="utf-8")

    def root(self, day: int) -> Path:
        return self.folder / f"roots/{NOON:%Y/%m}/{day:02d}.json"

    def change(self, day: int, change: Callable[[dict[str, object]], object]) -> None:
        said = json.loads(self.root(day).read_bytes())
        change(said)
        self.root(day).write_text(json.dumps(said), encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-I", *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def check_roots(self) -> tuple[int, str, str]:
        return self.run("check_roots.py", "roots", "roots-key.der")

    def prove(self, day: int, account: str) -> dict[str, object]:
        status, output, error = self.run("account_proof.py", "prove", str(self.root(day)), account)
        assert status == 0, error
        proof: dict[str, object] = json.loads(output)
        return proof

    def check(self, proof: dict[str, object]) -> tuple[int, str, str]:
        (self.folder / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
        return self.run("account_proof.py", "check", "proof.json", "roots-key.der")


@pytest.fixture(name="auditor")
def _auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path)


class TestCheckRoots:
    def test_good_roots_pass_one_by_one(self, auditor: Auditor) -> None:
        status, output, error = auditor.check_roots()
        assert status == 0, error
        assert [line.split()[0] for line in output.splitlines()] == ["2026-03-10", "2026-03-11", "2026-03-12"]

    @pytest.mark.parametrize(
        ("bend", "says"),
        [
            (lambda auditor: auditor.root(11).unlink(), "expected the root of 2026-03-11"),
            (lambda auditor: auditor.root(10).unlink(), "2026-03-11: does not continue the chain"),
            (lambda auditor: auditor.change(10, lambda said: said["heads"].pop()), "its tree is not that of"),
            (lambda auditor: auditor.change(11, lambda said: said["counts"].update(lines=9)), "its hash is not that"),
            (lambda auditor: auditor.change(12, other_signature), "InvalidSignature"),
        ],
        ids=["missing", "first missing", "altered entry", "altered count", "wrong signature"],
    )
    def test_a_bent_one_is_named(self, auditor: Auditor, bend: Callable[[Auditor], object], says: str) -> None:
        bend(auditor)
        status, _, error = auditor.check_roots()
        assert status != 0
        assert says in error


def other_signature(said: dict[str, dict[str, str]]) -> None:
    said["signature"]["value"] = "MEUCIQ" + said["signature"]["value"][6:-4] + "AAA="


class TestAccountProof:
    @pytest.mark.parametrize("name", ["alice", "bob", "carol"])
    def test_a_proof_shows_an_accounts_last_line(self, auditor: Auditor, name: str) -> None:
        account = auditor.world.id(name)
        status, output, error = auditor.check(auditor.prove(10, account))
        assert status == 0, error
        line = auditor.world.store.lines_of[account][2 if name != "carol" else 1]
        assert output.strip() == (
            f"on 2026-03-10 the last line of {account} was 1/{line.position.seq}, with the hash {line.state.hash.hex()}"
        )

    def test_a_proof_names_no_other_account(self, auditor: Auditor) -> None:
        text = json.dumps(auditor.prove(10, auditor.world.id("alice")))
        assert auditor.world.id("bob") not in text
        assert auditor.world.id("carol") not in text

    @pytest.mark.parametrize("change", ["leaf", "index", "sizes", "path", "day", "counts"])
    def test_a_bent_proof_shows_nothing(self, auditor: Auditor, change: str) -> None:
        proof = auditor.prove(10, auditor.world.id("alice"))
        other = auditor.prove(10, auditor.world.id("bob")) | {
            "day": "2026-03-11",
            "sizes": [1, 1],
            "counts": {"journals": 0, "refused": 0, "lines": 0},
        }
        status, _, error = auditor.check({**proof, change: other[change]})
        assert status != 0
        assert "InvalidSignature" in error
