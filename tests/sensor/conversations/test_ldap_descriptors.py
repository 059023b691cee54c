"""A descriptor that a connection reads and writes back."""

import tracemalloc

import pytest

from app.model.details import LdapModify, LdapSearch
from app.sensor.conversations.ldap_descriptors import BYTES, ENTRY_LIMIT, FEW, KEPT, WINDOW
from app.sensor.decoders import ldap
from tests.sensor.ber import attribute, entry, equals, flags, message, modify, result, search
from tests.sensor.conversations.test_ldap import Talk, details
from tests.sensor.decoders.test_directory import ADMINS, ANN, ace, security

NAME = "nTSecurityDescriptor"
DN = "CN=a,DC=corp,DC=test"
ADMIN, FULL, READ = ace(ADMINS, 0xF01FF), ace(ANN, 0xF01FF), ace(ANN, 0x10)
OLD, NEW = security(ADMIN), security(ADMIN, FULL)
GIVEN = (("ntsecuritydescriptor", f"D:(A;;0xf01ff;;;{ANN})", "D:"),)


def read(
    talk: Talk, raw: bytes, *, dn: str = DN, asked: str = NAME, found: int = 1, base: str = "DC=corp,DC=test", scope: int = 2,
    number: int = 2,
) -> None:  # fmt: skip
    """A search that finds one object, or as many as found says."""
    talk.ask(message(number, search(base, scope, equals("cn", "a"), *([asked] if asked else []))))
    for one in range(found):
        talk.answer(message(number, entry(dn if not one else f"CN=x{one},{dn}", attribute("nTSecurityDescriptor", raw))))
    talk.answer(message(number, result(ldap.SEARCH_DONE, 0)))


def write(talk: Talk, raw: bytes, *controls: bytes, dn: str = DN, code: int = 0, number: int = 9) -> None:
    talk.ask(message(number, modify(dn, (2, attribute(NAME, raw))), *controls))
    talk.answer(message(number, result(ldap.MODIFY_REPLY, code)))


def told(talk: Talk) -> list[tuple[tuple[str, str, str], ...]]:
    return [one.detail.compared for one in details(talk.end(), LdapModify) if isinstance(one.detail, LdapModify)]


def test_what_was_read_is_compared_with_what_is_written() -> None:
    talk = Talk()
    read(talk, OLD)
    write(talk, NEW, dn="cn=A, DC=corp,DC=test")
    assert told(talk) == [GIVEN]


@pytest.mark.parametrize(
    ("asked", "base", "scope", "found"), [("*", DN, 0, 1), ("", DN, 0, 1), (NAME.lower(), "DC=corp", 2, FEW)]
)
def test_searches_that_find_few_objects_count(asked: str, base: str, scope: int, found: int) -> None:
    talk = Talk()
    read(talk, OLD, asked=asked, base=base, scope=scope, found=found)
    write(talk, NEW)
    assert told(talk) == [GIVEN]


@pytest.mark.parametrize(
    ("asked", "scope", "found"), [("cn", 0, 1), ("*", 2, 1), (NAME, 2, FEW + 1), (NAME, 2, 0)],
)  # fmt: skip
def test_other_searches_do_not(asked: str, scope: int, found: int) -> None:
    talk = Talk()
    read(talk, OLD, asked=asked, scope=scope, found=found)
    write(talk, NEW)
    assert told(talk) == [()]


def test_an_object_that_is_called_by_its_number_is_the_one_that_was_read_so() -> None:
    talk = Talk()
    read(talk, OLD, base="<GUID=0011>", scope=0)
    write(talk, NEW, dn="<guid=0011>")
    write(talk, NEW, dn="<GUID=0022>", number=10)
    assert told(talk) == [GIVEN, ()]


