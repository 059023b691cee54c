"""LDAP messages, filters, values and bind names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import ldap
from app.sensor.decoders.ldap_filter import filter_text
from app.sensor.decoders.ldap_values import HEX_LIMIT, HIDDEN, account, value_text
from tests.sensor.ber import attribute, ber, entry, equals, message, modify, number, result, sasl_bind, search, simple_bind, text

GUID = bytes(range(0xE0, 0xF0))
FILTERS = {
    "equality": (equals("cn", "Anna"), "(cn=Anna)"),
    "presence": (text("objectClass", 0x87), "(objectClass=*)"),
    "conjunction": (ber(0xA0, equals("a", "1"), ber(0xA1, equals("b", "2"), equals("c", "3"))), "(&(a=1)(|(b=2)(c=3)))"),
    "negation": (ber(0xA2, text("adminCount", 0x87)), "(!(adminCount=*))"),
    "empty conjunction is true": (ber(0xA0), "(&)"),
    "greater": (ber(0xA5, text("uSNChanged"), text("7")), "(uSNChanged>=7)"),
    "less": (ber(0xA6, text("uSNChanged"), text("7")), "(uSNChanged<=7)"),
    "approximate": (ber(0xA8, text("cn"), text("x")), "(cn~=x)"),
    "initial": (ber(0xA4, text("cn"), ber(0x30, text("svc", 0x80))), "(cn=svc*)"),
    "final": (ber(0xA4, text("cn"), ber(0x30, text("adm", 0x82))), "(cn=*adm)"),
    "any": (ber(0xA4, text("cn"), ber(0x30, text("a", 0x81), text("b", 0x81))), "(cn=*a*b*)"),
    "all parts": (ber(0xA4, text("cn"), ber(0x30, text("a", 0x80), text("b", 0x81), text("c", 0x82))), "(cn=a*b*c)"),
    "bits": (
        ber(0xA9, text("1.2.840.113556.1.4.803", 0x81), text("userAccountControl", 0x82), text("8192", 0x83)),
        "(userAccountControl:1.2.840.113556.1.4.803:=8192)",
    ),
    "of the name too": (ber(0xA9, text("ou", 0x82), text("x", 0x83), ber(0x84, b"\xff")), "(ou:dn:=x)"),
    "rule only": (ber(0xA9, text("2.5.13.2", 0x81), text("x", 0x83)), "(:2.5.13.2:=x)"),
    "escaped": (equals("cn", "a*(b)\\c"), r"(cn=a\2a\28b\29\5cc)"),
    "text beyond ASCII": (equals("cn", "Jörg"), "(cn=Jörg)"),
    "binary": (equals("objectGUID", GUID), "(objectGUID=" + "".join(f"\\{one:02x}" for one in GUID) + ")"),
    "secret": (equals("userPassword", "hunter2"), "(userPassword=hidden)"),
}


@pytest.mark.parametrize("raw, shown", FILTERS.values(), ids=FILTERS)
def test_filter_as_text(raw: bytes, shown: str) -> None:
    assert filter_text(raw, 0, len(raw)) == (shown, len(raw))


def test_filter_of_great_depth_ends() -> None:
    raw = equals("a", "1")
    for _ in range(2000):
        raw = ber(0xA2, raw)
    shown, _ = filter_text(raw, 0, len(raw))
    assert shown.startswith("(!(!(!") and "(…)" in shown


@pytest.mark.parametrize("long", [False, True])
def test_search_in_both_forms_of_length(long: bool) -> None:
    raw = message(7, search("DC=corp,DC=test", 2, equals("cn", "x" * 300), "member", "cn"), "1.2.840.113556.1.4.319", long=long)
    envelope = ldap.envelope(raw)
    assert envelope is not None and envelope.message_id == 7 and envelope.operation == ldap.SEARCH
    request = ldap.search_request(raw, envelope.start, envelope.stop)
    assert request is not None
    assert (request.base, request.scope, request.attributes) == ("DC=corp,DC=test", 2, ("member", "cn"))
    assert ldap.controls(raw, envelope.stop, envelope.end) == ("1.2.840.113556.1.4.319",)
    assert ldap.size(raw, 0, len(raw)) == len(raw)


def test_password_is_never_kept() -> None:
    raw = simple_bind("anna@corp.test", "S3cret!pw")
    request = ldap.bind_request(raw, 2, len(raw))
    assert request is not None and request.password_length == 9
    assert b"S3cret" not in repr(request).encode()
    plain = sasl_bind("PLAIN", b"\0anna\0S3cret")
    request = ldap.bind_request(plain, 2, len(plain))
    assert request is not None and (request.name, request.password_length, request.token) == ("anna", 6, b"")


def test_changes_and_hidden_values() -> None:
    raw = modify(
        "CN=x",
        (2, attribute("unicodePwd", b'"\0P\0w\0"\0')),
        (0, attribute("servicePrincipalName", "a/b", "c/d")),
        (1, attribute("msDS-AllowedToActOnBehalfOfOtherIdentity", bytes(600))),
    )
    request = ldap.modify_request(raw, 2 if raw[1] < 0x80 else 4, len(raw))
    assert request is not None
    assert request.changes[0] == ("replace", "unicodePwd", (HIDDEN,))
    assert request.changes[1] == ("add", "servicePrincipalName", ("a/b", "c/d"))
    kind, name, (value,) = request.changes[2]
    assert (kind, name) == ("delete", "msDS-AllowedToActOnBehalfOfOtherIdentity")
    assert value.startswith("0x0000") and len(value) == HEX_LIMIT


def test_values() -> None:
    assert value_text("description", "Ärger".encode()) == "Ärger"
    assert value_text("logonHours", b"\xff\x00\x80") == "0xff0080"
    assert value_text("objectSid", b"ABCD") == "0x41424344"
    assert value_text("sIDHistory", bytes.fromhex("010500000000000515000000010000000200000003000000f4010000")) == (
        "S-1-5-21-1-2-3-500"
    )
    descriptor = (
        "01000480140000000000000000000000240000000102000000000005200000002002000004002c000100000000002400ff010f00"
        "01050000000000051500000097be3a9cbb85eaddea3576bf96040000"
    )
    assert value_text("msDS-AllowedToActOnBehalfOfOtherIdentity", bytes.fromhex(descriptor)) == (
        "O:S-1-5-32-544D:(A;;0xf01ff;;;S-1-5-21-2621095575-3723134395-3212195306-1174)"
    )
    assert value_text("userCertificate;binary", b"\x30\x82") == "0x3082"
    assert value_text("USERPASSWORD", b"x") == HIDDEN


def test_rename_add_compare_and_extended() -> None:
    raw = ber(0x6C, text("CN=a,DC=x"), text("CN=b"), ber(1, b"\xff"), text("OU=new,DC=x", 0x80))
    renamed = ldap.rename_request(raw, 2, len(raw))
    assert renamed is not None
    assert renamed.changes == (("replace", "newrdn", ("CN=b",)), ("replace", "newSuperior", ("OU=new,DC=x",)))
    raw = ber(0x68, text("CN=pc"), ber(0x30, attribute("objectClass", "computer"), attribute("sAMAccountName", "PC$")))
    added = ldap.add_request(raw, 2, len(raw))
    assert added is not None and added.changes[1] == ("add", "sAMAccountName", ("PC$",))
    raw = ber(0x6E, text("CN=a"), ber(0x30, text("sn"), text("x(y")))
    assert ldap.compare_request(raw, 2, len(raw)) == ("CN=a", r"(sn=x\28y)")
    raw = ber(0x77, text(ldap.START_TLS, 0x80))
    assert ldap.extended_request(raw, 2, len(raw)) == (ldap.START_TLS, b"")
    changed = ldap.password_change(ber(0x30, text("CN=a", 0x80), text("old", 0x81), text("new", 0x82)))
    assert changed.dn == "CN=a" and changed.changes == (("replace", "userPassword", (HIDDEN,)),)


def test_reply_with_referral_and_token() -> None:
    raw = ber(0x61, number(14, 10), text(""), text("more\0"), ber(0xA3, text("ldap://x")), text(b"tok", 0x87))
    assert ldap.reply(raw, 2, len(raw)) == ldap.Reply(14, b"", "more", b"tok")


def test_entry_values_wanted() -> None:
    raw = entry("", attribute("dnsHostName", "dc1.corp.test"), attribute("other", "x"))
    assert ldap.entry(raw, 2, len(raw), frozenset({"dnshostname"})) == ("", {"dnshostname": b"dc1.corp.test"})


@pytest.mark.parametrize(
    "name, user, domain",
    [
        ("CN=Anna Green,OU=Staff,DC=corp,DC=test", "Anna Green", "corp.test"),
        (r"cn=Green\, Anna,dc=corp,dc=test", "Green, Anna", "corp.test"),
        ("anna@corp.test", "anna", "corp.test"),
        ("CORP\\anna", "anna", "CORP"),
        ("anna", "anna", None),
    ],
)
def test_account_of_a_bind_name(name: str, user: str, domain: str | None) -> None:
    found = account(name)
    assert found is not None and (found.name, found.domain) == (user, domain)


SEEDS = [
    message(1, simple_bind("CN=a,DC=b", "pw")),
    message(2, sasl_bind("GSS-SPNEGO", b"NTLMSSP\0\x01\0\0\0")),
    message(3, search("", 0, ber(0xA0, *[raw for raw, _ in FILTERS.values()]), "netlogon"), "1.2.3", long=True),
    message(4, modify("CN=a", (2, attribute("member", "x", "y")))),
    message(5, ber(0x6C, text("CN=a"), text("CN=b"), ber(1, b"\0"))),
    message(6, ber(0x6E, text("CN=a"), ber(0x30, text("sn"), text("x")))),
    message(7, result(0x61, 49, "data 52e", token=b"x")),
    message(8, entry("", attribute("netlogon", b"\x17\0\0\0"))),
]


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed with some bytes changed and its end perhaps missing."""
    raw = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw[: draw(st.integers(0, len(raw)))])


@given(st.binary(max_size=400) | damaged(SEEDS))
def test_any_bytes_are_survived(raw: bytes) -> None:
    envelope = ldap.envelope(raw)
    start, stop = (envelope.start, envelope.stop) if envelope else (0, len(raw))
    for decode in (
        ldap.bind_request, ldap.reply, ldap.search_request, ldap.modify_request, ldap.add_request, ldap.rename_request,
        ldap.compare_request, ldap.extended_request, ldap.controls,
    ):  # fmt: skip
        decode(raw, start, stop)
    ldap.entry(raw, start, stop, frozenset({"netlogon"}))
    ldap.password_change(raw)
    if raw:
        ldap.size(raw, 0, len(raw))


@given(st.text(max_size=60))
def test_any_name_gives_an_account(name: str) -> None:
    assert (account(name) is None) == (not name)
