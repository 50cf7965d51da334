"""A door beside the AWS services, for the keeper of the engine alone: save now, reload the functions.

POST /_florin/save    -> the state is on disk when the answer comes
POST /_florin/reload  -> the next call of every function runs today's code
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from ops.local.engine.saves import SaveFailed, Saves
from ops.local.engine.workers import retire_workers

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Door:
    """An ASGI application that answers the keeper's two requests and passes on all others."""

    def __init__(self, application: Application, *, saves: Saves | None) -> None:
        self.application = application
        self.saves = saves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/_florin/"):
            status, answer = await self.answer(scope["method"], scope["path"])
            await reply(send, status=status, answer=answer)
        else:
            await self.application(scope, receive, send)

    async def answer(self, method: str, path: str) -> tuple[int, dict[str, Any]]:
        if (method, path) == ("POST", "/_florin/reload"):
            return 200, {"retired": await asyncio.to_thread(retire_workers)}
        if (method, path) == ("POST", "/_florin/save"):
            if self.saves is None:
                return 409, {"error": "this engine keeps nothing"}
            try:
                return 200, await self.saves.save()
            except SaveFailed as failed:
                return 500, {"error": str(failed)}
        return 404, {"error": f"{method} {path} is not known here"}


async def reply(send: Send, *, status: int, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
