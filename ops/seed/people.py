"""Who banks here and who works here: invented people, as plain rows."""

from dataclasses import dataclass
from typing import Final

from domain.access.model import Group
from domain.customers.model import Address, CustomerKind, Profile


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the seed. `login` is the name to sign in with; `accounts` are (product, currency)."""

    login: str
    name: str
    kind: CustomerKind
    city: str
    born_on: str
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Staff:
    login: str
    name: str
    groups: tuple[Group, ...]


_USD: Final = (("checking", "USD"), ("savings", "USD"))
_BOTH: Final = (("checking", "USD"), ("savings", "EUR"))
_TRADE: Final = (("checking", "USD"), ("checking", "EUR"))
_EURO: Final = (("checking", "EUR"), ("savings", "EUR"))


def _person(login: str, name: str, city: str, born_on: str, accounts: tuple[tuple[str, str], ...] = _USD) -> Person:
    return Person(login, name, CustomerKind.PERSON, city, born_on, accounts)


def _business(login: str, name: str, city: str, born_on: str, accounts: tuple[tuple[str, str], ...] = _TRADE) -> Person:
    return Person(login, name, CustomerKind.BUSINESS, city, born_on, accounts)


CUSTOMERS: Final[dict[str, tuple[Person, ...]]] = {
    "us-east-1": (
        _person("ada", "Ada Moreau", "Boston", "1984-12-10"),
        _person("ben", "Benjamin Okafor", "Hartford", "1990-03-22"),
        _person("carla", "Carla Lindqvist", "Albany", "1978-07-05", _BOTH),
        _person("dev", "Dev Raman", "Newark", "1995-11-30"),
        _person("elif", "Elif Demir", "Providence", "1988-01-17"),
        _person("frank", "Frank Castellano", "Baltimore", "1969-05-28"),
        _person("grace", "Grace Adeyemi", "Richmond", "1992-09-09", _BOTH),
        _person("hana", "Hana Sato", "Raleigh", "1999-04-14"),
        _person("ivan", "Ivan Petrenko", "Charlotte", "1981-02-26"),
        _person("june", "June Whitaker", "Savannah", "1956-08-19"),
        _person("karim", "Karim Haddad", "Tampa", "1987-06-03"),
        _business("harbor", "Harbor Street Properties LLC", "Boston", "2009-04-01"),
        _business("mill", "Old Mill Bakery Inc", "Hartford", "2014-02-11"),
        _business("orchard", "Orchard Software Corp", "Cambridge", "2017-10-23"),
        _business("lumen", "Lumen Studio LLC", "Newark", "2020-01-08"),
        _business("tidewater", "Tidewater Logistics Co", "Norfolk", "1998-06-15"),
    ),
    "us-west-2": (
        _person("lena", "Lena Fischer", "Portland", "1991-10-02"),
        _person("mateo", "Mateo Alvarez", "Seattle", "1985-12-24"),
        _person("nora", "Nora Quinn", "Boise", "1974-03-13", _BOTH),
        _business("redwood", "Redwood Outfitters Inc", "Eugene", "2011-05-30"),
    ),
    "eu-west-1": (
        _person("oskar", "Oskar Brandt", "Hamburg", "1983-08-08", _EURO),
        _person("paola", "Paola Ricci", "Bologna", "1996-02-20", _EURO),
        _person("quentin", "Quentin Lefèvre", "Lyon", "1979-11-11", _EURO),
        _business("nordlicht", "Nordlicht Handel GmbH", "Bremen", "2006-09-18", _EURO),
    ),
}

STAFF: Final = (
    Staff("olivia", "Olivia Brooks", (Group.OPERATIONS,)),
    Staff("oscar", "Oscar Lund", (Group.OPERATIONS,)),
    Staff("farah", "Farah Aziz", (Group.FRAUD_ANALYST,)),
    Staff("felix", "Felix Wagner", (Group.FRAUD_LEAD,)),
    Staff("claire", "Claire Dubois", (Group.COMPLIANCE,)),
    Staff("finn", "Finn Gallagher", (Group.FINANCE,)),
    Staff("aude", "Aude Keller", (Group.AUDITOR,)),
    Staff("alex", "Alex Novak", (Group.ADMIN,)),
)

_COUNTRY: Final = {"us": "US", "eu": "DE"}


def profile_of(person: Person, jurisdiction: str, number: int) -> Profile:
    """Contact details that reach nobody: reserved domains, fictional telephone numbers."""
    return Profile(
        name=person.name,
        email=f"{person.login}@example.com",
        phone=f"+1202555{100 + number:04d}" if jurisdiction == "us" else f"+4930231250{number:02d}",
        born_on=person.born_on,
        address=Address(
            line1=f"{10 + number} Main Street",
            line2=None,
            city=person.city,
            subdivision=None,
            postal_code=f"{2100 + number:05d}",
            country=_COUNTRY[jurisdiction],
        ),
        tax_id_last4=f"{4000 + number * 7:04d}",
    )
