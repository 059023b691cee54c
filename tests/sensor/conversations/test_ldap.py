"""LDAP conversations: binds, searches, changes, layers, loss; real captures against known counts."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.activity import Account, Activity, Endpoint
from app.model.details import LdapBind, LdapDelete, LdapModify, LdapPing, LdapSearch, NameObservation
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.conversations.ldap import CldapUdp, LdapTcp
from app.sensor.decoders import ldap
from app.sensor.frame import Flow
from tests.sensor import naive
from tests.sensor.ber import attribute, ber, entry, equals, message, modify, result, sasl_bind, search, simple_bind, text
from tests.sensor.decoders.test_cldap import EXTENDED
from tests.sensor.decoders.test_ldap import SEEDS, damaged
from tests.sensor.decoders.test_ldap_sasl import cfx, ntlm, rc4

FLOW = Flow("in", Endpoint("10.0.0.9", 50000), Endpoint("10.0.0.1", 389), "tcp")


class Talk:
    """One conversation with numbered packets."""

    def __init__(self, kind: type[LdapTcp] | type[CldapUdp] = LdapTcp) -> None:
        self.out: list[Activity] = []
        self.problems: Counter[str] = Counter()
        self.of = kind(FLOW, self.out.append, lambda what, _frame: self.problems.update([what]))
        self.frame = 0

    def say(self, from_client: bool, *raws: bytes) -> None:
        for raw in raws:
            self.frame += 1
            length, wanted = self.of.measure(from_client, raw, 0, len(raw))
            assert length == len(raw), "one message at a time"
            self.of.message(from_client, raw[:wanted], self.frame * 1000, (self.frame,), 0)

    def ask(self, *raws: bytes) -> None:
        self.say(True, *raws)

    def answer(self, *raws: bytes) -> None:
        self.say(False, *raws)

    def end(self) -> list[Activity]:
        self.of.close()
        return self.out


def details(found: list[Activity], kind: type) -> list[Activity]:
    return [one for one in found if isinstance(one.detail, kind)]


def test_simple_bind_and_who_acts_later() -> None:
    talk = Talk()
    talk.ask(message(1, simple_bind("CORP\\anna", "secret")))
    talk.answer(message(1, result(ldap.BIND_REPLY, 0)))
    talk.ask(message(2, search("DC=corp", 2, equals("cn", "x"), "member")))
    talk.answer(*[message(2, entry(f"CN=e{one},DC=corp", attribute("member", "y" * 200))) for one in range(5)])
    talk.answer(message(2, result(ldap.SEARCH_DONE, 0)))
    bind, found = talk.end()
    assert bind.detail == LdapBind(method="simple", name="CORP\\anna", encrypted=False, password_length=6)
    assert bind.result == "success" and bind.account == Account(name="anna", domain="CORP") and bind.frames == (1, 2)
    assert found.account == bind.account and found.frames == (3, 4, 5, 6, 7, 8, 9)
    assert found.detail == LdapSearch(base="DC=corp", scope=2, filter="(cn=x)", attributes=("member",), entries=5)


def test_refused_bind_leaves_nobody() -> None:
    talk = Talk()
    talk.ask(message(1, simple_bind("anna@corp.test", "wrong")))
    talk.answer(message(1, result(ldap.BIND_REPLY, 49, "80090308: LdapErr: DSID-0C, comment: x, data 52e, v1\0")))
    talk.ask(message(2, text("CN=a", ldap.DELETE)))
    talk.answer(message(2, result(ldap.DELETE_REPLY, 50, "no")))
    bind, deleted = talk.end()
    assert (bind.result, bind.code) == ("failure", 49) and isinstance(bind.detail, LdapBind)
    assert bind.detail.error_text == "80090308: LdapErr: DSID-0C, comment: x, data 52e, v1"
    assert deleted.account is None and deleted.detail == LdapDelete(dn="CN=a", error_text="no") and deleted.code == 50


def test_a_name_without_password_is_anonymous() -> None:
    talk = Talk()
    talk.ask(message(1, simple_bind("CN=anna,DC=corp", "")))
    talk.answer(message(1, result(ldap.BIND_REPLY, 0)))
    (bind,) = talk.end()
    assert isinstance(bind.detail, LdapBind) and bind.detail.method == "anonymous" and bind.account is None


def test_sicily_bind_has_three_legs() -> None:
    talk = Talk()
    talk.ask(message(1, ber(0x60, b"\x02\x01\x03", text(""), text("", 0x89))))
    talk.answer(message(1, result(ldap.BIND_REPLY, 0, matched=b"NTLM")))
    talk.ask(message(2, ber(0x60, b"\x02\x01\x03", text("NTLM"), text(b"NTLMSSP\0\1\0\0\0" + bytes(24), 0x8A))))
    talk.answer(message(2, result(ldap.BIND_REPLY, 0, matched=b"NTLMSSP\0\2\0\0\0" + bytes(40))))
    talk.ask(message(3, ber(0x60, b"\x02\x01\x03", text(""), text(b"NTLMSSP\0\3\0\0\0" + bytes(60), 0x8B))))
    talk.answer(message(3, result(ldap.BIND_REPLY, 49, "data 52e")))
    (bind,) = details(talk.end(), LdapBind)
    assert isinstance(bind.detail, LdapBind) and bind.detail.method == "Sicily NTLM"
    assert bind.frames == (1, 2, 3, 4, 5, 6) and bind.result == "failure"


@pytest.mark.parametrize("wrap", [lambda raw: cfx(raw, 12), lambda raw: cfx(raw, 0), lambda raw: rc4(raw, False), ntlm])
def test_signed_layer_is_read(wrap) -> None:
    def frame(raw: bytes) -> bytes:
        return len(wrap(raw)).to_bytes(4, "big") + wrap(raw)

    request = message(4, modify("CN=a", (2, attribute("member", "CN=b" * 60))))
    cut = len(request) // 2
    talk = Talk()
    talk.ask(message(1, sasl_bind("DIGEST-MD5", b'username="anna",realm="corp.test",response=0')))
    talk.answer(message(1, result(ldap.BIND_REPLY, 0)))
    talk.ask(frame(message(3, search("DC=x", 1, equals("cn", "x"))) + request[:cut]), frame(request[cut:]))
    talk.answer(
        frame(message(3, entry("CN=x")) + message(3, result(ldap.SEARCH_DONE, 0))),
        frame(message(4, result(ldap.MODIFY_REPLY, 0))),
    )
    found = talk.end()
    assert not talk.problems
    bind, searched, modified = found
    assert isinstance(bind.detail, LdapBind) and bind.detail.method == "DIGEST-MD5" and not bind.detail.encrypted
    assert bind.account == Account(name="anna", domain="corp.test")
    assert isinstance(searched.detail, LdapSearch) and searched.detail.entries == 1 and searched.frames == (3, 5)
    assert isinstance(modified.detail, LdapModify) and modified.frames == (3, 4, 6) and modified.account == bind.account
    assert modified.ordinal == len(message(3, search("DC=x", 1, equals("cn", "x"))))


def test_sealed_layer_is_counted() -> None:
    talk = Talk()
    talk.ask(message(1, sasl_bind("GSSAPI", b"")))
    talk.answer(message(1, result(ldap.BIND_REPLY, 0)))
    sealed = cfx(bytes(range(200)), 28, sealed=True)
    talk.ask(len(sealed).to_bytes(4, "big") + sealed)
    (bind,) = talk.end()
    assert isinstance(bind.detail, LdapBind) and bind.detail.encrypted
    assert talk.problems == {"LDAP sealed": 1}


def test_tls_after_start_tls() -> None:
    talk = Talk()
    talk.ask(message(1, ber(ldap.EXTENDED, text(ldap.START_TLS, 0x80))))
    talk.answer(message(1, result(ldap.EXTENDED_REPLY, 0)))
    talk.ask(b"\x16\x03\x01\x00\x03abc", b"\x14\x03\x03\x00\x01\x01")
    assert not talk.end() and talk.problems == {"LDAP inside TLS": 2}


def test_compare_abandon_referral_and_silence() -> None:
    talk = Talk()
    talk.ask(message(1, ber(ldap.COMPARE, text("CN=a"), ber(0x30, text("sn"), text("x")))))
    talk.answer(message(1, result(ldap.COMPARE_REPLY, 6)))
    talk.ask(message(2, search("DC=x", 2, equals("a", "b"))), message(3, ber(ldap.ABANDON, b"")[:1] + b"\x01\x02"))
    talk.ask(message(4, search("DC=y", 2, equals("a", "b"))))
    talk.answer(message(4, result(ldap.SEARCH_DONE, 10)))
    talk.ask(message(5, search("DC=z", 2, equals("a", "b"))))
    talk.of.expire(5 * UNANSWERED_AFTER)
    compared, abandoned, referred, silent = talk.out
    assert isinstance(compared.detail, LdapSearch) and (compared.result, compared.code, compared.detail.filter) == (
        "success",
        6,
        "(sn=x)",
    )
    assert (
        abandoned.result == "unanswered" and (referred.result, referred.code) == ("success", 10) and silent.result == "unanswered"
    )
    assert not talk.end()[4:]


def test_root_entry_names_the_server() -> None:
    talk = Talk()
    talk.ask(message(1, search("", 0, text("objectClass", 0x87))))
    talk.answer(message(1, entry("", attribute("dnsHostName", "dc1.corp.test")), long=True))
    talk.answer(message(1, result(ldap.SEARCH_DONE, 0)))
    named, _ = talk.end()
    assert named.detail == NameObservation(address="10.0.0.1", name="dc1.corp.test", method="ldap")


PING = search("", 0, ber(0xA0, equals("DnsDomain", "corp.test"), equals("User", "anna"), equals("NtVer", b"\6\0\0\0"),
                         equals("AAC", b"\x10\0\0\0")), "Netlogon")  # fmt: skip


@pytest.mark.parametrize("opcode, ended", [(23, "success"), (25, "failure")])
def test_ping_over_both_transports(opcode: int, ended: str) -> None:
    value = bytes([opcode]) + EXTENDED[1:]
    for kind in (LdapTcp, CldapUdp):
        talk = Talk(kind)
        talk.ask(message(1, PING))
        answers = [message(1, entry("", attribute("netlogon", value))), message(1, result(ldap.SEARCH_DONE, 0))]
        if kind is CldapUdp:
            talk.answer(b"".join(answers), b"".join(answers))
        else:
            talk.answer(*answers)
        (ping,) = talk.end()
        assert isinstance(ping.detail, LdapPing) and ping.result == ended and not talk.problems
        assert (ping.detail.user, ping.detail.domain, ping.detail.opcode) == ("anna", "corp.test", opcode)
        assert (ping.detail.nt_version, ping.detail.account_control, ping.detail.netbios_server) == (6, 16, "DC1")


def test_measure_wants_little_of_entries() -> None:
    talk = LdapTcp(FLOW, print, print)
    big = message(2, entry("CN=a,DC=x", attribute("jpegPhoto", b"x" * 5000)), long=True)
    assert talk.measure(False, big, 0, 60) == (len(big), 32)
    root = message(2, entry("", attribute("a", b"x" * 5000)))
    assert talk.measure(False, root, 0, len(root)) == (len(root), len(root))
    assert talk.measure(False, big, 0, 6) == NEED_MORE
    assert talk.measure(False, b"HTTP/1.1 200", 0, 12) == NOT_HERE
    assert talk.measure(False, b"\x30\x84\0\0\0\x40garbage" + bytes(50), 0, 60) == NOT_HERE


@settings(max_examples=200)
@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=120) | damaged(SEEDS)), max_size=12))
def test_any_bytes_are_survived(raws: list[tuple[bool, bytes]]) -> None:
    for kind in (LdapTcp, CldapUdp):
        talk = kind(FLOW, lambda _one: None, lambda _what, _frame: None)
        for at, (from_client, raw) in enumerate(raws):
            length, wanted = talk.measure(from_client, raw, 0, len(raw)) if raw else (0, 0)
            if kind is CldapUdp or 0 < length <= len(raw):
                talk.message(from_client, raw[: wanted or None] or b"\x30", at * 10_000_000, (at + 1,), 0)
        talk.expire(10**9)
        talk.close()


# Counts of tshark: searches, entries, modifies, adds, deletes, whole binds.
REAL = {
    "lab/captures/ldap_recon.pcap": (18, 182, 0, 0, 0, 19),
    "lab/captures/brute_force_ldap.pcap": (3, 3, 0, 0, 0, 51),
    "lab/captures/rbcd_write.pcap": (3, 3, 1, 0, 0, 12),
    "lab/captures/ldap_cleartext_bind.pcap": (4, 4, 0, 0, 0, 9),
    "lab/captures/benign_ldaps.pcap": (0, 0, 0, 0, 0, 0),
    "corpus/pcap/zeek_missing_krbtgt_ldap_request.pcapng": (4, 427, 0, 0, 0, 1),
    "corpus/pcap/zeek_modify-request.pcapng": (1, 1, 1, 0, 0, 1),
    "corpus/pcap/zeek_sasl-ntlm.pcap": (1, 9, 0, 0, 0, 1),
    "corpus/pcap/elc_tinkersec-ldapsearch.pcap": (2, 227, 0, 0, 0, 2),
    "corpus/pcap/otrf_covenant_getdomaingroup_ldap_searchrequest_domain_admins.cap": (9, 9, 0, 0, 0, 2),
    # Signed buffers of a connection whose bind is not there; tshark leaves them unread.
    "corpus/pcap/sb_DCShadow_add_primarygroupid_512_to_std_account.pcapng": (13, 8, 2, 1, 2, 0),
}


@pytest.mark.parametrize("name", REAL)
def test_real_captures(shared: Path, name: str) -> None:
    path = shared / name
    if not path.is_file():
        pytest.skip("not here")
    found, problems = naive.replay(path, LdapTcp, {389, 636, 3268}, 6)
    kinds = Counter(one.kind for one in found)
    entries = sum(one.detail.entries for one in found if isinstance(one.detail, LdapSearch))
    wanted = [kinds[one] for one in ("ldap-search", "ldap-modify", "ldap-add", "ldap-delete", "ldap-bind")]
    assert (wanted[0], entries, *wanted[1:]) == REAL[name]
    assert "LDAP message not understood" not in problems
    cut, _ = naive.replay(path, LdapTcp, {389, 636, 3268}, 6, chunk=97)
    assert Counter(one.id for one in cut) == Counter(one.id for one in found)
    assert max(Counter(one.id for one in found).values(), default=1) == 1


def test_brute_force_names_its_account(shared: Path) -> None:
    found, _ = naive.replay(shared / "lab/captures/brute_force_ldap.pcap", LdapTcp, {389}, 6)
    failed = [one for one in found if isinstance(one.detail, LdapBind) and one.result == "failure"]
    assert len(failed) == 45 and {one.code for one in failed} == {49}
    assert {one.account for one in failed} == {Account(name="peggy.price", domain="corp.test")}
    assert all("data 52e" in (one.detail.error_text or "") for one in failed if isinstance(one.detail, LdapBind))


def test_what_the_capture_cut_is_marked_and_counted() -> None:
    talk = Talk()
    raw = message(7, search("DC=corp,DC=test", 2, equals("servicePrincipalName", "MSSQLSvc/sql01.corp.test"), "member"))
    talk.of.message(True, raw[:-20], 1000, (1,), 0)
    (one,) = details(talk.end(), LdapSearch)
    assert isinstance(one.detail, LdapSearch) and one.detail.filter.endswith("…)") and one.detail.base == "DC=corp,DC=test"
    assert talk.problems["LDAP message cut short"] == 1


def test_of_a_reference_no_more_is_kept_and_that_is_no_loss() -> None:
    talk = Talk()
    talk.ask(message(7, search("DC=corp,DC=test", 2, equals("cn", "a"))))
    talk.answer(message(7, ber(0x73, text("ldap://DomainDnsZones.corp.test/DC=DomainDnsZones,DC=corp,DC=test"))))
    talk.answer(message(7, result(ldap.SEARCH_DONE, 0)))
    assert len(talk.end()) == 1 and not talk.problems


def test_who_asks_after_a_bind_whose_answer_was_not_captured_is_who_bound() -> None:
    talk = Talk()
    talk.ask(message(1, simple_bind("CORP\\anna", "secret")), message(2, search("DC=corp", 2, equals("cn", "x"), "member")))
    bind, asked = sorted(talk.end(), key=lambda one: one.kind)
    assert (bind.result, asked.result) == ("unanswered", "unanswered")
    assert bind.account == asked.account == Account(name="anna", domain="CORP")
