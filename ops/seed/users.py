"""Sign-ins of the local bank: everybody in every pool of their jurisdiction, one development password for the bank."""

import json
import os
from dataclasses import dataclass
from typing import Any, Final

from domain.access.model import Group
from ops.local.bank import LocalBank

PERSON: Final = "custom:person"
"""Who somebody is: written once, when the user is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    name: str
    display: str
    kind: str
    person: str
    groups: tuple[Group, ...]
    region: str


def create(cognito: Any, *, pool_id: str, login: Login, password: str) -> None:
    """One user of one pool; again, a new password. A name that is taken by another person is a fault."""
    try:
        cognito.admin_create_user(
            UserPoolId=pool_id,
            Username=login.name,
            UserAttributes=[{"Name": PERSON, "Value": login.person}],
            MessageAction="SUPPRESS",
        )
    except cognito.exceptions.UsernameExistsException:
        found = cognito.admin_get_user(UserPoolId=pool_id, Username=login.name)
        if {"Name": PERSON, "Value": login.person} not in found["UserAttributes"]:
            raise
    cognito.admin_set_user_password(UserPoolId=pool_id, Username=login.name, Password=password, Permanent=True)
    for group in login.groups:
        cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=login.name, GroupName=group.value)


def write(bank: LocalBank, logins: list[Login], password: str) -> None:
    """The users file, readable by this account alone: it holds the development password."""
    entries = [
        {
            "name": login.name,
            "display": login.display,
            "kind": login.kind,
            "person": login.person,
            "groups": [group.value for group in login.groups],
            "region": login.region,
            "password": password,
        }
        for login in logins
    ]
    aside = bank.users_file.with_suffix(".tmp")
    aside.touch(mode=0o600)  # before there is anything in it
    aside.chmod(0o600)
    aside.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(aside, bank.users_file)