def test_each_request_tells_what_itself_adds() -> None:
    talk = Talk()
    read(talk, OLD)
    write(talk, NEW, code=50)
    write(talk, NEW)
    write(talk, security(ADMIN, FULL, READ))
    assert told(talk) == [GIVEN, GIVEN, (("ntsecuritydescriptor", f"D:(A;;0x10;;;{ANN})", "D:"),)], (
        "a refused one changes nothing"
    )


def test_after_a_part_was_written_only_the_next_reading_counts() -> None:
    talk = Talk()
    read(talk, OLD)
    write(talk, security(owner=ANN), flags(1))
    write(talk, NEW)
    assert told(talk) == [(("ntsecuritydescriptor", f"O:{ANN}D:", f"O:{ADMINS}D:"),), ()]


def test_another_object_and_what_was_read_long_ago_are_not_compared() -> None:
    talk = Talk()
    read(talk, OLD)
    write(talk, NEW, dn="CN=b,DC=corp,DC=test")
    talk.frame += WINDOW // 1000
    write(talk, NEW)
    assert told(talk) == [(), ()]


def test_an_entry_that_was_cut_short_is_not_compared() -> None:
    talk = Talk()
    talk.ask(message(2, search(DN, 0, equals("cn", "a"), NAME)))
    whole = message(2, entry(DN, attribute("thumbnailPhoto", bytes(ENTRY_LIMIT)), attribute(NAME, OLD)))
    length, wanted = talk.of.measure(False, whole, 0, len(whole))
    assert length == len(whole) and wanted == ENTRY_LIMIT
    talk.of.message(False, whole[:wanted], 1000, (2,), 0)
    talk.answer(message(2, result(ldap.SEARCH_DONE, 0)))
    write(talk, NEW)
    assert told(talk) == [()] and not talk.problems


@pytest.mark.parametrize("cut", [1, 3, 40])
def test_a_request_that_was_cut_short_is_not_compared(cut: int) -> None:
    talk = Talk()
    read(talk, OLD)
    whole = message(9, modify(DN, (2, attribute(NAME, NEW))))
    assert talk.of.measure(True, whole, 0, len(whole)) == (len(whole), len(whole))
    talk.of.message(True, whole[:-cut], 1_000_000, (99,), 0)
    talk.answer(message(9, result(ldap.MODIFY_REPLY, 0)))
    write(talk, NEW)
    assert told(talk) == [(), ()] and talk.problems == {"LDAP message cut short": 1}


def test_a_listing_of_the_directory_is_not_read() -> None:
    talk = Talk()
    talk.ask(message(2, search("DC=corp", 2, equals("cn", "a"), NAME)))
    raw = [message(2, entry(f"CN={one:06},DC=corp", attribute(NAME, OLD * 20))) for one in range(2_000)]
    wanted = [talk.of.measure(False, one, 0, len(one))[1] for one in raw[:1]]
    talk.answer(*raw[: FEW + 1])
    tracemalloc.start()
    for one in raw[FEW + 1 :]:
        wanted.append(talk.of.measure(False, one, 0, len(one))[1])
        talk.of.message(False, one[: wanted[-1]], 1000, (2,), 0)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    talk.answer(message(2, result(ldap.SEARCH_DONE, 0)))
    assert wanted[0] == len(raw[0]) and set(wanted[1:]) == {32}
    assert not talk.of.descriptors.held and grown < 200_000
    (found,) = details(talk.end(), LdapSearch)
    assert isinstance(found.detail, LdapSearch) and found.detail.entries == 2_000


def test_what_one_connection_keeps_is_bounded() -> None:
    talk = Talk()
    for one in range(3 * KEPT):
        read(talk, OLD, dn=f"CN={one},DC=corp")
    held = talk.of.descriptors
    assert len(held.held) == KEPT and held.size == sum(len(raw) for _, raw in held.held.values())
    for one in range(8):
        read(talk, security(*[READ] * 1500), dn=f"CN=large{one},DC=corp")
    assert held.size <= BYTES and held.size == sum(len(raw) for _, raw in held.held.values())
