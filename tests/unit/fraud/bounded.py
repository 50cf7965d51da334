"""Bounds of thresholds, signed by the key that a bank trusts."""

from typing import Any, Final

from domain.access.model import Actor
from domain.fraud import signed_bounds
from domain.fraud.documents import sha256_of
from domain.fraud.kinds import Decision, Scope
from domain.fraud.registry_model import SignedBounds
from domain.fraud.thresholds import Bound, Bounds
from domain.refusals import Refusal
from functions.composition import Bank

BOUNDS: Final = Bounds(
    {Decision.REVIEW: Bound(0.3, 0.7, optional=False), Decision.BLOCK: Bound(0.8, 0.99, optional=False)},
    {Decision.REVIEW: Bound(50_000, 250_000, optional=False)},
)


def keep_bounds(bank: Bank, kms: Any, lead: Actor, scope: Scope) -> None:
    """`kms`: a client that may sign; the bank itself may not."""
    key = bank.configuration.fraud_bounds_key_arn
    body = signed_bounds.document(signed_bounds.Numbered(scope, 1, BOUNDS))
    digest = bytes.fromhex(sha256_of(body))
    answer = kms.sign(KeyId=key, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")
    kept = SignedBounds(scope, body, key, answer["Signature"], 1, lead.person, bank.clock.now())
    found = bank.registry.keep_bounds(lead, kept)
    assert not isinstance(found, Refusal), found
