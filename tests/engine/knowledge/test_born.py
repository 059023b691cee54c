"""Groups and accounts of every domain are known by name in the languages of Windows."""

import pytest

from app.engine.knowledge.born import computer_group, is_named_sensitive, names_of
from app.engine.knowledge.sids import SENSITIVE_RIDS, SENSITIVE_SIDS


@pytest.mark.parametrize("name", sorted({*SENSITIVE_SIDS.values(), *SENSITIVE_RIDS.values()}))
def test_every_sensitive_number_has_its_english_name(name: str) -> None:
    assert is_named_sensitive(name)


@pytest.mark.parametrize(
    "name",
    [
        "Domänen-Admins",
        "Admins du domaine",
        "Administrateurs de l\u2019entreprise",
        "Admins. del dominio",
        "Администраторы домена",
    ],
)
def test_others_have_it_in_their_language(name: str) -> None:
    assert is_named_sensitive(name) and is_named_sensitive(name.upper())


def test_names_by_number() -> None:
    assert {"domain admins", "domänen-admins", "schema admins"} <= names_of("512", "518") and "administrators" not in names_of(
        "512"
    )


def test_ordinary_groups_have_none() -> None:
    assert not any(map(is_named_sensitive, ("", "Domain Users", "Domänen-Benutzer", "admins", "Helpdesk")))
    assert computer_group("Administratoren") == "S-1-5-32-544" and computer_group("Sicherungs-Operatoren") == "S-1-5-32-551"
    assert computer_group("Domänen-Admins") == computer_group("staff") == ""
