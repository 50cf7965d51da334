"""Signs people of the local bank in and keeps their access tokens until shortly before they expire.

The passwords never leave this process: the page asks for a token by user name.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as EngineConnectionError

from ops.graphiql.users import load_users
from ops.local.aws import Clients

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.graphiql.users import User
    from ops.local.bank import LocalBank, LocalRegion

RENEW_BEFORE_SECONDS = 60  # Longer than any one operation may take.

Reason = Literal["USER_UNKNOWN", "REGION_UNKNOWN", "SIGN_IN_REFUSED", "BANK_UNREACHABLE"]


class TokenRefused(Exception):
    """No token, for a reason that the page can show."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the moment, on the desk's clock, at which it ends."""

    text: str
    expires_at: float


class TokenDesk:
    """Gives out access tokens, signing a person in only when no fresh token is at hand."""

    def __init__(self, bank: LocalBank, clock: Callable[[], float]) -> None:
        self._bank = bank
        self._clock = clock
        self._tokens: dict[tuple[str, str], Token] = {}
        # One at a time: the page is one person's, and two first calls must not sign in twice.
        self._lock = threading.Lock()

    def token(self, *, user: str, region: str) -> Token:
        """A token that lasts longer than `RENEW_BEFORE_SECONDS`. Raises `TokenRefused`."""
        with self._lock:
            kept = self._tokens.get((user, region))
            if kept is None or kept.expires_at - self._clock() <= RENEW_BEFORE_SECONDS:
                kept = self._sign_in(self._person(user), self._region(region))
                self._tokens[user, region] = kept
            return kept

    def forget(self, text: str) -> None:
        """Drop a token that the bank no longer takes, as after its pool was made anew."""
        with self._lock:
            self._tokens = {key: token for key, token in self._tokens.items() if token.text != text}

    def _person(self, name: str) -> User:
        for user in load_users(self._bank.users_file):
            if user.name == name:
                return user
        raise TokenRefused("USER_UNKNOWN", f"there is no user {name!r} in this bank")

    def _region(self, name: str) -> LocalRegion:
        if name not in self._bank.regions:
            raise TokenRefused("REGION_UNKNOWN", f"this bank has no region {name!r}")
        return self._bank.regions[name]

    def _sign_in(self, user: User, region: LocalRegion) -> Token:
        pool = Clients(endpoint=self._bank.engine, region=region.region).cognito
        asked_at = self._clock()
        try:
            answer = pool.initiate_auth(
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": user.name, "PASSWORD": user.password},
                ClientId=region.client_id,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise TokenRefused("SIGN_IN_REFUSED", f"{user.name} cannot sign in in {region.region}: {code}") from error
        except (EngineConnectionError, HTTPClientError) as error:
            raise TokenRefused(
                "BANK_UNREACHABLE", f"the engine at {self._bank.engine} does not answer: is the bank up?"
            ) from error
        if "AuthenticationResult" not in answer:
            challenge = answer.get("ChallengeName", "no token")
            raise TokenRefused("SIGN_IN_REFUSED", f"signing in as {user.name} ended in {challenge}")
        result = answer["AuthenticationResult"]
        return Token(text=result["AccessToken"], expires_at=asked_at + result["ExpiresIn"])
