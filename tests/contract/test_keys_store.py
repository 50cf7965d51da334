"""What everything that holds customers' data keys promises, and what KMS adds."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from domain.sealing import DATA_KEY_BYTES, DataKeys, KeyedSealer, MemoryDataKeys, Shredded
from domain.sealing_aws import KEY_AGE_SECONDS_MAX, KEYS_CACHED_MAX, KmsDataKeys
from tests.contract.backends import AT_ONCE, BACKENDS, Aws, at_once, aws

ADA, GRACE = "cus_us_ada", "cus_us_grace"


class HandClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class Vault:
    """A table and a wrapping key, and as many processes over them as a test wants."""

    def __init__(self, place: Aws) -> None:
        self.kms = place.kms
        self.table = place.table("florin-keys")
        self.clock = HandClock()
        self.arn = place.kms.create_key()["KeyMetadata"]["Arn"]

    def keys(self) -> KmsDataKeys:
        """Another process: nothing of the first one's memory."""
        return KmsDataKeys(table=self.table, kms=lambda: self.kms, wrapping_key_arn=self.arn, clock=self.clock)


@pytest.fixture(params=BACKENDS)
def keys(request: pytest.FixtureRequest) -> Iterator[DataKeys]:
    with aws(request) as place:
        yield Vault(place).keys() if place else MemoryDataKeys(os.urandom)


@pytest.fixture(params=BACKENDS[1:])
def vault(request: pytest.FixtureRequest) -> Iterator[Vault]:
    with aws(request) as place:
        assert place
        yield Vault(place)


class TestAnyKeys:
    def test_a_key_is_made_once(self, keys: DataKeys) -> None:
        first = keys.take(ADA)

        assert isinstance(first, bytes)
        assert len(first) == DATA_KEY_BYTES
        assert keys.take(ADA) == first
        assert keys.find(ADA) == first

    def test_every_customer_has_a_key_of_their_own(self, keys: DataKeys) -> None:
        assert keys.take(ADA) != keys.take(GRACE)

    def test_finding_makes_no_key(self, keys: DataKeys) -> None:
        assert keys.find(ADA) is None
        assert keys.find(ADA) is None

    def test_a_shredded_key_is_gone_and_stays_gone(self, keys: DataKeys) -> None:
        keys.take(ADA)
        keys.shred(ADA)
        keys.shred(ADA)

        assert keys.find(ADA) == Shredded(ADA)
        assert keys.take(ADA) == Shredded(ADA)

    def test_shredding_before_there_was_a_key_stops_one_from_being_made(self, keys: DataKeys) -> None:
        keys.shred(ADA)

        assert keys.take(ADA) == Shredded(ADA)

    def test_shredding_one_customer_leaves_the_others(self, keys: DataKeys) -> None:
        kept = keys.take(GRACE)
        keys.take(ADA)
        keys.shred(ADA)

        assert keys.find(GRACE) == kept

    def test_a_sealer_over_them_forgets_whom_it_shreds(self, keys: DataKeys) -> None:
        sealer = KeyedSealer(keys, os.urandom)
        sealed = sealer.seal(ADA, b"Ada Lovelace", "profile")
        assert isinstance(sealed, bytes)
        assert sealer.open(ADA, sealed, "profile") == b"Ada Lovelace"

        sealer.shred(ADA)

        assert sealer.open(ADA, sealed, "profile") == Shredded(ADA)

    @pytest.mark.parametrize("keys", AT_ONCE, indirect=True)
    def test_many_who_need_the_first_key_at_once_get_the_same(self, keys: DataKeys) -> None:
        assert len(set(at_once(lambda _: keys.take(ADA)))) == 1


class TestKeysUnderKms:
    def test_two_processes_use_one_key(self, vault: Vault) -> None:
        assert vault.keys().take(ADA) == vault.keys().take(ADA)

    @pytest.mark.parametrize("vault", AT_ONCE[1:], indirect=True)
    def test_many_processes_that_make_it_at_once_end_with_one_key(self, vault: Vault) -> None:
        keys = at_once(lambda _: vault.keys().take(ADA))

        assert len(set(keys)) == 1
        assert vault.keys().find(ADA) == keys[0]

    def test_who_loses_the_race_takes_the_winners_key(self, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
        winner, loser = vault.keys(), vault.keys()
        won: list[bytes | Shredded] = []

        def slow_put_new(item: object) -> bool:
            monkeypatch.undo()  # only the loser's first write is overtaken
            won.append(winner.take(ADA))
            return vault.table.put_new(item)  # type: ignore[arg-type]  # handed through unseen

        monkeypatch.setattr(vault.table, "put_new", slow_put_new)

        assert [loser.take(ADA)] == won

    def test_who_loses_the_race_to_the_shredder_gets_no_key(
        self, vault: Vault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow_put_new(item: object) -> bool:
            monkeypatch.undo()
            vault.keys().shred(ADA)
            return vault.table.put_new(item)  # type: ignore[arg-type]  # handed through unseen

        monkeypatch.setattr(vault.table, "put_new", slow_put_new)

        assert vault.keys().take(ADA) == Shredded(ADA)

    def test_the_table_never_holds_a_plaintext_key(self, vault: Vault) -> None:
        key = vault.keys().take(ADA)
        item = vault.table.get(f"K#{ADA}", "K")

        assert isinstance(key, bytes)
        assert item
        wrapped = item["wrapped"]
        assert isinstance(wrapped, bytes)
        assert key not in wrapped

    def test_shredding_leaves_no_wrapped_key_in_the_table(self, vault: Vault) -> None:
        vault.keys().take(ADA)
        vault.keys().shred(ADA)

        item = vault.table.get(f"K#{ADA}", "K")

        assert item
        assert set(item) == {"pk", "sk", "shredded_at"}

    def test_a_wrapped_key_put_under_another_customer_does_not_unwrap(self, vault: Vault) -> None:
        vault.keys().take(ADA)
        stolen = vault.table.get(f"K#{ADA}", "K")
        assert stolen
        vault.table.put({**stolen, "pk": f"K#{GRACE}"})

        with pytest.raises(ClientError, match="InvalidCiphertext"):
            vault.keys().find(GRACE)

    def test_the_process_that_shreds_forgets_at_once(self, vault: Vault) -> None:
        keys = vault.keys()
        keys.take(ADA)
        keys.shred(ADA)

        assert keys.find(ADA) == Shredded(ADA)

    def test_other_processes_forget_when_their_copy_is_too_old(self, vault: Vault) -> None:
        keys = vault.keys()
        key = keys.take(ADA)
        vault.keys().shred(ADA)

        vault.clock.time += timedelta(seconds=KEY_AGE_SECONDS_MAX - 1)
        assert keys.find(ADA) == key
        vault.clock.time += timedelta(seconds=1)
        assert keys.find(ADA) == Shredded(ADA)

    def test_a_kept_key_costs_no_call(self, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
        keys = vault.keys()
        key = keys.take(ADA)

        def no_call(*_: object) -> None:
            raise AssertionError("the table was asked")

        monkeypatch.setattr(vault.table, "get", no_call)

        assert keys.find(ADA) == key

    def test_only_so_many_keys_are_kept(self, vault: Vault) -> None:
        keys = vault.keys()
        for n in range(KEYS_CACHED_MAX + 1):
            keys._cache.put(f"cus_us_{n}", bytes(DATA_KEY_BYTES), vault.clock.now())

        assert len(keys._cache._keys) == KEYS_CACHED_MAX
        assert keys._cache.get("cus_us_0", vault.clock.now()) is None
        assert keys._cache.get("cus_us_1", vault.clock.now()) is not None
