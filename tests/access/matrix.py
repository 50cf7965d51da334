"""The matrix: every probe, in every shape, by every person, against what the table's cell means.

It answers with what is wrong, in words, so that a planted mistake can be seen to be found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from tests.access.asking import Said, said, told, values_at
from tests.access.oracle import PARTS, WHO_ASKS, Verdict, is_own_cursor, says_nothing_by_itself, teller, verdict
from tests.access.paths import SHAPES, Document, Probe, nested
from tests.access.scene import PEOPLE, Person, Scene

NOTHING: Final[tuple[list[object], ...]] = ([], ["NotFound"])
"""What is told of something hidden: the name of the type that says so, at most."""


def faults(scene: Scene, probes: Iterable[Probe]) -> list[str]:
    """Where what was answered is not what the table says, and what nobody was shown by any way.

    A value that says nothing by itself, such as an amount, is asked for in every shape by the first way to it, and by
    all the other ways in one; everything else in every shape by every way.
    """
    found: list[str] = []
    seen: dict[Person, bool] = {}
    for place, probe in enumerate(probes):
        truth = _truth(scene, probe)
        once = place > 0 and says_nothing_by_itself(probe.target.parent)
        for shape, written in SHAPES.items():
            document = written(scene, probe)
            if document is None or (once and shape != "nested"):
                continue
            for person in PEOPLE:
                answer = said(scene, person, document)
                wanted = _wanted(scene, probe, person, truth)
                found += [f"{probe} by {shape}, {person.name}: {fault}" for fault in _faults(wanted, document, answer)]
                if wanted.values not in (None, [None]):
                    values = values_at(answer.data, document.keys)
                    seen[person] = seen.get(person, False) or any(value is not None for value in values)
    return found + [f"{person.name} may see it and was shown nothing" for person, ever in seen.items() if not ever]


@dataclass(frozen=True)
class Wanted:
    verdict: Verdict
    values: list[Any] | None
    """The rows as they are to be; or, `among`, what each of them may be. None where it does not matter."""
    among: bool = False


def _wanted(scene: Scene, probe: Probe, person: Person, truth: list[Any]) -> Wanted:
    expected, own = verdict(probe, person), WHO_ASKS.get(probe.target.name)
    if expected is Verdict.HIDDEN or is_own_cursor(probe):
        return Wanted(expected, None)
    values = list(own(scene, person, probe)) if own else truth
    if expected is Verdict.MASKED:
        values = [value if value is None else PARTS[probe.target.name](value) for value in values]
    return Wanted(expected, values, among=own is not None)


def _truth(scene: Scene, probe: Probe) -> list[Any]:
    document = nested(scene, probe)
    return values_at(said(scene, teller(probe), document).data, document.keys)


def _faults(wanted: Wanted, document: Document, answer: Said) -> Iterator[str]:
    if answer.status != HTTPStatus.OK or answer.errors:
        yield f"{answer.status} {answer.errors}"
    elif wanted.verdict is Verdict.HIDDEN:
        if told(answer.data) not in NOTHING:
            yield f"is hidden and says {told(answer.data)}"
    elif wanted.values is not None:
        values = values_at(answer.data, document.keys)
        right = bool(values) and set(values) <= set(wanted.values) if wanted.among else values == wanted.values
        if not right:
            yield f"is {wanted.verdict.value} and says {values}, not {wanted.values}"
