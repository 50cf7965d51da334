"""Two import contracts of our own for import-linter, which hold the rooms of a domain package apart.

The ready-made contracts speak of whole modules; ours speak of rooms: the last part of a module's name, which every
part of the bank shares (`model`, `rules`, `store`, `service`, `events`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph

Edge = tuple[str, str]


class AdapterRooms(Contract):
    """Vendors' packages are imported only in rooms of the given names."""

    type_name = "adapter_rooms"

    package = fields.StringField()
    vendors = fields.ListField(subfield=fields.StringField())
    rooms = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter passes it
        edges = imports_within(graph, str(self.package))
        broken = vendor_leaks(edges, vendors=list_of(self.vendors), rooms=list_of(self.rooms))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        render(check)


class FrontDoors(Contract):
    """One part of the package imports another only through its doors: the rooms it keeps open."""

    type_name = "front_doors"

    package = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    groups = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    """Packages that hold several parts and are none themselves."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter passes it
        package = str(self.package)
        packages = {name: graph.find_children(name) for name in graph.find_descendants(package)}
        parts = parts_within(package, packages, groups=list_of(self.groups))
        broken = back_doors(imports_within(graph, package), parts=parts, doors=list_of(self.doors))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        render(check)


def vendor_leaks(edges: list[Edge], *, vendors: list[str], rooms: list[str]) -> list[Edge]:
    """Imports of a vendor's package from a room that is no adapter."""
    return [
        (importer, imported)
        for importer, imported in edges
        if imported.split(".")[0] in vendors
        and not any(fnmatchcase(importer.rsplit(".", 1)[-1], room) for room in rooms)
    ]


def back_doors(edges: list[Edge], *, parts: set[str], doors: list[str]) -> list[Edge]:
    """Imports from one part into another that do not go through a door. Modules beside the parts are everybody's."""
    broken = []
    for importer, imported in edges:
        part = part_of(imported, parts)
        if part is None or part == part_of(importer, parts):
            continue
        room = imported.removeprefix(part).lstrip(".").split(".")[0]
        if room not in doors:
            broken.append((importer, imported))
    return broken


def parts_within(package: str, children: Mapping[str, set[str]], *, groups: list[str]) -> set[str]:
    """The packages right below this one; in place of a group, those below it."""
    return {
        name
        for name, inner in children.items()
        if inner and name not in groups and name.rpartition(".")[0] in (package, *groups)
    }


def part_of(module: str, parts: set[str]) -> str | None:
    return next((part for part in parts if module == part or module.startswith(f"{part}.")), None)


def imports_within(graph: ImportGraph, package: str) -> list[Edge]:
    """Every direct import made inside the package, sorted."""
    importers = {package} | graph.find_descendants(package)
    return sorted(
        (importer, imported) for importer in importers for imported in graph.find_modules_directly_imported_by(importer)
    )


def list_of(value: object) -> list[str]:
    """The field's value: import-linter declares fields as descriptors, and sets plain lists on instances."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list in the contract, not {value!r}")
    return [str(item) for item in value]


def render(check: ContractCheck) -> None:
    for importer, imported in check.metadata["broken"]:
        output.print_error(f"{importer} imports {imported}", bold=False)
