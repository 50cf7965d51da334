"""Who is calling: the access token is checked again here, although the API's authorizer has checked it.

A route wired without its authorizer, or a copy of the function behind another door, must not open the bank.
The pool's public keys are fetched once, kept for a limited time, and fetched again for a key id not yet seen,
at most once a minute, so that nobody can make the function hammer the pool with invented key ids.

Checking signatures takes a sixth of a cold start to load, so the handler loads this module for the first token.
"""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import GuestProtocol, Key, KeySet, RSAKey

from domain.clock import Clock
from functions.callers import Fetch, Identity, KeysUnavailable, TokenRefused

TOKEN_LENGTH_MAX: Final = 4096
"""A Cognito access token is about 1,100 characters; groups and claims of ours add at most a few hundred."""
ALGORITHMS: Final = ("RS256",)
"""What Cognito signs with. A list of one, so that a token cannot choose `none` or a shared secret."""
LEEWAY_SECONDS: Final = 5
"""Clocks of the pool and of the function may differ this much."""
AUTH_TIME_MAX: Final = 253_402_300_799
"""The last second of the year 9999: beyond it there is no date."""
KEYS_AGE_MAX: Final = timedelta(hours=1)
REFETCH_INTERVAL_MIN: Final = timedelta(minutes=1)


class Authenticator:
    """Checks access tokens of one user pool and one of its clients."""

    def __init__(self, *, issuer: str, client_id: str, jwks_url: str, clock: Clock, fetch: Fetch) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._clock = clock
        self._keys = _PublicKeys(jwks_url, clock, fetch)

    def identify(self, token: str) -> Identity:
        """The identity that the token proves. Raises `TokenRefused` or `KeysUnavailable`."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise TokenRefused("The token is too long.")
        claims = self._verified(token)
        self._check_claims(claims)
        person = claims.get("person")
        if not isinstance(person, str) or not person:
            raise TokenRefused("The token names no person of the bank.")
        return Identity(person, _groups(claims), _signed_in_at(claims))

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(token, self._key_for, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, RecursionError):
            raise TokenRefused("The token is malformed or not signed by the bank's user pool.") from None

    def _key_for(self, guest: GuestProtocol) -> Key:
        key_id = guest.headers().get("kid")
        if not isinstance(key_id, str):
            raise TokenRefused("The token names no key.")
        return self._keys.get(key_id)

    def _check_claims(self, claims: dict[str, Any]) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            client_id={"essential": True, "value": self._client_id},
            token_use={"essential": True, "value": "access"},
            exp={"essential": True},
        )
        try:
            registry.validate(claims)
        except ExpiredTokenError:
            raise TokenRefused("The token has expired.") from None
        except JoseError:
            raise TokenRefused("The token is not an access token of this bank's client.") from None


class _PublicKeys:
    def __init__(self, url: str, clock: Clock, fetch: Fetch) -> None:
        self._url = url
        self._clock = clock
        self._fetch = fetch
        self._lock = threading.Lock()
        self._by_id: dict[str, Key] = {}
        self._fetched_at: datetime | None = None

    def get(self, key_id: str) -> Key:
        with self._lock:
            now = self._clock.now()
            age_max = KEYS_AGE_MAX if key_id in self._by_id else REFETCH_INTERVAL_MIN
            if self._fetched_at is None or now - self._fetched_at >= age_max:
                self._load(now)
            key = self._by_id.get(key_id)
        if key is None:
            raise TokenRefused("The token is signed with a key that the bank's user pool does not have.")
        return key

    def _load(self, now: datetime) -> None:
        body = self._fetch(self._url)
        try:
            found = KeySet.import_key_set(json.loads(body))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise KeysUnavailable("the document of public keys is malformed") from error
        self._by_id = {key.kid: key for key in found.keys if key.kid and isinstance(key, RSAKey)}
        self._fetched_at = now


def _signed_in_at(claims: dict[str, Any]) -> datetime | None:
    """The claim `auth_time`: seconds since 1970, of the sign-in itself and not of the token."""
    found = claims.get("auth_time")
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= AUTH_TIME_MAX:
        raise TokenRefused("The token's time of sign-in is malformed.")
    return datetime.fromtimestamp(found, UTC)


def _groups(claims: dict[str, Any]) -> tuple[str, ...]:
    found = claims.get("cognito:groups", [])
    if not isinstance(found, list) or not all(isinstance(group, str) for group in found):
        raise TokenRefused("The token's groups are malformed.")
    return tuple(found)
