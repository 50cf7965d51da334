"""The matrix: every probe, in every shape, by every person, against what the table's cell means.

It answers with what is wrong, in words, so that a planted mistake can be seen to be found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from tests.access.asking import Said, said
from tests.access.oracle import PARTS, WHO_ASKS, Verdict, is_own_cursor, says_nothing_by_itself, teller, verdict
from tests.access.paths import SHAPES, Probe, Shapes, aliased, nested, together
from tests.access.scene import PEOPLE, Person, Scene
from tests.shares import share

NOTHING: Final[tuple[list[object], ...]] = ([], ["NotFound"])
"""What is told of something hidden: the name of the type that says so, at most."""
ALONE: Final[Shapes] = {"nested": nested, "alias": aliased}
"""What a field asked for by itself could be taken for something else by."""
AS_IT_IS: Final[Shapes] = {"nested": nested}
OTHERWISE: Final[Shapes] = {name: shape for name, shape in SHAPES.items() if name not in AS_IT_IS}
BY_ITSELF: Final = "shapes of a field by itself"
BY_ANOTHER_WAY: Final = "shapes of a type by its other ways"


def faults(scene: Scene, probes: Sequence[Probe]) -> list[str]:
    """Where what was answered is not what the table says, and what nobody was shown by any way.

    Each field is asked for by itself, by the first way to it, and together with the others of its type by every way:
    by the first one in every shape; by the others nested and, unless it is a value that says nothing by itself, such as
    an amount, in one shape besides. In full, by the others in every shape too.
    """
    found: list[str] = []
    seen: dict[tuple[str, Person], bool] = {}
    for group, shapes in _asked(probes):
        truths = _Truths(scene, group)
        for shape, written in shapes.items():
            document = written(scene, *group)
            if document is None:
                continue
            for person in PEOPLE:
                answer = said(scene, person, document)
                for probe, keys in zip(group, document.keys, strict=True):
                    wanted, values = _wanted(scene, probe, person, truths), answer.at(keys)
                    wrong = _faults(wanted, answer, values)
                    found += [f"{probe} by {shape}, {person.name}: {fault}" for fault in wrong]
                    if wanted.values not in (None, [None]):
                        column = (probe.target.name, person)
                        seen[column] = seen.get(column, False) or values.count(None) < len(values)
    blind = [column for column, ever in seen.items() if not ever]
    return found + [f"{person.name} may see {field} and was shown nothing" for field, person in blind]


def _asked(probes: Sequence[Probe]) -> Iterator[tuple[tuple[Probe, ...], Shapes]]:
    """What is asked in one document, and in which shapes."""
    first: dict[str, Probe] = {}
    for probe in probes:
        first.setdefault(probe.target.name, probe)
    for place, group in enumerate(together(probes)):
        known = first[group[0].target.name]
        if group[0] == known:
            yield group, SHAPES
            if len(group) > 1:
                yield from (((probe,), _some(ALONE, number, of=BY_ITSELF)) for number, probe in enumerate(group))
        elif says_nothing_by_itself(known.target.parent):
            yield group, AS_IT_IS
        else:
            yield group, {**AS_IT_IS, **_some(OTHERWISE, place, of=BY_ANOTHER_WAY)}


def _some(shapes: Shapes, place: int, *, of: str) -> Shapes:
    """One of them, each in its turn."""
    return {name: shapes[name] for name in share(list(shapes), one_in=len(shapes), of=of, place=place)}


@dataclass(frozen=True)
class Wanted:
    verdict: Verdict
    values: list[Any] | None
    """The rows as they are to be; or, `among`, what each of them may be. None where it does not matter."""
    among: bool = False


class _Truths:
    """What those are told who see all of it, each asked once."""

    def __init__(self, scene: Scene, group: tuple[Probe, ...]) -> None:
        self._scene = scene
        self._group = group
        self._document = nested(scene, *group)
        self._told: dict[Person, Said] = {}

    def of(self, probe: Probe) -> list[Any]:
        who = teller(probe)
        if who not in self._told:
            self._told[who] = said(self._scene, who, self._document)
        return self._told[who].at(self._document.keys[self._group.index(probe)])


def _wanted(scene: Scene, probe: Probe, person: Person, truths: _Truths) -> Wanted:
    expected, own = verdict(probe, person), WHO_ASKS.get(probe.target.name)
    if expected is Verdict.HIDDEN or is_own_cursor(probe):
        return Wanted(expected, None)
    values = list(own(scene, person, probe)) if own else truths.of(probe)
    if expected is Verdict.MASKED:
        values = [value if value is None else PARTS[probe.target.name](value) for value in values]
    return Wanted(expected, values, among=own is not None)


def _faults(wanted: Wanted, answer: Said, values: list[Any]) -> Iterator[str]:
    if answer.status != HTTPStatus.OK or answer.errors:
        yield f"{answer.status} {answer.errors}"
    elif wanted.verdict is Verdict.HIDDEN:
        shown = [value for value in values if value is not None]
        if shown not in NOTHING:
            yield f"is hidden and says {shown}"
    elif wanted.values is not None:
        right = bool(values) and set(values) <= set(wanted.values) if wanted.among else values == wanted.values
        if not right:
            yield f"is {wanted.verdict.value} and says {values}, not {wanted.values}"
