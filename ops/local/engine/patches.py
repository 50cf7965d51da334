"""Three places where MiniStack 1.5.33 is further from AWS than it needs to be, mended from outside.

Each mend replaces a private function of exactly that version, so the launcher checks the version first, and each
replacement insists that what it replaces is there.
"""

from __future__ import annotations

import functools
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import apigateway, lambda_svc

from ops.local.engine.error_types import error_type_of

SILENT_HANDLER_WAIT_SECONDS = 0.004
UNNAMED_ERROR = "Runtime.HandlerError"


def apply_patches() -> None:
    name_error_types()
    read_cors_keys_of_templates()
    wait_less_for_silent_handlers()


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
