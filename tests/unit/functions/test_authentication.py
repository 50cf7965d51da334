"""Access tokens are believed only when everything about them is right."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from functions.authentication import (
    KEYS_AGE_MAX,
    REFETCH_INTERVAL_MIN,
    TOKEN_LENGTH_MAX,
    Authenticator,
)
from functions.callers import Identity, KeysUnavailable, TokenRefused, fetch_over_http

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"
CLIENT = "client-of-the-bank"
PERSON = "cus_us_01K00000000000000000000000"
NO_SIGNATURE = b'{"alg":"none","kid":"first"}'
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class SetClock:
    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant


class Pool:
    """A user pool: it signs tokens, publishes its keys and counts how often they are fetched."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "first"})
        self.published = [self.key]
        self.fetches = 0

    def fetch(self, url: str) -> bytes:
        assert url == "http://pool/jwks.json"
        self.fetches += 1
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.published]}).encode()

    def token(self, *, header: dict[str, Any] | None = None, **changed: Any) -> str:
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "client_id": CLIENT,
            "token_use": "access",
            "exp": int((NOW + timedelta(hours=1)).timestamp()),
            "person": PERSON,
            "cognito:groups": ["customer"],
            **changed,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header or {"alg": "RS256", "kid": self.key.kid}, claims, self.key)


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def authenticator(pool: Pool, clock: SetClock) -> Authenticator:
    return Authenticator(
        issuer=ISSUER, client_id=CLIENT, jwks_url="http://pool/jwks.json", clock=clock, fetch=pool.fetch
    )


def test_a_good_token_names_the_person_and_the_groups(authenticator: Authenticator, pool: Pool) -> None:
    assert authenticator.identify(pool.token()) == Identity(PERSON, ("customer",))


def test_a_token_says_when_its_person_signed_in(authenticator: Authenticator, pool: Pool) -> None:
    signed_in = NOW - timedelta(minutes=20)
    token = pool.token(auth_time=int(signed_in.timestamp()))
    assert authenticator.identify(token).authenticated_at == signed_in


def test_a_token_that_does_not_say_it_proves_no_sign_in(authenticator: Authenticator, pool: Pool) -> None:
    assert authenticator.identify(pool.token()).authenticated_at is None


@pytest.mark.parametrize("auth_time", ["now", 1.5, True, -1, 253_402_300_800, [0]])
def test_a_time_of_sign_in_that_is_none_is_refused(authenticator: Authenticator, pool: Pool, auth_time: object) -> None:
    with pytest.raises(TokenRefused, match="time of sign-in"):
        authenticator.identify(pool.token(auth_time=auth_time))


def test_a_person_without_groups_has_none(authenticator: Authenticator, pool: Pool) -> None:
    assert authenticator.identify(pool.token(**{"cognito:groups": None})).groups == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elsewhere"},
        {"iss": None},
        {"client_id": "another-client"},
        {"client_id": None},
        {"token_use": "id"},
        {"token_use": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": int((NOW - timedelta(seconds=6)).timestamp())},
        {"nbf": int((NOW + timedelta(minutes=1)).timestamp())},
        {"person": None},
        {"person": ""},
        {"person": [PERSON]},
        {"cognito:groups": "admin"},
        {"cognito:groups": [{"admin": True}]},
    ],
    ids=str,
)
def test_a_token_with_one_claim_wrong_is_refused(
    authenticator: Authenticator, pool: Pool, changed: dict[str, Any]
) -> None:
    token = pool.token(**changed)

    with pytest.raises(TokenRefused):
        authenticator.identify(token)


@pytest.mark.parametrize("token", ["", "a.b.c", "..", "not a token", "é.é.é", "a" * (TOKEN_LENGTH_MAX + 1)])
def test_what_is_no_token_is_refused(authenticator: Authenticator, token: str) -> None:
    with pytest.raises(TokenRefused):
        authenticator.identify(token)


def test_a_changed_signature_is_refused(authenticator: Authenticator, pool: Pool) -> None:
    head, payload, signature = pool.token().split(".")

    with pytest.raises(TokenRefused):
        authenticator.identify(f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}")


def test_a_token_cannot_choose_a_shared_secret(authenticator: Authenticator, pool: Pool) -> None:
    """The public key is known to everybody; a token signed with it as an HMAC secret proves nothing."""
    _, payload, _ = pool.token().split(".")
    signed = f"{_base64url(json.dumps({'alg': 'HS256', 'kid': 'first'}).encode())}.{payload}"
    signature = hmac.digest(pool.key.as_pem(private=False), signed.encode(), "sha256")

    with pytest.raises(TokenRefused):
        authenticator.identify(f"{signed}.{_base64url(signature)}")


def test_a_token_cannot_choose_no_signature(authenticator: Authenticator, pool: Pool) -> None:
    _, payload, _ = pool.token().split(".")

    with pytest.raises(TokenRefused):
        authenticator.identify(f"{_base64url(NO_SIGNATURE)}.{payload}.")


def test_another_pool_with_the_same_key_id_is_refused(authenticator: Authenticator) -> None:
    stranger = Pool()

    with pytest.raises(TokenRefused):
        authenticator.identify(stranger.token())


def test_keys_are_fetched_once_for_many_tokens(authenticator: Authenticator, pool: Pool) -> None:
    for _ in range(3):
        authenticator.identify(pool.token())

    assert pool.fetches == 1


def test_keys_are_fetched_again_when_they_are_old(authenticator: Authenticator, pool: Pool, clock: SetClock) -> None:
    authenticator.identify(pool.token())
    clock.instant += KEYS_AGE_MAX

    authenticator.identify(pool.token(exp=int((clock.instant + timedelta(hours=1)).timestamp())))

    assert pool.fetches == 2


def test_a_new_key_is_found_after_a_minute(authenticator: Authenticator, pool: Pool, clock: SetClock) -> None:
    authenticator.identify(pool.token())
    pool.key = RSAKey.generate_key(2048, {"kid": "second"})
    pool.published.append(pool.key)
    clock.instant += REFETCH_INTERVAL_MIN

    assert authenticator.identify(pool.token()).groups == ("customer",)


def test_unknown_keys_cause_one_fetch_a_minute(authenticator: Authenticator, pool: Pool) -> None:
    authenticator.identify(pool.token())
    unknown = pool.token(header={"alg": "RS256", "kid": "invented"})

    for _ in range(3):
        with pytest.raises(TokenRefused):
            authenticator.identify(unknown)

    assert pool.fetches == 1


def test_keys_that_cannot_be_fetched_are_no_refusal_of_the_token(pool: Pool, clock: SetClock) -> None:
    nobody_listens = "http://127.0.0.1:9/jwks.json"
    authenticator = Authenticator(
        issuer=ISSUER, client_id=CLIENT, jwks_url=nobody_listens, clock=clock, fetch=fetch_over_http
    )

    with pytest.raises(KeysUnavailable):
        authenticator.identify(pool.token())


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "RSA"}]}'])
def test_a_malformed_document_of_keys_is_no_refusal_of_the_token(pool: Pool, clock: SetClock, document: bytes) -> None:
    authenticator = Authenticator(
        issuer=ISSUER, client_id=CLIENT, jwks_url="http://pool", clock=clock, fetch=lambda _: document
    )

    with pytest.raises(KeysUnavailable):
        authenticator.identify(pool.token())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
