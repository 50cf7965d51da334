"""The registry's records as plain maps, as its table keeps them: one spelling for whoever writes and whoever reads.

Pointer and snoozes are read with every decision, in one batch with features: `pointer_key`, `snoozes_key` say what to
ask for, `pointer_of` and `snoozes_of` read what comes back.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from domain.clock import instant_text, parse_instant
from domain.fraud.kinds import Decision, Scope
from domain.fraud.model import VersionUsed
from domain.fraud.registry_model import (
    ArtefactKind,
    Backtest,
    Champion,
    Changed,
    DryRun,
    Fold,
    Left,
    Lineage,
    Pointer,
    Raised,
    Retired,
    Shadow,
    Snooze,
    Snoozes,
    Version,
)

Item = Mapping[str, Any]
NUMBER_DIGITS: Final = 6


# Keys and items that are read with every decision.


def pointer_key(scope: Scope) -> tuple[str, str]:
    return f"P#{scope.value}", "P"


def snoozes_key(customer: str) -> tuple[str, str]:
    return f"Z#{customer}", "Z"


def pointer_of(item: Item) -> Pointer:
    return Pointer(
        scope=Scope(str(item["scope"])),
        champions={ArtefactKind(kind): _champion(one) for kind, one in _map(item, "champions").items()},
        before={
            ArtefactKind(kind): tuple(_champion(one) if one else None for one in found)
            for kind, found in _map(item, "before").items()
        },
        shadows=tuple(_shadow(one) for one in _list(item, "shadows")),
        left=tuple(_left(one) for one in _list(item, "left")),
        changed_at=_instant(item["changed_at"]),
        changed_by=str(item["changed_by"]),
        reason=str(item["reason"]),
        revision=integer(item, "revision"),
    )


def snoozes_of(item: Item) -> Snoozes:
    found = tuple(
        Snooze(one["rule"], one["reason"], one["by"], _instant(one["since"]), _instant(one["until"]))
        for one in _list(item, "snoozes")
    )
    return Snoozes(str(item["customer"]), found, integer(item, "revision"))


def pointer_item(pointer: Pointer) -> Item:
    pk, sk = pointer_key(pointer.scope)
    if pointer.changed_at is None:
        raise ValueError("a pointer is written when it is changed")
    return {
        "pk": pk,
        "sk": sk,
        "scope": pointer.scope.value,
        "champions": {kind.value: _champion_map(one) for kind, one in pointer.champions.items()},
        "before": {
            kind.value: [_champion_map(one) if one else {} for one in found] for kind, found in pointer.before.items()
        },
        "shadows": [
            {
                "kind": one.kind.value,
                **_used_map(one.used),
                "since": instant_text(one.since),
                "until": instant_text(one.until),
            }
            for one in pointer.shadows
        ],
        "left": [
            {
                "kind": one.kind.value,
                "champion": _champion_map(one.champion),
                "at": instant_text(one.at),
                "by": one.by,
                "reason": one.reason,
            }
            for one in pointer.left
        ],
        "changed_at": instant_text(pointer.changed_at),
        "changed_by": pointer.changed_by,
        "reason": pointer.reason,
        "revision": pointer.revision,
    }


def snoozes_item(snoozes: Snoozes) -> Item:
    pk, sk = snoozes_key(snoozes.customer)
    return {
        "pk": pk,
        "sk": sk,
        "customer": snoozes.customer,
        "snoozes": [
            {
                "rule": one.rule,
                "reason": one.reason,
                "by": one.by,
                "since": instant_text(one.since),
                "until": instant_text(one.until),
            }
            for one in snoozes.snoozes
        ],
        "revision": snoozes.revision,
    }


def _champion_map(champion: Champion) -> Item:
    return {
        **_used_map(champion.used),
        "since": instant_text(champion.since),
        "by": champion.by,
        "approval": champion.approval,
    }


def _champion(found: Item) -> Champion:
    return Champion(_used(found), _instant(found["since"]), found["by"], found.get("approval"))


def _used_map(used: VersionUsed) -> Item:
    return {"version": used.version, "sha256": used.sha256}


def _used(found: Item) -> VersionUsed:
    return VersionUsed(found["version"], found["sha256"])


def _shadow(found: Item) -> Shadow:
    return Shadow(ArtefactKind(found["kind"]), _used(found), _instant(found["since"]), _instant(found["until"]))


def _left(found: Item) -> Left:
    return Left(
        ArtefactKind(found["kind"]), _champion(found["champion"]), _instant(found["at"]), found["by"], found["reason"]
    )


# Versions.


def versions_key(scope: Scope, kind: ArtefactKind) -> str:
    return f"V#{scope.value}#{kind.value}"


def number_key(number: int) -> str:
    return f"{number:0{NUMBER_DIGITS}d}"


def version_item(version: Version) -> Item:
    return {
        "pk": versions_key(version.scope, version.kind),
        "sk": number_key(version.number),
        "scope": version.scope.value,
        "kind": version.kind.value,
        "number": version.number,
        "sha256": version.sha256,
        "author": version.author,
        "created_at": instant_text(version.created_at) if version.created_at else None,
        "lineage": _lineage_map(version.lineage),
        "committed_at": instant_text(version.committed_at) if version.committed_at else None,
        "backtest": backtest_map(version.backtest) if version.backtest else None,
        "dry_run": _dry_run_map(version.dry_run) if version.dry_run else None,
        "approval": version.approval,
        "raised": _raised_map(version.raised) if version.raised else None,
        "retired": _retired_map(version.retired) if version.retired else None,
        "revision": version.revision,
    }


def version_of(item: Item) -> Version:
    committed = item.get("committed_at")
    backtest, dry_run, raised, retired = (item.get(name) for name in ("backtest", "dry_run", "raised", "retired"))
    return Version(
        scope=Scope(str(item["scope"])),
        kind=ArtefactKind(str(item["kind"])),
        number=integer(item, "number"),
        sha256=str(item["sha256"]),
        author=str(item["author"]),
        created_at=_instant(item["created_at"]),
        lineage=_lineage(_map(item, "lineage")),
        committed_at=parse_instant(committed) if committed else None,
        backtest=_backtest(_map(item, "backtest")) if backtest else None,
        dry_run=_dry_run(_map(item, "dry_run")) if dry_run else None,
        approval=item.get("approval"),
        raised=_raised(_map(item, "raised")) if raised else None,
        retired=_retired(_map(item, "retired")) if retired else None,
        revision=integer(item, "revision"),
    )


def _lineage_map(lineage: Lineage) -> Item:
    return {
        "code_version": lineage.code_version,
        "note": lineage.note,
        "data_from": lineage.data_from.isoformat() if lineage.data_from else None,
        "data_until": lineage.data_until.isoformat() if lineage.data_until else None,
        "data_sha256": lineage.data_sha256,
        "parameters": dict(lineage.parameters),
        "metrics": dict(lineage.metrics),
    }


def _lineage(found: Item) -> Lineage:
    return Lineage(
        code_version=found["code_version"],
        note=found["note"],
        data_from=_day_or_none(found.get("data_from")),
        data_until=_day_or_none(found.get("data_until")),
        data_sha256=found.get("data_sha256"),
        parameters=found["parameters"],
        metrics=found["metrics"],
    )


def backtest_map(backtest: Backtest) -> Item:
    return {
        "protocol": backtest.protocol,
        "data_sha256": backtest.data_sha256,
        "champion_data_sha256": backtest.champion_data_sha256,
        "model_sha256": backtest.model_sha256,
        "champion_sha256": backtest.champion_sha256,
        "folds": [
            {
                "start": fold.start.isoformat(),
                "challenger": fold.challenger,
                "champion": fold.champion,
                "forest": fold.forest,
            }
            for fold in backtest.folds
        ],
        "measured_at": instant_text(backtest.measured_at),
        "by": backtest.by,
    }


def _backtest(found: Item) -> Backtest:
    return Backtest(
        protocol=found["protocol"],
        data_sha256=found["data_sha256"],
        champion_data_sha256=found.get("champion_data_sha256"),
        model_sha256=found["model_sha256"],
        champion_sha256=found.get("champion_sha256"),
        folds=tuple(
            Fold(date.fromisoformat(one["start"]), one["challenger"], one.get("champion"), one["forest"])
            for one in found["folds"]
        ),
        measured_at=_instant(found["measured_at"]),
        by=found["by"],
    )


def _dry_run_map(run: DryRun) -> Item:
    return {
        "first": run.first.isoformat(),
        "last": run.last.isoformat(),
        "sha256": run.sha256,
        "against_sha256": run.against_sha256,
        "decisions": run.decisions,
        "changed": run.changed,
        "before": {decision.value: count for decision, count in run.before.items()},
        "after": {decision.value: count for decision, count in run.after.items()},
        "spoke": dict(run.spoke),
        "frauds": run.frauds,
        "frauds_before": run.frauds_before,
        "frauds_after": run.frauds_after,
        "ran_at": instant_text(run.ran_at),
        "by": run.by,
        "complete": run.complete,
        "examples": [
            {
                "decision": one.decision,
                "subject": one.subject,
                "before": one.before.value,
                "after": one.after.value,
                "staff_reasons": list(one.staff_reasons),
            }
            for one in run.examples
        ],
    }


def _dry_run(found: Item) -> DryRun:
    return DryRun(
        first=date.fromisoformat(found["first"]),
        last=date.fromisoformat(found["last"]),
        sha256=found["sha256"],
        against_sha256=found.get("against_sha256"),
        decisions=found["decisions"],
        changed=found["changed"],
        before={Decision(one): count for one, count in found["before"].items()},
        after={Decision(one): count for one, count in found["after"].items()},
        spoke=found["spoke"],
        frauds=found["frauds"],
        frauds_before=found["frauds_before"],
        frauds_after=found["frauds_after"],
        ran_at=_instant(found["ran_at"]),
        by=found["by"],
        complete=found.get("complete"),
        examples=tuple(
            Changed(
                one["decision"],
                one["subject"],
                Decision(one["before"]),
                Decision(one["after"]),
                tuple(one["staff_reasons"]),
            )
            for one in found.get("examples", ())
        ),
    )


def _raised_map(raised: Raised) -> Item:
    return {"at": instant_text(raised.at), "by": raised.by, "approval": raised.approval}


def _raised(found: Item) -> Raised:
    return Raised(_instant(found["at"]), found["by"], found.get("approval"))


def _retired_map(retired: Retired) -> Item:
    return {"at": instant_text(retired.at), "by": retired.by, "reason": retired.reason}


def _retired(found: Item) -> Retired:
    return Retired(_instant(found["at"]), found["by"], found["reason"])


# Values.


def _map(item: Item, name: str) -> Item:
    value = item[name]
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} of {item.get('pk')!r} is no map")
    return value


def _list(item: Item, name: str) -> Sequence[Any]:
    value = item[name]
    if not isinstance(value, list):
        raise TypeError(f"{name} of {item.get('pk')!r} is no list")
    return value


def integer(item: Item, name: str) -> int:
    value = item[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} of {item.get('pk')!r} is no integer")
    return value


def _instant(value: object) -> datetime:
    return parse_instant(str(value))


def _day_or_none(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
