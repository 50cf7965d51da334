"""Standard Webhooks 1.0.0, by its published vectors and by signatures made here without the bank's code."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from domain.partners.model import (
    Arrival,
    HeaderDoubled,
    HeaderMalformed,
    HeaderMissing,
    Scheme,
    SignatureWrong,
    SigningKey,
    TimestampOutsideTolerance,
    Verified,
)
from domain.partners.signatures import (
    SIGNATURES_MAX,
    KeyFaulty,
    StandardWebhooks,
    VerifierRefusal,
    key_of,
    live,
)
from tests.unit.accounts.house import NOON
from tests.unit.partners.signing import FORMER, SCHEMES, SPONSOR, STRANGER, V1, V1A, Signer, body_of

TOLERANCE: Final = timedelta(minutes=5)
VERIFIER: Final = StandardWebhooks(tolerance=TOLERANCE)
BODY: Final = body_of()

PUBLISHED_BODY: Final = b'{"test": 2432232314}'
PUBLISHED_AT: Final = datetime.fromtimestamp(1614265330, tz=UTC)
PUBLISHED: Final = {
    V1: (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    V1A: (
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
    ),
}
"""Of the specification's reference implementations: the key that the receiver has, and the signature."""


def keys(*signers: Signer) -> tuple[SigningKey, ...]:
    return tuple(key_of(signer.secrets[scheme], None) for signer in signers for scheme in SCHEMES)


def verified(headers: dict[str, str], body: bytes = BODY, *, now: datetime = NOON) -> Verified | VerifierRefusal:
    return VERIFIER.verified(Arrival("sponsor", "k", headers, body), keys(SPONSOR), now)


@pytest.mark.parametrize("scheme", SCHEMES)
class TestEachScheme:
    def test_the_published_signature_is_right(self, scheme: str) -> None:
        key, signature = PUBLISHED[scheme]
        headers = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": signature,
        }
        arrival = Arrival("sponsor", "k", headers, PUBLISHED_BODY)

        answer = VERIFIER.verified(arrival, [key_of(key, None)], PUBLISHED_AT)

        assert answer == Verified("msg_p5jXN8AQM9LWM0D4loKWxJek", PUBLISHED_AT, Scheme(scheme))

    def test_what_we_sign_ourselves_is_right(self, scheme: str) -> None:
        answer = verified(SPONSOR.headers(BODY, NOON, scheme=scheme))

        assert answer == Verified("msg_1", NOON, Scheme(scheme))

    def test_somebody_elses_signature_is_wrong(self, scheme: str) -> None:
        assert verified(STRANGER.headers(BODY, NOON, scheme=scheme)) == SignatureWrong()

    @pytest.mark.parametrize("place", range(0, len(BODY), 7))
    def test_one_flipped_bit_of_the_body_is_noticed(self, scheme: str, place: int) -> None:
        flipped = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]

        assert verified(SPONSOR.headers(BODY, NOON, scheme=scheme), flipped) == SignatureWrong()

    def test_another_id_is_noticed(self, scheme: str) -> None:
        headers = SPONSOR.headers(BODY, NOON, scheme=scheme) | {"webhook-id": "msg_2"}

        assert verified(headers) == SignatureWrong()

    def test_another_time_is_noticed(self, scheme: str) -> None:
        later = str(int(NOON.timestamp()) + 1)
        headers = SPONSOR.headers(BODY, NOON, scheme=scheme) | {"webhook-timestamp": later}

        assert verified(headers) == SignatureWrong()

    def test_a_signature_of_one_scheme_is_none_of_the_other(self, scheme: str) -> None:
        """Both are as long as they should be, so only the key tells."""
        headers = SPONSOR.headers(BODY, NOON, scheme=scheme)
        other = V1A if scheme == V1 else V1
        only_other = [key_of(SPONSOR.secrets[other], None)]

        assert VERIFIER.verified(Arrival("sponsor", "k", headers, BODY), only_other, NOON) == SignatureWrong()

    def test_a_right_one_is_found_among_wrong_and_unknown_ones(self, scheme: str) -> None:
        headers = SPONSOR.headers(BODY, NOON, scheme=scheme)
        wrong = STRANGER.headers(BODY, NOON, scheme=scheme)["webhook-signature"]
        headers["webhook-signature"] = f"v2,anything! {wrong} {headers['webhook-signature']}"

        assert isinstance(verified(headers), Verified)

    @pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400])
    def test_a_message_signed_too_long_ago_or_ahead_is_not_taken(self, scheme: str, seconds: int) -> None:
        headers = SPONSOR.headers(BODY, NOON + timedelta(seconds=seconds), scheme=scheme)

        assert verified(headers) == TimestampOutsideTolerance(300)

    @pytest.mark.parametrize("seconds", [-300, 300, 0])
    def test_five_minutes_to_either_side_are_within_the_tolerance(self, scheme: str, seconds: int) -> None:
        headers = SPONSOR.headers(BODY, NOON + timedelta(seconds=seconds), scheme=scheme)

        assert isinstance(verified(headers), Verified)


