"""The proof runs every long target there is, and a failure anywhere is its failure."""

from pathlib import Path
from typing import Final

import pytest

from ops import proof

MAKEFILE: Final = """\
ci: ## What must pass
\t@echo "17 passed, 0 failed"

bench: ## Prints what things cost
\t@exit 9

## --- the same at length

storms: ## Many at once
\t@echo early
\t@echo "===== 36 passed in 45.33s ====="
\t@exit $(BROKEN)

histories: ## From one seed
\t@echo "3 histories | 0 broken"

## --- environments

install: ## Everything
\t@exit 9
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(proof, "commit", lambda: "abc1234")
    Path("Makefile").write_text(MAKEFILE)
    Path("docs/proof").mkdir(parents=True)


def test_runs_what_ci_runs_and_every_long_target() -> None:
    assert proof.targets(MAKEFILE) == [
        ("ci", "What must pass"),
        ("storms", "Many at once"),
        ("histories", "From one seed"),
    ]


def test_the_table_says_how_each_went(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN", "0")
    assert proof.main(["--write"]) == 0
    text = Path("docs/proof/last-run.md").read_text()
    assert "Of commit abc1234" in text
    assert "| `make ci` | passed | 0 s | 17 passed, 0 failed |" in text
    assert "| `make storms` | passed | 0 s | 36 passed in 45.33s |" in text
    assert "| `make histories` | passed | 0 s | 3 histories / 0 broken |" in text
    assert Path(".local/proof/storms.log").read_text().startswith("early\n")


def test_one_failure_fails_it_and_the_others_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BROKEN", "3")
    assert proof.main([]) == 1
    said = capsys.readouterr().out
    assert "| `make storms` | FAILED | 0 s | 36 passed in 45.33s |" in said
    assert "| `make histories` | passed |" in said
    assert not Path("docs/proof/last-run.md").exists()


def test_nothing_run_is_not_a_proof() -> None:
    assert proof.main(["--only", "misspelt"]) == 1
