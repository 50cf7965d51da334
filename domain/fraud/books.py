"""Books of documents by what the pointer says: what judges, and what is asked beside it.

A process reads each document once, by its hash, and keeps what it read. Light on purpose: it is in the way of every
decision.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from domain.fraud import builtin, lists, rules, thresholds
from domain.fraud.artefacts import ArtefactMissing, ArtefactStore, ArtefactUnread, Kept
from domain.fraud.documents import DocumentMalformed, canonical, read
from domain.fraud.kinds import Scope
from domain.fraud.lists import Lists
from domain.fraud.model import VersionsUsed, VersionUsed
from domain.fraud.registry_model import ArtefactKind, Pointer
from domain.fraud.registry_rules import shadows_at
from domain.fraud.scoring import Book, Model
from domain.fraud.thresholds import Thresholds

DOCUMENTS_KEPT: Final = 32
"""Of a process: three scopes of four documents each, their shadows, and those before a change."""
BOOKS_KEPT: Final = 16
IN_THE_FALLBACK: Final = frozenset({ArtefactKind.RULES, ArtefactKind.THRESHOLDS, ArtefactKind.LISTS})

Read = TypeVar("Read")


class Books:
    def __init__(self, *, artefacts: ArtefactStore, model: Callable[[object], Model]) -> None:
        """`model`: reads the document of a model; raises DocumentMalformed."""
        self._artefacts = artefacts
        self._model = model
        self._models: Kept[Model] = Kept(DOCUMENTS_KEPT)
        self._rules: Kept[rules.RuleSet] = Kept(DOCUMENTS_KEPT)
        self._thresholds: Kept[Thresholds] = Kept(DOCUMENTS_KEPT)
        self._lists: Kept[Lists] = Kept(DOCUMENTS_KEPT)
        self._books: Kept[Book] = Kept(BOOKS_KEPT)

    def book(self, pointer: Pointer | None, scope: Scope) -> Book:
        """What judges. Raises ArtefactUnread: whoever scores takes the fallback."""
        champions = pointer.champions if pointer else {}
        return self.of(scope, {kind: champion.used for kind, champion in champions.items()})

    def fallback(self, pointer: Pointer | None, scope: Scope) -> Book:
        """What judges in the fallback: of each kind the champion, if it can be read, or else the first of all, which is
        part of the program. So a model that cannot be read takes no entry off the lists. No model is among them.
        """
        champions = pointer.champions if pointer else {}
        used = {kind: champion.used for kind, champion in champions.items() if kind in IN_THE_FALLBACK}
        return self.of(scope, {kind: one for kind, one in used.items() if self._is_read(scope, kind, one)})

    def shadows(self, pointer: Pointer | None, scope: Scope, *, at: datetime) -> tuple[tuple[str, Book], ...]:
        """Each shadow that runs at that moment, and the book that judges with it in its champion's place. One that
        cannot be read is left out: nothing that decides waits for a shadow.
        """
        if pointer is None or not pointer.shadows:
            return ()
        champions = {kind: champion.used for kind, champion in pointer.champions.items()}
        found: list[tuple[str, Book]] = []
        for shadow in shadows_at(pointer, at):
            try:
                found.append((shadow.used.version, self.of(scope, {**champions, shadow.kind: shadow.used})))
            except ArtefactUnread:
                continue
        return tuple(found)

    def of_versions(self, scope: Scope, versions: VersionsUsed) -> Book:
        """The book that a stored decision followed from. Raises ArtefactUnread."""
        named = {
            ArtefactKind.RULES: versions.rules,
            ArtefactKind.MODEL: versions.model,
            ArtefactKind.THRESHOLDS: versions.thresholds,
            ArtefactKind.LISTS: versions.lists,
        }
        return self.of(scope, {kind: used for kind, used in named.items() if used})

    def of(self, scope: Scope, used: Mapping[ArtefactKind, VersionUsed]) -> Book:
        """The book of these documents; the built-in one of a kind that is not among them. Raises ArtefactUnread."""
        name = (scope.value, *(f"{kind.value}:{used[kind].version}:{used[kind].sha256}" for kind in sorted(used)))
        return self._books.of(name, lambda: self._made(scope, used))

    def keep_built_in(self) -> None:
        """Keeps the built-in documents beside the others, so that what they judged can be judged again after a release
        that changes them. Said again, it changes nothing.
        """
        for scope in Scope:
            for kind, make in builtin.DOCUMENTS.items():
                self._artefacts.put(ArtefactKind(kind.upper()), canonical(make(scope)))

    def thresholds(self, pointer: Pointer, scope: Scope) -> Thresholds:
        """Those that decide, whatever has become of the other documents. Raises ArtefactUnread."""
        champion = pointer.champions.get(ArtefactKind.THRESHOLDS)
        return self._made(scope, {ArtefactKind.THRESHOLDS: champion.used} if champion else {}).thresholds

    def lists(self, pointer: Pointer, scope: Scope) -> Lists:
        """As `thresholds`."""
        champion = pointer.champions.get(ArtefactKind.LISTS)
        return self._made(scope, {ArtefactKind.LISTS: champion.used} if champion else {}).lists

    def rules(self, pointer: Pointer, scope: Scope) -> rules.RuleSet:
        """As `thresholds`."""
        champion = pointer.champions.get(ArtefactKind.RULES)
        return self._made(scope, {ArtefactKind.RULES: champion.used} if champion else {}).rules

    def rule_ids(self, pointer: Pointer, scope: Scope) -> frozenset[str]:
        """Of the rules that decide, those of its shadows and the first of all. Raises ArtefactUnread."""
        sets = [self.rules(pointer, scope), builtin.book(scope).rules]
        shadows = (shadow.used for shadow in pointer.shadows if shadow.kind is ArtefactKind.RULES)
        sets += [self._made(scope, {ArtefactKind.RULES: used}).rules for used in shadows]
        return frozenset(rule.id for rule_set in sets for rule in rule_set.rules)

    def _is_read(self, scope: Scope, kind: ArtefactKind, used: VersionUsed) -> bool:
        try:
            self._made(scope, {kind: used})
        except ArtefactUnread:
            return False
        return True

    def _made(self, scope: Scope, used: Mapping[ArtefactKind, VersionUsed]) -> Book:
        first = builtin.book(scope)
        versions = first.versions
        found = replace(
            first,
            versions=VersionsUsed(
                rules=used.get(ArtefactKind.RULES, versions.rules),
                model=used.get(ArtefactKind.MODEL, versions.model),
                thresholds=used.get(ArtefactKind.THRESHOLDS, versions.thresholds),
                lists=used.get(ArtefactKind.LISTS, versions.lists),
            ),
        )
        built_in = {versions.rules, versions.thresholds, versions.lists}
        for kind, one in used.items():
            if one in built_in:
                continue
            match kind:
                case ArtefactKind.RULES:
                    found = replace(found, rules=self._rules.of((one.sha256,), self._read(kind, one, rules.parsed)))
                case ArtefactKind.MODEL:
                    found = replace(found, model=self._models.of((one.sha256,), self._read(kind, one, self._model)))
                case ArtefactKind.THRESHOLDS:
                    read_ = self._read(kind, one, thresholds.parsed)
                    found = replace(found, thresholds=self._thresholds.of((one.sha256,), read_))
                case ArtefactKind.LISTS:
                    found = replace(found, lists=self._lists.of((one.sha256,), self._read(kind, one, lists.parsed)))
        return found

    def _read(self, kind: ArtefactKind, used: VersionUsed, parse: Callable[[object], Read]) -> Callable[[], Read]:
        def made() -> Read:
            try:
                return parse(read(self._artefacts.get(kind, used.sha256)))
            except ArtefactUnread as unread:
                unread.version = used.version
                raise
            except DocumentMalformed as fault:
                missing = ArtefactMissing(f"{used.version} is not a document of its kind: {fault}")
                missing.version = used.version
                raise missing from fault

        return made
