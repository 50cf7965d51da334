"""The pages say what the code is: their tables are laid beside it, and what they point to is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.refusals import ROWS
from ops.verify import roots
from ops.verify.invariants import INVARIANTS
from tests.unit.infra.templates import ROOT, every, functions, template

PAGES = sorted(path for folder in (ROOT, ROOT / "docs", ROOT / "docs/decisions") for path in folder.glob("*.md"))
PATHS = re.compile(r"(?:domain|functions|graph|infra|ops|tests|docs|requirements)/[\w./*-]+")
NUMBERS = (
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "twenty-one",
    "twenty-two",
    "twenty-three",
    "twenty-four",
    "twenty-five",
    "twenty-six",
)

Row = tuple[str, ...]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """What stands under a heading of a page, up to the next of its rank."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page(name), re.DOTALL | re.MULTILINE)
    assert found, f"{name} has no section {heading!r}"
    return found[1]


def table(name: str, heading: str) -> list[Row]:
    """The rows of the first table of a section, its head left out."""
    rows = re.search(r"(?:^\|.*\n)+", section(name, heading), re.MULTILINE)
    assert rows, f"{name} has no table under {heading!r}"
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in rows[0].splitlines()[2:]]


def named(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def prose(text: str) -> str:
    """A page without its programs and their output."""
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)


class TestTheApi:
    def test_its_table_of_refusals_is_the_codes_own(self) -> None:
        words = {True: "yes", False: "no"}
        said = [(named(code)[0], stored, retryable) for code, stored, retryable, _ in table("docs/api.md", "Refusals")]
        assert said == [(row.refusal.code, words[row.refusal.stored], words[row.refusal.retryable]) for row in ROWS]


class TestOperations:
    def test_every_function_is_named_with_its_timeout(self) -> None:
        usual = template("template.yaml")["Globals"]["Function"]["Timeout"]
        packages = {found["Handler"].split(".")[1]: found.get("Timeout", usual) for found in functions().values()}
        said = {named(name)[0]: timeout for name, _, _, timeout in table("docs/operations.md", "Functions")}
        assert said == {name: f"{seconds} s" for name, seconds in packages.items()}
        assert f"All {NUMBERS[len(packages)]} run" in section("docs/operations.md", "Functions")

    def test_every_parameter_is_named_with_its_local_value(self) -> None:
        parameters = template("template.yaml")["Parameters"]
        rows = {named(row[0])[0]: row for row in table("docs/operations.md", "Deploying")}
        assert set(rows) == set(parameters)
        for name, (_, on_aws, local, _) in rows.items():
            if local != "set":  # by whoever starts the bank
                assert local.strip("`") == str(parameters[name]["Default"])
            for assertion in template("template.yaml")["Rules"]["BoundsOnAws"]["Assertions"]:
                values = assertion["Assert"].get("Fn::Contains")
                if values and values[1] == {"Ref": name}:
                    assert on_aws.split(", ") == values[0]

    def test_every_alarm_is_named_once(self) -> None:
        alarms = [found.name for found in every("AWS::CloudWatch::Alarm")]
        said = [name for row in table("docs/operations.md", "Alarms, and what to do") for name in named(row[0])]
        assert sorted(said) == sorted(alarms)

    def test_every_table_and_key_is_named(self) -> None:
        heading = "Tables, bucket, keys"
        tables = {
            found.properties["TableName"]["Sub"].removesuffix("-${AWS::Region}")
            for found in every("AWS::DynamoDB::Table")
        }
        assert {named(row[0])[0] for row in table("docs/operations.md", heading)} == tables
        keys = {found.properties["AliasName"] for found in every("AWS::KMS::Alias")}
        text = section("docs/operations.md", heading)
        said = {f"alias/florin-{name}" for name in re.findall(r"`(?:alias/florin)?-([a-z]+)`", text)}
        assert said == keys
        assert f"**{NUMBERS[len(keys)].capitalize()} KMS keys**" in text

    def test_every_queue_is_named(self) -> None:
        queues = {
            found.properties["QueueName"]["Sub"].removesuffix("-${AWS::Region}") for found in every("AWS::SQS::Queue")
        }
        said = {named(row[0])[0] for row in table("docs/operations.md", "Queues")}
        assert said | {f"{name}-dead" for name in said} == queues

    def test_every_check_of_verify_is_named_in_its_order(self) -> None:
        names = [invariant.name for invariant in INVARIANTS]
        assert [row[0] for row in table("docs/operations.md", "florin verify")] == [*names, roots.NAME]


class TestTheReadme:
    def test_it_shows_every_check_of_verify_in_its_words(self) -> None:
        shown = re.findall(r"^ok   (.+?) +\d+  (.+)$", page("README.md"), re.MULTILINE)
        checks = [(invariant.name, invariant.says) for invariant in INVARIANTS]
        assert shown == [*checks, (roots.NAME, roots.SAYS)]

    def test_its_picture_has_every_function_that_runs_by_itself(self) -> None:
        picture = re.search(r"```mermaid\n(.*?)```", page("README.md"), re.DOTALL)
        assert picture
        packages = {found["Handler"].split(".")[1] for found in functions().values()} - {"token_claims"}
        assert {name for name in packages if name not in picture[1]} == set()


class TestWhatPagesPointTo:
    @pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_is_there(self, path: Path) -> None:
        assert list(broken(path)) == []

    def test_every_decision_is_in_the_list(self) -> None:
        files = {found.name for found in (ROOT / "docs/decisions").glob("0*.md")}
        assert set(re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", page("docs/decisions/README.md"))) == files


def broken(path: Path) -> Iterator[str]:
    """Links and anchors of a page that lead nowhere, and files it names that do not exist."""
    text = prose(path.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        if not target.exists():
            yield f"{link}: no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: no such heading"
    for words in named(text):
        if PATHS.fullmatch(words) and not list(ROOT.glob(words)):
            yield f"{words}: no such file"


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings: lower case, blanks as hyphens, without punctuation."""
    headings = re.findall(r"^#+ (.+)$", prose(path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
