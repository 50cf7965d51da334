"""Sign-ins: who somebody is is written once, and the file with the password is for its owner's eyes alone."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from domain.access.model import Group
from ops.local.bank import LocalBank
from ops.seed import users
from ops.seed.users import Login

ADA = Login(
    name="ada",
    display="Ada Moreau",
    kind="person",
    person="cus_us_01K00000000000000000000001",
    groups=(Group.CUSTOMER,),
    region="us-east-1",
)
ALEX = Login(
    name="alex",
    display="Alex Novak",
    kind="staff",
    person="stf_01K00000000000000000000001",
    groups=(Group.ADMIN, Group.FINANCE),
    region="us-east-1",
)


def password(number: int) -> str:
    return f"Local-{number:04d}-7a"


class Pool:
    def __init__(self, cognito: Any) -> None:
        self.cognito = cognito
        self.id: str = cognito.create_user_pool(
            PoolName="florin", Schema=[{"Name": "person", "AttributeDataType": "String", "Mutable": False}]
        )["UserPool"]["Id"]
        for group in Group:
            cognito.create_group(UserPoolId=self.id, GroupName=group.value)

    def create(self, login: Login, *, number: int = 1) -> None:
        users.create(self.cognito, pool_id=self.id, login=login, password=password(number))

    def person(self, name: str) -> str:
        found = self.cognito.admin_get_user(UserPoolId=self.id, Username=name)
        said: dict[str, str] = {said["Name"]: said["Value"] for said in found["UserAttributes"]}
        return said["custom:person"]

    def groups(self, name: str) -> set[str]:
        found = self.cognito.admin_list_groups_for_user(UserPoolId=self.id, Username=name)
        return {group["GroupName"] for group in found["Groups"]}


@pytest.fixture(name="pool")
def _pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        yield Pool(session.client("cognito-idp"))


def test_a_login_is_a_user_who_is_that_person_and_in_those_groups(pool: Pool) -> None:
    for login in (ADA, ALEX):
        pool.create(login)

    assert (pool.person("ada"), pool.groups("ada")) == (ADA.person, {"customer"})
    assert (pool.person("alex"), pool.groups("alex")) == (ALEX.person, {"admin", "finance"})


def test_made_again_they_are_who_they_were_with_a_new_password(pool: Pool) -> None:
    pool.create(ADA)
    pool.create(ADA, number=2)

    assert pool.person("ada") == ADA.person
    client = pool.cognito.create_user_pool_client(UserPoolId=pool.id, ClientName="app")["UserPoolClient"]["ClientId"]
    answer = pool.cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": password(2)},
    )
    assert answer["AuthenticationResult"]["AccessToken"]


def test_a_name_that_belongs_to_another_person_is_a_fault(pool: Pool) -> None:
    pool.create(ADA)
    other = Login(
        name="ada",
        display="Ada Else",
        kind="person",
        person="cus_us_01K00000000000000000000002",
        groups=(Group.CUSTOMER,),
        region="us-east-1",
    )

    with pytest.raises(ClientError, match="UsernameExists"):
        pool.create(other)
    assert pool.person("ada") == ADA.person


def test_the_file_has_everybody_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    bank = LocalBank(folder=tmp_path, version="0", engine_port=1, graphiql_port=2, regions={})

    users.write(bank, [ADA, ALEX], password(1))

    assert [(row["name"], row["person"], row["groups"]) for row in json.loads(bank.users_file.read_text())] == [
        ("ada", ADA.person, ["customer"]),
        ("alex", ALEX.person, ["admin", "finance"]),
    ]
    assert {row["password"] for row in json.loads(bank.users_file.read_text())} == {password(1)}
    assert stat.S_IMODE(bank.users_file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [bank.users_file.name]