class TestHeaders:
    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    @pytest.mark.parametrize("value", [None, "", "  "])
    def test_one_that_is_missing_or_empty_is_named(self, name: str, value: str | None) -> None:
        headers = SPONSOR.headers(BODY, NOON)
        if value is None:
            del headers[name]
        else:
            headers[name] = value

        assert verified(headers) == HeaderMissing(name)

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    @pytest.mark.parametrize("between", [",", ", "])
    def test_one_that_came_twice_is_named(self, name: str, between: str) -> None:
        headers = SPONSOR.headers(BODY, NOON)
        headers[name] = between.join([headers[name]] * 2)

        assert verified(headers) == HeaderDoubled(name)

    @pytest.mark.parametrize("value", ["a b", "a.b", "é", "x" * 129, "a\x00b", "１"])
    def test_an_id_that_could_be_read_in_two_ways_is_malformed(self, value: str) -> None:
        answer = verified(SPONSOR.headers(BODY, NOON) | {"webhook-id": value})

        assert isinstance(answer, HeaderMalformed)
        assert answer.header == "webhook-id"

    @pytest.mark.parametrize("value", ["now", "-1", "1e9", "1.5", "+1", "１２３", "9" * 12, "0x10", "1_000"])
    def test_a_time_that_is_no_plain_number_is_malformed(self, value: str) -> None:
        answer = verified(SPONSOR.headers(BODY, NOON) | {"webhook-timestamp": value})

        assert isinstance(answer, HeaderMalformed)
        assert answer.header == "webhook-timestamp"

    @pytest.mark.parametrize(
        "value",
        [
            "v1",
            "v1,",
            ",AAAA",
            "v1,AAAA",
            "v1,not base64",
            "v1,%%%%",
            "v1," + "A" * 43 + "-",
            "v1," + "A" * 43,
            "v1a," + "A" * 43 + "=",
            "V1," + "A" * 43 + "=",
            "é,AAAA",
            " ".join(["v2,AAAA"] * (SIGNATURES_MAX + 1)),
        ],
    )
    def test_a_signature_that_cannot_be_one_is_malformed(self, value: str) -> None:
        answer = verified(SPONSOR.headers(BODY, NOON) | {"webhook-signature": value})

        assert isinstance(answer, HeaderMalformed)
        assert answer.header == "webhook-signature"

    @pytest.mark.parametrize(
        "beside", ["v1,AAAA", "v1," + "A" * 43, "v1a,AAAA", "word", "V1,x", "v1-beta,x", "v2,a,b", "v1,", "é"]
    )
    def test_one_right_signature_is_enough_whatever_stands_beside_it(self, beside: str) -> None:
        headers = SPONSOR.headers(BODY, NOON)
        right = headers["webhook-signature"]
        for value in (f"{beside} {right}", f"{right} {beside}"):
            assert isinstance(verified(headers | {"webhook-signature": value}), Verified)

    def test_a_signature_whose_spare_bits_are_set_is_not_read_as_another(self) -> None:
        """Base64 has four ways to write the last byte of 32; one is right."""
        headers = SPONSOR.headers(BODY, NOON)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        spare = alphabet[alphabet.index(headers["webhook-signature"][-2]) + 1]
        headers["webhook-signature"] = headers["webhook-signature"][:-2] + spare + "="

        assert isinstance(verified(headers), HeaderMalformed)

    def test_only_unknown_schemes_are_no_signature(self) -> None:
        headers = SPONSOR.headers(BODY, NOON) | {"webhook-signature": "v2,AAAA v9z,anything"}

        assert verified(headers) == SignatureWrong()


class TestKeys:
    @pytest.mark.parametrize(
        "point",
        [
            "01" + "00" * 31,
            "00" * 32,
            "ec" + "ff" * 30 + "7f",
            "ee" + "ff" * 30 + "7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        ],
    )
    def test_a_public_key_that_is_nobodys_is_none(self, point: str) -> None:
        with pytest.raises(KeyFaulty):
            key_of("whpk_" + base64.b64encode(bytes.fromhex(point)).decode(), None)

    @pytest.mark.parametrize("length", [24, 32, 64])
    def test_a_secret_has_24_to_64_bytes(self, length: int) -> None:
        text = "whsec_" + base64.b64encode(b"x" * length).decode()

        assert key_of(text, None) == SigningKey(Scheme.V1, b"x" * length, None)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "secret",
            "whsec_",
            "whsec_AAAA",
            "whsec_" + "A" * 92,
            "whsec_%%%%",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
            "whpk_AAAA",
            "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ],
    )
    def test_anything_else_is_faulty_and_not_repeated(self, text: str) -> None:
        with pytest.raises(KeyFaulty) as caught:
            key_of(text, None)

        assert len(text) < 10 or text[6:] not in str(caught.value)

    def test_a_key_stands_in_no_text(self) -> None:
        key = key_of(PUBLISHED[V1][0], None)

        assert str(key.key) not in repr(key)
        assert "MfKQ" not in repr(key)

    def test_an_old_key_lives_until_its_end_and_not_at_it(self) -> None:
        old = key_of(FORMER.secrets[V1], NOON)

        assert live([old], NOON - timedelta(microseconds=1)) == [old]
        assert live([old], NOON) == []
