"""Documents that were published into the build: what an application may ask where no other document is taken.

`published.json` beside this module is written by `florin documents publish` and read as it stands; that every document
in it is good is checked where it is written, and by `florin documents check` whenever the schema changes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from graph.requests import id_of

PUBLISHED: Final = Path(__file__).with_name("published.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDocument:
    operation: str
    """Its name."""
    application: str
    """Whose it is."""
    cost: int
    """The most that it asks for, with pages of the largest size (`graph.costs`)."""
    compiled: bool
    """False for one that the library answers; `florin documents list` says why."""
    text: str

    @property
    def id(self) -> str:
        return id_of(self.text)


def texts(path: Path = PUBLISHED) -> Mapping[str, str]:
    """Id -> text."""
    return {one.id: one.text for one in kept(path)}


def kept(path: Path = PUBLISHED) -> tuple[PublishedDocument, ...]:
    if not path.exists():
        return ()
    return tuple(PublishedDocument(**one) for one in json.loads(path.read_text(encoding="utf-8")))


def keep(documents: Iterable[PublishedDocument], path: Path = PUBLISHED) -> None:
    """In one order, so that a change of one is a change of its lines alone."""
    rows = sorted(documents, key=lambda one: (one.application, one.operation, one.id))
    path.write_text(json.dumps([asdict(one) for one in rows], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
