"""A run passes when more than nine in ten were noticed and nothing was left out; the page keeps what people wrote."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ops.mutation import reasons, report
from ops.mutation.kept import Kept
from ops.mutation.reasons import Case, Reason
from ops.mutation.report import HEADING, Run, page, table
from ops.mutation.results import Module, Mutant, Verdict
from ops.mutation.tree import narrowed

SURVIVOR = Mutant("domain.purse.x_add__mutmut_1", "domain/purse.py", "add", Verdict.SURVIVED, "a + b", "a - b")


def run(killed: int = 0, *, survived: int = 0, unknown: int = 0, timeout: int = 0) -> Run:
    counts = dict.fromkeys(Verdict, 0) | {
        Verdict.KILLED: killed,
        Verdict.SURVIVED: survived,
        Verdict.UNKNOWN: unknown,
        Verdict.TIMEOUT: timeout,
    }
    return Run(
        "abc1234", "make mutate", timedelta(minutes=61), [Module("domain/purse.py", counts, (SURVIVOR,) * survived)]
    )


@pytest.mark.parametrize(
    ("done", "passes"),
    [
        (run(91, survived=9), True),
        (run(90, survived=9, timeout=1), True),
        (run(90, survived=10), False),
        (run(100, unknown=1), False),
        (run(), False),
    ],
)
def test_more_than_nine_in_ten_of_all_that_was_planted(done: Run, passes: bool) -> None:
    assert done.ok is passes


def test_the_table_counts_each_module_and_all_together() -> None:
    head, module, together = table(run(3, survived=1).modules).splitlines()
    assert head.split()[:3] == ["module", "mutants", "killed"]
    assert module.split() == ["domain/purse.py", "4", "3", "0", "1", "0", "75.0", "%"]
    assert together.split()[1:] == module.split()[1:]


def test_the_last_line_says_it_all() -> None:
    assert report.summary(run(3, survived=1), 1) == "3 of 4 mutants noticed (75.0 %), 1 survivors without a reason"
    assert report.summary(run(unknown=2), 0).endswith("; 2 were not run")


def test_the_page_says_what_was_not_run_again() -> None:
    whole = run(10, survived=1)
    part = Run(whole.commit, whole.command, whole.took, whole.modules, Kept("def5678", 8))

    assert "minutes.\n" in page(whole, {}, [])
    assert "61 minutes. Since the last run of everything (commit def5678) 3 mutants were run again" in page(
        part, {}, []
    )
    assert "of the other 8 stand since then" in page(part, {}, [])


def reason(why: str, put: str) -> Reason:
    return Reason(why, (Case(re.compile("domain/purse.py"), re.compile(".*"), re.compile(put)),))


def test_a_survivor_falls_under_the_first_reason_that_covers_it_whole() -> None:
    known = (reason("too short", "a -"), reason("no difference", "a - ."), reason("late", ".*"))
    assert reasons.explained([SURVIVOR], known) == ({"no difference": [SURVIVOR]}, [])
    assert reasons.explained([SURVIVOR], known[:1]) == ({}, [SURVIVOR])


def test_a_reason_may_ask_for_the_line_that_is_gone_as_well() -> None:
    one, other = (
        Reason("", (replace(reason("", "a - b").cases[0], gone=re.compile(gone)),)) for gone in ("a [+] b", "b")
    )
    assert reasons.explained([SURVIVOR], (one,)) == ({"": [SURVIVOR]}, [])
    assert reasons.explained([SURVIVOR], (other,)) == ({}, [SURVIVOR])


def test_a_reason_that_explains_nothing_is_told() -> None:
    (told,) = reasons.idle([SURVIVOR], (reason("no difference", "a - b"), reason("stale", "a [*] b")))
    assert told.startswith("stale")


def test_the_reasons_that_are_kept_can_be_read() -> None:
    known = reasons.load()
    assert all(one.why and one.cases for one in known)
    assert len({one.why for one in known}) == len(known)


def test_the_page_lists_survivors_with_their_reason_and_those_without(tmp_path: Path) -> None:
    text = page(run(9, survived=2), {"No difference": [SURVIVOR]}, [SURVIVOR])
    line = "- purse.py add: `a - b` for `a + b`"
    assert text.count(line) == 2
    assert text.index("**No difference** (1)") < text.index("### Survivors that are not explained (1)")
    assert "Commit abc1234; `make mutate`; 61 minutes." in text


@pytest.mark.parametrize(
    ("gone", "put", "shown"),
    [
        ("a + b", "a - b", ("a + b", "a - b")),
        (
            "x" * 50 + "1" + "y" * 50,
            "x" * 50 + "2" + "y" * 50,
            (f"…{'x' * 40}1{'y' * 40}…", f"…{'x' * 40}2{'y' * 40}…"),
        ),
        ("aa", "a", ("aa", "a")),
        ("", "return 1", ("", "return 1")),
    ],
)
def test_a_difference_is_shown_with_what_stands_around_it(gone: str, put: str, shown: tuple[str, str]) -> None:
    assert report.near(gone, put) == shown


def test_what_people_wrote_above_the_result_stays(tmp_path: Path) -> None:
    path = tmp_path / "mutation.md"
    path.write_text(f"# Mutation\n\nProse.\n\n{HEADING}\nold\n")

    report.write(path, f"{HEADING}\nnew\n")

    assert path.read_text() == f"# Mutation\n\nProse.\n\n{HEADING}\nnew\n"


def test_a_page_without_the_heading_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mutation.md"
    path.write_text("# Another page\n")
    with pytest.raises(ValueError, match="has no heading"):
        report.write(path, HEADING)


def test_one_module_narrows_the_configuration_and_changes_nothing_else() -> None:
    configuration = Path("ops/mutation/mutmut.cfg").read_text()
    only = narrowed(configuration, ["domain/money.py"])

    assert set(configuration.splitlines()) - set(only.splitlines()) == {"    domain/ledger/*"}
    assert only.splitlines().count("    domain/money.py") == 1
    assert narrowed(configuration, []) == configuration
