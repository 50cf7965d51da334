"""Journeys as executions, against a client that answers as Step Functions does."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.payments.journeys import Execution
from domain.payments.journeys_aws import StepFunctionsJourneys
from domain.payments.kinds import PaymentKind, PaymentState

CREDIT = "arn:aws:states:us-east-1:123456789012:stateMachine:florin-ach-credit-us-east-1"
DEBIT = "arn:aws:states:us-east-1:123456789012:stateMachine:florin-ach-debit-us-east-1"
PAYMENT = "pay_us0417_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"


class Client:
    """Notes what it is asked, and answers with the error or the status it was given."""

    def __init__(self, *, error: str | None = None, status: str = "RUNNING") -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._error = error
        self._status = status

    def start_execution(self, **asked: Any) -> dict[str, str]:
        return self._answer("start_execution", asked, {"executionArn": "arn"})

    def describe_execution(self, **asked: Any) -> dict[str, str]:
        return self._answer("describe_execution", asked, {"status": self._status})

    def send_task_success(self, **asked: Any) -> dict[str, str]:
        return self._answer("send_task_success", asked, {})

    def _answer(self, name: str, asked: dict[str, Any], answer: dict[str, str]) -> dict[str, str]:
        self.asked.append((name, asked))
        if self._error:
            raise ClientError({"Error": {"Code": self._error, "Message": "no"}}, name)
        return answer


def journeys(client: Client) -> StepFunctionsJourneys:
    return StepFunctionsJourneys(
        client=lambda: client, machines={PaymentKind.ACH_CREDIT: CREDIT, PaymentKind.ACH_DEBIT: DEBIT}
    )


class TestStarting:
    @pytest.mark.parametrize(("kind", "machine"), [(PaymentKind.ACH_CREDIT, CREDIT), (PaymentKind.ACH_DEBIT, DEBIT)])
    def test_names_the_execution_by_payment_and_number_on_the_machine_of_its_kind(
        self, kind: PaymentKind, machine: str
    ) -> None:
        client = Client()
        journeys(client).start(kind, PAYMENT, 2)

        ((name, asked),) = client.asked
        assert (name, asked["stateMachineArn"], asked["name"]) == ("start_execution", machine, f"{PAYMENT}.2")
        assert json.loads(asked["input"]) == {"payment": PAYMENT, "kind": kind.value}

    def test_again_gives_the_same_bytes_because_another_input_would_be_another_execution(self) -> None:
        client = Client()
        for _ in range(2):
            journeys(client).start(PaymentKind.ACH_CREDIT, PAYMENT, 1)
        first, second = client.asked
        assert first == second

    def test_one_that_exists_is_no_error(self) -> None:
        journeys(Client(error="ExecutionAlreadyExists")).start(PaymentKind.ACH_CREDIT, PAYMENT, 1)

    def test_whatever_else_goes_wrong_is_raised(self) -> None:
        with pytest.raises(ClientError, match="ExecutionLimitExceeded"):
            journeys(Client(error="ExecutionLimitExceeded")).start(PaymentKind.ACH_CREDIT, PAYMENT, 1)


class TestAskingAboutOne:
    def test_asks_by_the_name_it_was_started_with(self) -> None:
        client = Client()
        journeys(client).state(PaymentKind.ACH_DEBIT, PAYMENT, 3)

        arn = f"arn:aws:states:us-east-1:123456789012:execution:florin-ach-debit-us-east-1:{PAYMENT}.3"
        assert client.asked == [("describe_execution", {"executionArn": arn})]

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("RUNNING", Execution.RUNNING),
            ("SUCCEEDED", Execution.ENDED),
            ("FAILED", Execution.ENDED),
            ("TIMED_OUT", Execution.ENDED),
            ("ABORTED", Execution.ENDED),
        ],
    )
    def test_one_that_runs_runs_and_every_other_has_ended(self, status: str, state: Execution) -> None:
        assert journeys(Client(status=status)).state(PaymentKind.ACH_CREDIT, PAYMENT, 1) is state

    def test_one_that_does_not_exist_is_missing(self) -> None:
        found = journeys(Client(error="ExecutionDoesNotExist")).state(PaymentKind.ACH_CREDIT, PAYMENT, 1)
        assert found is Execution.MISSING

    def test_unknown_is_neither_missing_nor_ended(self) -> None:
        with pytest.raises(ClientError, match="ThrottlingException"):
            journeys(Client(error="ThrottlingException")).state(PaymentKind.ACH_CREDIT, PAYMENT, 1)


class TestResuming:
    def test_tells_the_token_the_state(self) -> None:
        client = Client()
        journeys(client).resume("token", PaymentState.SETTLED)

        ((name, asked),) = client.asked
        assert (name, asked["taskToken"], json.loads(asked["output"])) == (
            "send_task_success",
            "token",
            {"state": "SETTLED"},
        )

    @pytest.mark.parametrize("error", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
    def test_a_token_that_nobody_waits_for_is_no_error(self, error: str) -> None:
        journeys(Client(error=error)).resume("token", PaymentState.SETTLED)

    def test_whatever_else_goes_wrong_is_raised(self) -> None:
        with pytest.raises(ClientError, match="ThrottlingException"):
            journeys(Client(error="ThrottlingException")).resume("token", PaymentState.SETTLED)
