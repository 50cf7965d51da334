"""What is promised is measured, watched and shown: the code's list, the alarms and the dashboard are one list."""

import json
from typing import Any

import pytest

from functions.metrics import DIMENSION, NAMESPACE, OPERATIONAL
from functions.slos import EMITTED_BY_A_LATER_PART, SLOS, Slo
from tests.unit.infra.templates import ROOT, every, functions, template

ALARMS: dict[str, dict[str, Any]] = {
    name: found["Properties"]
    for name, found in template("infra/alarms.yaml")["Resources"].items()
    if found["Type"] == "AWS::CloudWatch::Alarm"
}
BODY: str = template("infra/dashboard.yaml")["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Sub"]
WIDGETS: list[dict[str, Any]] = [
    widget["properties"] for widget in json.loads(BODY)["widgets"] if widget["type"] == "metric"
]
OURS = [list(DIMENSION)]

Row = tuple[str, str, str, str, int]
"""A promise: name, metric, statistic, the side that is good, bound."""
BAD_SIDE = {"GreaterThanOrEqualToThreshold": "<", "LessThanOrEqualToThreshold": ">"}
"""How an alarm compares, and the good side that it leaves."""


def in_code(slos: tuple[Slo, ...] = SLOS) -> set[Row]:
    return {(slo.name, slo.metric.name, slo.statistic, slo.good, slo.bound) for slo in slos}


def in_alarms() -> set[Row]:
    return {
        (
            name.removeprefix("Slo"),
            about["MetricName"],
            about.get("Statistic") or about["ExtendedStatistic"],
            BAD_SIDE[about["ComparisonOperator"]],
            about["Threshold"],
        )
        for name, about in ALARMS.items()
        if name.startswith("Slo")
    }


def in_dashboard() -> set[Row]:
    found = set()
    for widget in WIDGETS:
        if "annotations" in widget:
            ((namespace, metric, *dimension),) = widget["metrics"]
            assert (namespace, dimension) == (NAMESPACE, list(DIMENSION))
            (line,) = widget["annotations"]["horizontal"]
            _, _, good, bound = line["label"].split()
            assert int(bound) == line["value"]
            found.add((widget["title"].split(":")[0], metric, widget["stat"], good, line["value"]))
    return found


def test_the_three_lists_are_one() -> None:
    assert in_code() == in_alarms() == in_dashboard()


def test_the_promises_are_those_of_the_design() -> None:
    assert {(slo.name, slo.statistic, slo.good, slo.bound) for slo in SLOS} == {
        ("CardAuthorisationLatency", "p95", "<", 300),
        ("CardApproval", "Average", ">", 98),
        ("InternalTransferLatency", "p95", "<", 800),
        ("ReconciliationDifferences", "Maximum", "<", 1),
        ("GeneralLedgerPosting", "Maximum", "<", 2 * 60 * 60),
        ("FraudReviewBacklog", "Maximum", "<", 24 * 60 * 60),
    }


@pytest.mark.parametrize("slo", SLOS, ids=lambda slo: slo.name)
def test_a_row_of_the_dashboard_says_the_promise(slo: Slo) -> None:
    assert f"{slo.name}: {slo.promise}" in [widget["title"] for widget in WIDGETS]


@pytest.mark.parametrize("slo", SLOS, ids=lambda slo: slo.name)
def test_an_alarm_is_quiet_while_nothing_is_measured(slo: Slo) -> None:
    assert ALARMS[f"Slo{slo.name}"]["TreatMissingData"] == "notBreaching"


def test_what_a_later_part_measures_is_measured_nowhere_yet() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("functions", "graph")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "slos.py"
    )
    later = {name for name, value in vars(__import__("functions.slos", fromlist=["x"])).items() if _is_later(value)}
    assert len(later) == len(EMITTED_BY_A_LATER_PART)
    assert not [name for name in later if name in code]


def _is_later(value: object) -> bool:
    return isinstance(value, Slo) and value in EMITTED_BY_A_LATER_PART


@pytest.mark.parametrize("metric", OPERATIONAL, ids=lambda metric: metric.name)
def test_what_the_works_measure_has_an_alarm_and_a_graph(metric: Any) -> None:
    assert [about for about in ALARMS.values() if about["MetricName"] == metric.name]
    assert [NAMESPACE, metric.name, *DIMENSION] in [found for widget in WIDGETS for found in widget["metrics"]]


def test_every_metric_of_ours_that_is_watched_or_shown_is_measured() -> None:
    known = {metric.name for metric in OPERATIONAL} | {slo.metric.name for slo in SLOS}
    watched = {about["MetricName"]: about for about in ALARMS.values() if about["Namespace"] == NAMESPACE}
    shown = {found[1] for widget in WIDGETS for found in widget["metrics"] if found[0] == NAMESPACE}
    assert set(watched) == shown == known
    for about in watched.values():
        assert [list(one.values()) for one in about["Dimensions"]] == OURS


def test_the_dashboard_shows_functions_and_queues_by_names_that_exist() -> None:
    names = {function["FunctionName"]["Sub"] for function in functions().values()}
    queues = {queue.properties["QueueName"]["Sub"] for queue in every("AWS::SQS::Queue")}
    shown: dict[str, set[str]] = {"FunctionName": set(), "QueueName": set()}
    for widget in WIDGETS:
        for _, _, dimension, value in widget["metrics"]:
            shown.setdefault(dimension, set()).add(value)
    assert shown["FunctionName"] == names
    assert shown["QueueName"] <= queues
    assert {name for name in queues if "-dead-" in name} <= shown["QueueName"]
