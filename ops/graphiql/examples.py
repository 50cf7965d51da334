"""The example operations of the GraphiQL page: those of the documentation, one for each query and each mutation.

Each is a `.graphql` file: its first comment line is its title, its further leading comment lines say what it
shows. A `.json` file of the same name holds its variables. They are read at each request, so edits show.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One operation that can be opened in the page."""

    name: str
    title: str
    about: str
    query: str
    variables: str

    def document(self) -> dict[str, str]:
        """As the page reads it."""
        return asdict(self)


def load_examples(folder: Path = EXAMPLES) -> list[Example]:
    """All examples in the order of their file names, those that need no variables first: the page begins with one."""
    found = [_example(path) for path in sorted(folder.glob("*.graphql"))]
    return sorted(found, key=lambda example: example.variables != "")


def _example(path: Path) -> Example:
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("#").strip() for line in takewhile(_is_comment, lines)]
    if not comments:
        raise ValueError(f"{path.name} does not begin with a comment that is its title")
    variables = path.with_suffix(".json")
    return Example(
        name=path.stem,
        title=comments[0],
        about=" ".join(comments[1:]),
        query="\n".join(lines[len(comments) :]).strip() + "\n",
        variables=variables.read_text(encoding="utf-8") if variables.exists() else "",
    )


def _is_comment(line: str) -> bool:
    return line.startswith("#")
