"""Six places where MiniStack 1.5.33 is further from AWS than it needs to be, mended from outside.

Each mend replaces a private function of exactly that version, so the launcher checks the version first, and each
replacement insists that what it replaces is there.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import yaml
from ministack.core import lambda_runtime
from ministack.services import apigateway, lambda_svc, stepfunctions
from ministack.services.cloudformation import provisioners

from ops.local.engine.error_types import error_type_of

SILENT_HANDLER_WAIT_SECONDS = 0.004
UNNAMED_ERROR = "Runtime.HandlerError"


def apply_patches() -> None:
    name_error_types()
    read_cors_keys_of_templates()
    wait_less_for_silent_handlers()
    read_machines_in_yaml()
    fail_tasks_whose_function_fails()
    read_streams_of_tables_anew()


def name_error_types() -> None:
    """An exception's class is its error type, as on AWS, so that `Catch` and `Retry` can name it."""
    original = lambda_svc._execute_function_warm

    @functools.wraps(original)
    def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = original(func, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == UNNAMED_ERROR:
            body["errorType"] = error_type_of(result.get("log", "")) or UNNAMED_ERROR
        return result

    lambda_svc._execute_function_warm = execute


def read_cors_keys_of_templates() -> None:
    """A template writes `AllowOrigins`, the engine's CORS answers read `allowOrigins`."""
    for name in ("_cors_response_headers", "_cors_preflight_response"):
        original = getattr(apigateway, name)

        def answer(cors: dict[str, Any], origin: str, *, original: Any = original) -> Any:
            return original({key[:1].lower() + key[1:]: value for key, value in (cors or {}).items()}, origin)

        setattr(apigateway, name, answer)


def wait_less_for_silent_handlers() -> None:
    """After each call the engine waits 50 ms for log lines that a silent handler never writes."""
    original = lambda_runtime.Worker._drain_stderr_bounded

    @functools.wraps(original)
    def drain(self: Any, first_line_wait: float = SILENT_HANDLER_WAIT_SECONDS, **waits: float) -> Any:
        return original(self, first_line_wait=first_line_wait, **waits)

    lambda_runtime.Worker._drain_stderr_bounded = drain


def read_machines_in_yaml() -> None:
    """CloudFormation puts the substitutions in, then reads the definition as JSON, else as YAML, and passes JSON on."""
    original = provisioners._sfn_definition

    @functools.wraps(original)
    def definition(props: dict[str, Any]) -> str:
        text: str = original(props)
        try:
            json.loads(text)
        except ValueError:
            return json.dumps(yaml.safe_load(text))
        return text

    provisioners._sfn_definition = definition


def fail_tasks_whose_function_fails() -> None:
    """A task that waits for a token fails at once when the function that was given it raises.

    The engine swallows the error and waits out the deadline, so that nothing is ever tried again.
    """
    original = stepfunctions._call_lambda

    @functools.wraps(original)
    def call(func_ref: Any, event: Any) -> Any:
        try:
            return original(func_ref, event)
        except stepfunctions._ExecutionError as failed:
            for value in event.values() if isinstance(event, dict) else ():
                waiting = stepfunctions._task_tokens.get(value) if isinstance(value, str) else None
                if waiting:
                    waiting["error"] = {"Error": failed.error, "Cause": failed.cause}
                    waiting["event"].set()
            raise

    stepfunctions._call_lambda = call


def read_streams_of_tables_anew() -> None:
    """Records of a table's stream end with the engine, and how far they were read does not: the next engine would keep
    from its functions as many new ones as the last had read.
    """
    original, positions = lambda_svc._restore_esm_positions, lambda_svc._dynamodb_stream_positions

    @functools.wraps(original)
    def restore(store: Any, found: Any) -> None:
        if store is not positions:
            original(store, found)

    lambda_svc._restore_esm_positions = restore
