"""What LDAP searches are after, from packets and from a controller's log."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.readings.searches import Search, search_of
from app.model.details import LdapSearch
from app.model.events import EventLdap


def search(text: str, base: str = "DC=example,DC=org", scope: int = 2) -> Search:
    found = search_of(LdapSearch(base=base, scope=scope, filter=text))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "broad"),
    [
        ("(objectClass=user)", True),
        ("(&(objectClass=user)(sAMAccountName=*))", True),
        ("(&(objectClass=user)(!(sAMAccountName=krbtgt)))", True),
        ("(&(objectClass=user)(sAMAccountName=bob))", False),
        ("(&(objectClass=user)(anr=bo*))", False),
        ("(|(distinguishedName=CN=a,DC=b))", False),
    ],
)
def test_a_name_with_a_value_picks_one_object(text: str, broad: bool) -> None:
    assert search(text).broad is broad


def test_what_is_below_one_object_only_is_no_list() -> None:
    assert not search("(objectClass=user)", scope=0).broad
    assert not search("(objectClass=user)", scope=1).broad


def test_bits_are_read_with_their_rule() -> None:
    found = search("(userAccountControl:1.2.840.113556.1.4.803:=4194304)")

    assert found.bit("useraccountcontrol", 0x400000)
    assert not found.bit("useraccountcontrol", 0x80000)
    assert not search("(!(userAccountControl:1.2.840.113556.1.4.803:=4194304))").bit("useraccountcontrol", 0x400000)
    assert not search("(userAccountControl=4194304)").bit("useraccountcontrol", 0x400000)


def test_classes_are_read_from_names_and_from_paths() -> None:
    path = "(objectCategory=CN=Person,CN=Schema,CN=Configuration,DC=example,DC=org)"

    assert search("(objectCategory=person)").has("objectcategory", "person")
    assert search(path).has("objectcategory", "person")
    assert search("(objectClass=msDS-PasswordSettings)").has("objectclass", "msdspasswordsettings")


def test_the_log_tells_the_same() -> None:
    fields = {
        "StartingNode": "DC=a",
        "Filter": " ( & (objectClass=user) ( ! (sAMAccountName=x) ) ) ",
        "SearchScope": "subtree",
        "AttributeSelection": "[all_with_list]nTSecurityDescriptor,cn",
        "ServerControls": "SD_FLAGS:0x7;",
        "ReturnedEntries": "9",
    }
    found = search_of(EventLdap(event_id=1644, fields=fields))

    assert found is not None
    assert found.broad
    assert found.has("objectclass", "user")
    assert found.entries == 9
    assert {"*", "cn", "ntsecuritydescriptor"} == found.attributes
    assert search_of(EventLdap(event_id=2889)) is None


@given(st.text(max_size=300))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert search(text).text == text.lower()


@pytest.mark.parametrize(
    "text", [" " * 50_000, "(" * 50_000, "(a" * 20_000, "(a=" + "b" * 50_000, "!( " * 20_000, "(a:1.1.1" * 9_000]
)
def test_hostile_filters_cost_little(text: str) -> None:
    began = time.perf_counter()
    search(text)

    assert time.perf_counter() - began < 0.5
