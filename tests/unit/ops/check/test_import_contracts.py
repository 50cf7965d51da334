from ops.check.import_contracts import back_doors, parts_within, vendor_leaks

PARTS = {"domain.ledger", "domain.accounts"}
DOORS = ["service", "model"]


class TestAdapterRooms:
    def leaks(self, importer: str, imported: str) -> bool:
        rooms = ["store_dynamodb*", "*_aws"]
        return bool(vendor_leaks([(importer, imported)], vendors=["boto3", "pynamodb"], rooms=rooms))

    def test_a_service_may_not_speak_aws(self) -> None:
        assert self.leaks("domain.ledger.service", "boto3")
        assert self.leaks("domain.ledger.store", "pynamodb.connection")

    def test_adapters_may(self) -> None:
        assert not self.leaks("domain.ledger.store_dynamodb", "pynamodb.connection")
        assert not self.leaks("domain.sealing_aws", "boto3")

    def test_other_packages_are_not_its_business(self) -> None:
        assert not self.leaks("domain.ledger.service", "boto3000")


class TestFrontDoors:
    def broken(self, importer: str, imported: str) -> bool:
        return bool(back_doors([(importer, imported)], parts=PARTS, doors=DOORS))

    def test_another_part_is_reached_through_its_doors(self) -> None:
        assert not self.broken("domain.accounts.service", "domain.ledger.service")
        assert not self.broken("domain.accounts.rules", "domain.ledger.model")

    def test_its_other_rooms_are_closed(self) -> None:
        assert self.broken("domain.accounts.service", "domain.ledger.store")
        assert self.broken("domain.accounts.service", "domain.ledger.rules.deep")
        assert self.broken("domain.accounts.service", "domain.ledger")

    def test_a_part_is_open_to_itself(self) -> None:
        assert not self.broken("domain.ledger.service", "domain.ledger.store")

    def test_the_kernel_is_everybodys_and_reaches_into_no_part(self) -> None:
        assert not self.broken("domain.ledger.service", "domain.money")
        assert self.broken("domain.money", "domain.ledger.store")


CHILDREN = {
    "domain.ledger": {"domain.ledger.service"},
    "domain.rails": {"domain.rails.ach", "domain.rails.wire"},
    "domain.rails.ach": {"domain.rails.ach.nacha"},
    "domain.rails.ach.nacha": {"domain.rails.ach.nacha.fields"},
    "domain.rails.wire": {"domain.rails.wire.service"},
    "domain.money": set[str](),
}


class TestParts:
    def test_each_package_of_a_group_is_a_part_and_the_group_is_none(self) -> None:
        parts = parts_within("domain", CHILDREN, groups=["domain.rails"])
        assert parts == {"domain.ledger", "domain.rails.ach", "domain.rails.wire"}

    def test_one_rail_reaches_another_through_its_doors(self) -> None:
        parts = parts_within("domain", CHILDREN, groups=["domain.rails"])
        edges = [
            ("domain.rails.wire.service", "domain.rails.ach.service"),
            ("domain.rails.wire.service", "domain.rails.ach.nacha.fields"),
            ("domain.rails.ach.service", "domain.rails.ach.nacha.fields"),
            ("domain.ledger.service", "domain.rails.ach.nacha"),
        ]
        assert back_doors(edges, parts=parts, doors=DOORS) == [edges[1], edges[3]]
