"""What staff of fraud, compliance and auditors look up of fraud, and that nobody else is told of anything."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from domain.access.model import Group
from domain.accounts.model import Account
from domain.fraud import builtin
from domain.fraud.kinds import Decision
from domain.fraud.registry_model import ArtefactKind
from tests.unit.graph import fraud_documents as ask
from tests.unit.graph.fraud_house import JOURNAL, rules_document, thresholds_document
from tests.unit.graph.fraud_house import LEAD as WRITING_LEAD
from tests.unit.graph.world import CLERK, World, clerk

LOOKERS: Final = (Group.FRAUD_ANALYST, Group.FRAUD_LEAD, Group.COMPLIANCE, Group.AUDITOR)
OTHERS: Final = (Group.OPERATIONS, Group.FINANCE, Group.ADMIN)
ANALYST: Final = clerk(Group.FRAUD_ANALYST)


class Judged:
    """A bank in which a transfer was judged by a champion of each kind."""

    def __init__(self) -> None:
        self.world = World()
        self.ada = self.world.person()
        self.account = self.world.open(self.ada, deposit_minor=100_000)
        self.versions = self.world.governed()
        self.subject = subject(self.account, "a")
        self.stored = self.world.judged(self.subject, self.account)

    def ask(self, document: str, **variables: Any) -> Any:
        return self.world.ask(ANALYST, document, **variables).data

    def decision(self, subject: str = "") -> Any:
        return self.ask(ask.DECISION, id=subject or self.subject)["fraudDecision"]


def subject(account: Account, sign: str) -> str:
    """Of a journal that the account was to have."""
    return f"jrn_{account.id[4:10]}_{sign * 32}"


@pytest.fixture(name="judged")
def _judged() -> Judged:
    return Judged()


class TestADecision:
    def test_says_what_was_decided_and_why(self, judged: Judged) -> None:
        found = judged.decision()

        assert (found["decision"], found["score"]) == ("REVIEW", "0.75")
        assert found["staffReasons"] == ["LISTED_ALLOW", "LARGE", "MODEL_SCORE"]
        assert {"code": "UNUSUAL_AMOUNT", "sentence": "The amount is unusual for this account."} in found[
            "customerReasons"
        ]
        assert found["versions"]["rules"]["version"] == "transfer/rules/2"
        assert found["shadows"] == [{"version": "transfer/rules/3", "decision": "REVIEW", "score": "0.75"}]

    def test_says_what_each_rule_says_of_it(self, judged: Judged) -> None:
        rules = {one["code"]: one for one in judged.decision()["rules"]}

        assert {code: one["outcome"] for code, one in rules.items()} == {
            "LARGE": "HIT",
            "YOUNG": "NO",
            "NIGHT": "SNOOZED",
            "NEW": "HIT",
        }
        assert rules["LARGE"]["text"] == "amount_minor >= 100000"
        assert rules["LARGE"]["explanation"] == [
            "amount_minor >= 100000: true",
            "amount_minor: 250000",
            "100000: 100000",
        ]
        assert "account_age_days < 3: inconclusive" in rules["YOUNG"]["explanation"]

    def test_shows_features_with_titles_and_what_each_adds_to_the_score(self, judged: Judged) -> None:
        found = judged.decision()
        features = {one["name"]: one for one in found["features"]}

        assert features["amount_minor"] == {
            "name": "amount_minor",
            "title": "Amount, in minor units",
            "type": "INTEGER",
            "value": "250000",
        }
        assert features["night"]["value"] == "true"
        assert features["account_age_days"]["value"] is None
        assert [one["name"] for one in found["contributions"]] == ["amount_minor", "night"]
        assert found["contributions"][1]["value"] == "-0.1"

    def test_made_again_is_the_same(self, judged: Judged) -> None:
        assert judged.decision()["replay"] == {"same": True, "decision": "REVIEW", "score": "0.75"}

    def test_that_was_tampered_with_is_not_the_same_made_again(self, judged: Judged) -> None:
        other = subject(judged.account, "b")
        judged.world.judged(other, judged.account, decision=Decision.APPROVE)

        found = judged.decision(other)

        assert found["decision"] == "APPROVE"
        assert found["replay"] == {"same": False, "decision": "REVIEW", "score": "0.75"}

    def test_whose_documents_are_gone_is_shown_as_it_was_stored(self, judged: Judged) -> None:
        judged.world.artefacts.bodies.clear()
        judged.world.books = type(judged.world.books)(artefacts=judged.world.artefacts, model=lambda _: None)  # type: ignore[arg-type,return-value]  # nothing is read
        judged.world.decision_desk._books = judged.world.books

        found = judged.decision()

        assert found["decision"] == "REVIEW"
        assert [found[name] for name in ("replay", "rules", "contributions", "listed", "silenced")] == [None] * 5

    def test_shows_the_entries_of_lists_that_counted_and_what_they_silenced(self, judged: Judged) -> None:
        found = judged.decision()

        assert found["listed"] == [{"list": "ALLOW", "family": "DEVICE", "entity": "dev-1", "counts": True}]
        assert found["silenced"] == ["NEW"]  # the list allows up to stepping up

    def test_shows_what_is_known_of_it_by_now(self, judged: Judged) -> None:
        assert judged.decision()["label"] is None
        judged.world.labelled(judged.subject)

        label = judged.decision()["label"]

        assert label["fraud"] is True
        assert [one["source"] for one in label["said"]] == ["RETURN", "STAFF"]

    @pytest.mark.parametrize(
        "wanted", ["", "x", "jrn_us0000_" + "z" * 32, "acc_us0000_01J00000000000000000000000", "é"]
    )
    def test_that_was_never_made_is_nothing(self, judged: Judged, wanted: str) -> None:
        assert judged.ask(ask.DECISION, id=wanted)["fraudDecision"] is None

    def test_is_on_record_as_a_look_at_the_customer(self, judged: Judged) -> None:
        judged.decision()

        records = judged.world.audit.by_subject(judged.ada.id).records
        assert [(one.action, one.subject_id, one.person) for one in records][:1] == [
            ("view_fraud_decision", judged.subject, CLERK)
        ]


class TestDecisions:
    def decided(self, judged: Judged, count: int) -> list[str]:
        made = []
        for number in range(count):
            judged.world.clock.instant += timedelta(seconds=1)
            made.append(subject(judged.account, "abcdefghijklmnop"[number + 1]))
            judged.world.judged(made[-1], judged.account)
        return [judged.subject, *made]

    def pages(self, judged: Judged, **given: Any) -> tuple[list[str], int]:
        """All subjects, page by page, and how many pages there were."""
        after, found = None, []
        for number in range(1, 40):
            page = judged.ask(ask.DECISIONS, **given, after=after)["fraudDecisions"]
            found += [edge["node"]["subjectId"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return found, number
        raise AssertionError("the pages have no end")

    @pytest.mark.parametrize("first", [1, 3, 100])
    def test_of_a_day_come_in_their_order_each_once(self, judged: Judged, first: int) -> None:
        made = self.decided(judged, 12)
        day = judged.world.clock.now().date().isoformat()

        found, pages = self.pages(judged, scope="TRANSFER", day=day, first=first)

        assert found == made
        assert pages > 1 or first == 100

    def test_of_a_customer_come_the_latest_first(self, judged: Judged) -> None:
        made = self.decided(judged, 5)

        found, _ = self.pages(judged, customer=judged.ada.id, first=2)

        assert found == made[::-1]

    def test_of_an_account_are_those_of_the_account_alone(self, judged: Judged) -> None:
        other = judged.world.open(judged.ada, key="second")
        judged.world.judged(subject(other, "q"), other)

        found, _ = self.pages(judged, account=other.id)

        assert found == [subject(other, "q")]

    def test_that_came_out_otherwise_are_left_out_and_the_pages_go_on(self, judged: Judged) -> None:
        self.decided(judged, 6)
        judged.world.clock.instant += timedelta(seconds=1)
        last = subject(judged.account, "z")
        judged.world.judged(last, judged.account, decision=Decision.BLOCK)
        day = judged.world.clock.now().date().isoformat()

        found, _ = self.pages(judged, scope="TRANSFER", day=day, decision="BLOCK", first=1)

        assert found == [last]

    @pytest.mark.parametrize("given", [{}, {"scope": "CARD"}, {"day": "2026-03-10"}, {"customer": "a", "account": "b"}])
    def test_of_nothing_or_of_two_things_are_a_mistake(self, judged: Judged, given: dict[str, str]) -> None:
        answer = judged.world.ask(ANALYST, ask.DECISIONS, **given)

        assert answer.codes == ["INPUT_TYPE_WRONG"]

    @pytest.mark.parametrize("name", ["customer", "account"])
    @pytest.mark.parametrize("wanted", ["", "x", "a" * 5_000, "é", "acc_us0000_01J00000000000000000000000"])
    def test_of_nobody_are_none(self, judged: Judged, name: str, wanted: str) -> None:
        assert judged.ask(ask.DECISIONS, **{name: wanted})["fraudDecisions"]["edges"] == []

    def test_a_cursor_of_another_list_is_refused(self, judged: Judged) -> None:
        self.decided(judged, 3)
        page = judged.ask(ask.DECISIONS, customer=judged.ada.id, first=1)["fraudDecisions"]

        answer = judged.world.ask(
            ANALYST, ask.DECISIONS, account=judged.account.id, first=1, after=page["pageInfo"]["endCursor"]
        )

        assert answer.codes == ["INVALID_CURSOR"]


class TestWhatJudges:
    def test_is_shown_with_what_was_before_and_what_is_beside(self, judged: Judged) -> None:
        found = {one["scope"]: one for one in judged.ask(ask.SCOPES)["fraudScopes"]}["TRANSFER"]

        assert {one["kind"]: one["version"] for one in found["champions"]} == {
            "LISTS": "transfer/lists/1",
            "MODEL": "transfer/model/1",
            "RULES": "transfer/rules/2",
            "THRESHOLDS": "transfer/thresholds/1",
        }
        assert {"kind": "RULES", "versions": ["transfer/rules/1", "built in"]} in found["previous"]
        assert [one["version"] for one in found["shadows"]] == ["transfer/rules/3"]

    def test_has_thresholds_with_their_signed_bounds(self, judged: Judged) -> None:
        found = {one["scope"]: one for one in judged.ask(ask.SCOPES)["fraudScopes"]}["TRANSFER"]

        assert found["boundsSigned"] is True
        assert found["bounds"]["document"].startswith('{"bounds"')
        assert {**found["bounds"], "document": None} == {
            "number": 1,
            "key": judged.world.bounds_key.key,
            "document": None,
            "keptBy": WRITING_LEAD,
            "keptAt": found["changedAt"],
        }
        assert found["scoreThresholds"][0] == {
            "decision": "REVIEW",
            "limit": "0.5",
            "least": "0.3",
            "most": "0.7",
            "optional": False,
        }
        assert [one["limit"] for one in found["amountThresholds"]] == ["100000"]

    def test_is_built_in_where_nothing_was_promoted(self, judged: Judged) -> None:
        found = {one["scope"]: one for one in judged.ask(ask.SCOPES)["fraudScopes"]}["CARD"]

        assert (found["champions"], found["boundsSigned"], found["changedAt"]) == ([], False, None)
        assert found["bounds"] is None
        assert [one["limit"] for one in found["scoreThresholds"]] == ["0.5", "0.8", "0.98"]


class TestVersions:
    def test_come_the_newest_first(self, judged: Judged) -> None:
        page = judged.ask(ask.VERSIONS, scope="TRANSFER", kind="RULES", first=2)["fraudVersions"]
        rest = judged.ask(ask.VERSIONS, scope="TRANSFER", kind="RULES", first=2, after=page["pageInfo"]["endCursor"])[
            "fraudVersions"
        ]

        rows = [edge["node"] for found in (page, rest) for edge in found["edges"]]
        assert [(row["version"], row["status"]) for row in rows] == [
            ("transfer/rules/3", "SHADOW"),
            ("transfer/rules/2", "CHAMPION"),
            ("transfer/rules/1", "RETIRED"),
        ]
        assert rest["pageInfo"]["hasNextPage"] is False

    def test_of_one_status_are_those_alone(self, judged: Judged) -> None:
        page = judged.ask(ask.VERSIONS, scope="TRANSFER", kind="RULES", status="RETIRED")["fraudVersions"]

        assert [edge["node"]["version"] for edge in page["edges"]] == ["transfer/rules/1"]

    def test_show_their_document_and_rules_as_people_write_them(self, judged: Judged) -> None:
        found = judged.ask(ask.VERSION, version="transfer/rules/2")["fraudVersion"]

        assert found["document"].startswith('{"format":"florin.rules/1"')
        assert [one["text"] for one in found["rules"]] == [
            "amount_minor >= 100000",
            "not is_missing(account_age_days) and account_age_days < 3",
            "night",
            "not sent_before",
        ]

    @pytest.mark.parametrize(("version", "status"), [("transfer/rules/0", "RETIRED"), ("card/rules/0", "CHAMPION")])
    def test_that_are_part_of_the_program_are_shown_like_any_other(
        self, judged: Judged, version: str, status: str
    ) -> None:
        """Decisions name them."""
        found = judged.ask(ask.VERSION, version=version)["fraudVersion"]

        assert (found["version"], found["status"], found["gate"], found["shadowRun"]) == (version, status, None, None)
        assert json.loads(found["document"]) == builtin.document(version)
        assert [one["code"] for one in found["rules"]] == [
            one["code"] for one in json.loads(found["document"])["rules"]
        ]

    def test_of_them_there_is_no_model(self, judged: Judged) -> None:
        assert judged.ask(ask.VERSION, version="transfer/model/0")["fraudVersion"] is None

    def test_show_where_they_come_from_and_how_they_did(self, judged: Judged) -> None:
        model = judged.ask(ask.VERSION, version="transfer/model/1")["fraudVersion"]
        rules = judged.ask(ask.VERSION, version="transfer/rules/1")["fraudVersion"]

        assert model["lineage"]["metrics"] == [{"name": "average_precision", "value": "700000"}]
        assert [one["versionMillionths"] for one in model["backtest"]["folds"]] == [710_000, 710_001, 710_002, 710_003]
        assert rules["dryRun"] == {
            "decisions": 1_000,
            "againstSha256": "f" * 64,
            "spoke": [{"code": "LARGE", "count": 107}],
            "complete": False,
            "examples": [
                {"subjectId": JOURNAL, "before": "APPROVE", "after": "REVIEW", "staffReasons": ["LARGE"]},
            ],
        }
        assert rules["retired"]["reason"] == "it spoke too often"

    def test_say_what_stands_between_them_and_promotion(self, judged: Judged) -> None:
        found = judged.ask(ask.VERSION, version="transfer/rules/3")["fraudVersion"]

        assert found["gate"]["passed"] is False
        missing = {one["code"]: one["message"] for one in found["gate"]["missing"]}
        assert set(missing) == {"DRY_RUN", "SHADOW_RUN", "SHADOW_DECISIONS", "SHADOW_RECENT", "APPROVAL"}
        assert missing["APPROVAL"] == "Nobody has agreed yet."

    def test_that_lack_nothing_pass_the_gate(self, judged: Judged) -> None:
        world, lead = judged.world, clerk(Group.FRAUD_LEAD, person="stf_01J0000000000000000000000B")
        version = world.agreed(ANALYST, lead)

        found = judged.ask(ask.VERSION, version=version.id)["fraudVersion"]

        assert found["gate"] == {"passed": True, "missing": []}

    @pytest.mark.parametrize("version", ["transfer/rules/1", "transfer/rules/2", "transfer/lists/1"])
    def test_that_are_not_promoted_any_more_have_no_gate(self, judged: Judged, version: str) -> None:
        assert judged.ask(ask.VERSION, version=version)["fraudVersion"]["gate"] is None

    def test_of_many_the_gates_cost_no_more_than_of_one(self, judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
        """But for its thresholds of each, which lie in the bucket."""
        world, reads = judged.world, Counter[str]()

        def counted(thing: Any, name: str) -> None:
            real = getattr(thing, name)

            def count(*args: Any, **more: Any) -> Any:
                reads[name] += 1
                return real(*args, **more)

            monkeypatch.setattr(thing, name, count)

        for number in range(20):
            world.committed(
                ANALYST, ArtefactKind.THRESHOLDS, thresholds_document(0.3 + number / 100), key=f"t-{number}"
            )
            world.committed(ANALYST, document=rules_document(number + 1), key=f"r-{number}")
        for name in ("version", "pointer", "bounds"):
            counted(world.registry_store, name)
        counted(world.bounds_key, "signed")
        counted(world.monitoring_store, "days")
        for kind in ("THRESHOLDS", "RULES"):
            reads.clear()
            rows = judged.ask(ask.GATES, scope="TRANSFER", kind=kind)["fraudVersions"]["edges"]

            assert sum(row["node"]["gate"] is not None for row in rows) >= 20
            assert reads == (
                {"pointer": 1, "bounds": 1, "signed": 1} if kind == "THRESHOLDS" else {"pointer": 1, "days": 1}
            )

    def test_show_their_shadow_run(self, judged: Judged) -> None:
        judged.world.counted()

        found = judged.ask(ask.VERSION, version="transfer/rules/3")["fraudVersion"]["shadowRun"]

        assert (found["days"], found["decisions"], found["agreementMillionths"]) == (3, 3_000, 950_000)
        assert judged.ask(ask.VERSION, version="transfer/rules/1")["fraudVersion"]["shadowRun"] is None

    @pytest.mark.parametrize(
        "version", ["", "x", "transfer/rules/9", "TRANSFER/RULES/1", "a" * 5_000, "transfer/rules/01"]
    )
    def test_that_are_none_are_nothing(self, judged: Judged, version: str) -> None:
        assert judged.ask(ask.VERSION, version=version)["fraudVersion"] is None

    def test_whose_document_is_gone_are_shown_without_it(self, judged: Judged) -> None:
        judged.world.artefacts.bodies.clear()

        found = judged.ask(ask.VERSION, version="transfer/rules/2")["fraudVersion"]

        assert (found["document"], found["rules"], found["status"]) == (None, None, "CHAMPION")

    def test_whose_document_is_large_are_shown_without_it(self, judged: Judged) -> None:
        judged.world.version(ArtefactKind.MODEL, 2, {"score": 0.5, "more": "x" * 1_000_001})

        assert judged.ask(ASK_DOCUMENT, version="transfer/model/2")["fraudVersion"] == {"document": None}

    def test_with_many_large_documents_are_more_than_one_request_reads(self, judged: Judged) -> None:
        for number in range(2, 6):
            judged.world.version(ArtefactKind.MODEL, number, {"score": 0.5, "more": f"{number}" * 900_000})
        document = """{ fraudVersions(scope: TRANSFER, kind: MODEL) { edges { node { document } } } }"""

        assert set(judged.world.ask(ANALYST, document).codes) == {"LIMIT_EXCEEDED"}


ASK_DOCUMENT: Final = "query($version: String!) { fraudVersion(version: $version) { document } }"


class TestTheRest:
    def test_an_editor_is_told_what_conditions_are_made_of(self, judged: Judged) -> None:
        found = judged.ask(ask.GRAMMAR)

        nodes = {one["name"]: one for one in found["fraudRuleGrammar"]["nodes"]}
        assert nodes["gte"]["symbol"] == ">="
        assert nodes["gte"]["takes"] == ["INTEGER", "NUMBER"]
        assert {"name": "night", "type": "FLAG", "title": "Made between 00:00 and 06:59 UTC"} in found["fraudFeatures"]

    def test_entries_of_lists_come_page_by_page(self, judged: Judged) -> None:
        first = judged.ask(ask.ENTRIES, scope="TRANSFER", first=2)["fraudListEntries"]
        rest = judged.ask(ask.ENTRIES, scope="TRANSFER", first=2, after=first["pageInfo"]["endCursor"])[
            "fraudListEntries"
        ]

        rows = [edge["node"] for page in (first, rest) for edge in page["edges"]]
        assert [(row["list"], row["entity"], row["counts"]) for row in rows] == [
            ("ALLOW", "dev-1", True),
            ("DENY", "term-9", True),
            ("DENY", "term-old", False),
        ]
        assert rest["pageInfo"]["hasNextPage"] is False

    def test_entries_of_one_list_are_those_alone(self, judged: Judged) -> None:
        page = judged.ask(ask.ENTRIES, scope="TRANSFER", list="ALLOW")["fraudListEntries"]

        assert [edge["node"]["entity"] for edge in page["edges"]] == ["dev-1"]

    def test_snoozes_of_a_customer(self, judged: Judged) -> None:
        judged.world.snoozed(judged.ada.id)

        (found,) = judged.ask(ask.SNOOZES, id=judged.ada.id)["fraudSnoozes"]

        assert (found["rule"], found["reason"], found["over"]) == ("night", "Works at night", False)

    def test_a_series_has_a_point_for_each_day(self, judged: Judged) -> None:
        first, last = judged.world.counted(days=9)

        found = judged.ask(ask.SERIES, scope="TRANSFER", **{"from": first.isoformat(), "to": last.isoformat()})
        days = found["fraudSeries"]

        assert [one["day"] for one in days] == [(first + timedelta(days=n)).isoformat() for n in range(9)]
        assert (days[0]["count"], days[0]["flagged"], days[0]["fallbacks"]) == (1_000, 100, 3)
        assert (days[0]["precisionMillionths"], days[0]["recallMillionths"]) == (150_000, 750_000)
        assert (days[0]["unknownMillionths"], days[-1]["unknownMillionths"]) == (550_000, None)
        assert (days[-1]["precisionMillionths"], days[-1]["immature"]) == (None, True)
        assert days[-1]["worstFeature"] == "amount_minor"

    @pytest.mark.parametrize(
        ("first", "last", "codes"),
        [
            ("0001-01-01", "0001-01-02", ["LIMIT_EXCEEDED"]),
            ("1999-12-31", "2000-01-01", ["LIMIT_EXCEEDED"]),
            ("2000-01-01", "2000-01-02", []),
            ("9999-12-30", "9999-12-31", []),
        ],
    )
    def test_a_series_is_of_any_days_of_this_century_and_later(
        self, judged: Judged, first: str, last: str, codes: list[str]
    ) -> None:
        answer = judged.world.ask(ANALYST, ask.SERIES, scope="TRANSFER", **{"from": first, "to": last})
        assert [error["extensions"]["code"] for error in answer.body.get("errors", [])] == codes

    @pytest.mark.parametrize(
        ("document", "given"),
        [
            (ask.DECISIONS, {"day": "0001-01-01"}),
            (ask.DECISIONS, {"day": "9999-12-31"}),
        ],
    )
    def test_no_day_of_the_calendar_is_too_early_or_late_to_look_at(
        self, judged: Judged, document: str, given: dict[str, Any]
    ) -> None:
        assert judged.world.ask(ANALYST, document, scope="TRANSFER", **given).data

    @pytest.mark.parametrize(("days", "passes"), [(92, True), (93, False), (0, False), (-5, False), (100_000, False)])
    def test_a_series_has_at_most_92_days(self, judged: Judged, days: int, passes: bool) -> None:
        first = judged.world.clock.now().date() - timedelta(days=92)
        last = first + timedelta(days=days - 1)
        answer = judged.world.ask(
            ANALYST, ask.SERIES, scope="TRANSFER", **{"from": first.isoformat(), "to": last.isoformat()}
        )

        if passes:
            assert len(answer.data["fraudSeries"]) == 92
        else:
            assert answer.codes == ["LIMIT_EXCEEDED"]
            assert "92" in answer.errors[0]["message"]


LOOKS: Final[dict[str, tuple[str, Callable[[Judged], dict[str, Any]]]]] = {
    "fraudDecision": (ask.DECISION, lambda judged: {"id": judged.subject}),
    "fraudDecisions": (ask.DECISIONS, lambda judged: {"customer": judged.ada.id}),
    "fraudScopes": (ask.SCOPES, lambda _: {}),
    "fraudVersions": (ask.VERSIONS, lambda _: {"scope": "TRANSFER", "kind": "RULES"}),
    "fraudVersion": (ask.VERSION, lambda _: {"version": "transfer/rules/2"}),
    "fraudRuleGrammar": (ask.GRAMMAR, lambda _: {}),
    "fraudFeatures": (ask.GRAMMAR, lambda _: {}),
    "fraudListEntries": (ask.ENTRIES, lambda _: {"scope": "TRANSFER"}),
    "fraudSnoozes": (ask.SNOOZES, lambda judged: {"id": judged.ada.id}),
    "fraudSeries": (ask.SERIES, lambda _: {"scope": "TRANSFER", "from": "2026-03-01", "to": "2026-03-02"}),
}


@pytest.mark.parametrize("name", LOOKS)
class TestWhoLooks:
    @pytest.mark.parametrize("group", LOOKERS)
    def test_who_watches_fraud_is_shown_it(self, judged: Judged, name: str, group: Group) -> None:
        document, given = LOOKS[name]

        assert judged.world.ask(clerk(group), document, **given(judged)).data[name] is not None

    @pytest.mark.parametrize("group", OTHERS)
    def test_all_other_staff_are_shown_nothing(self, judged: Judged, name: str, group: Group) -> None:
        document, given = LOOKS[name]

        assert judged.world.ask(clerk(group), document, **given(judged)).data[name] is None

    def test_the_customer_is_shown_nothing_of_their_own(self, judged: Judged, name: str) -> None:
        document, given = LOOKS[name]

        assert judged.world.ask(judged.ada, document, **given(judged)).data[name] is None

    def test_nothing_is_read_for_who_is_shown_nothing(self, judged: Judged, name: str) -> None:
        document, given = LOOKS[name]
        del judged.world.decision_desk, judged.world.registry, judged.world.list_changes
        del judged.world.snoozing, judged.world.monitoring

        assert judged.world.ask(judged.ada, document, **given(judged)).data[name] is None


def test_a_page_of_decisions_with_everything_costs_too_much(judged: Judged) -> None:
    document = (
        """{ fraudDecisions(customerId: "x", first: 100) { edges { node { features { name } rules { code } } } } }"""
    )

    answer = judged.world.ask(ANALYST, document)

    assert answer.codes == ["LIMIT_EXCEEDED"]


def test_a_scope_that_there_is_not_is_a_mistake(judged: Judged) -> None:
    assert judged.world.ask(ANALYST, ask.ENTRIES, scope="WIRE").codes == ["INPUT_TYPE_WRONG"]
