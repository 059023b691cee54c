"""Every kind of activity has a line of words, every code a name or its number."""

import msgspec
import pytest

from app.engine import describe
from app.engine.describe import codes
from app.model.details import KINDS, KerberosAs, KerberosTgs, LdapBind, NameObservation, Ntlm, RpcBind, RpcCall
from app.model.pac import Pac, TicketFacts
from tests.engine.detectors.builders import act, as_req, bind, call, dns, ntlm

FAMILIES = {"Kerberos", "LDAP", "NTLM", "RPC and SMB", "DNS and names", "Windows events", "Directory", "other"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_has_words_a_family_and_reasons(kind: type) -> None:
    detail = NameObservation(address="192.0.2.1", name="x", method="dns") if kind is NameObservation else kind()
    words = describe.what(act(detail))

    assert words
    assert "None" not in words
    assert describe.family(KINDS[kind]) in FAMILIES
    assert describe.reason(act(detail)) == ""
    assert describe.reason(act(detail, result="unanswered")) == "no answer"
    assert describe.reason(act(detail, result="failure"))
    assert describe.reason(act(detail, result="failure", code=0x7FFFFFF1))


def test_codes_are_named_in_words() -> None:
    assert describe.reason(as_req(code=24)) == "wrong password"
    assert describe.reason(as_req(code=6)) == "no such account"
    assert describe.reason(ntlm("x", code=0xC000006A)) == "wrong password"
    assert describe.reason(ntlm("x", code=0xC0000234 - (1 << 32))) == "account locked"
    assert describe.reason(bind("x", code=49)) == "wrong name or password"
    assert describe.reason(dns("x", code=3)) == "no such name"
    assert describe.reason(call("x", 3, code=8453)) == "replication access denied"
    assert describe.reason(call("x", 3, code=0xC0000022)) == "access denied"
    assert describe.reason(act(RpcBind(), result="failure", code=1)) == "interface not offered"
    assert describe.reason(act(Ntlm(), result="failure", code=49)) == "wrong name or password"


def test_the_text_of_a_bind_error_says_more() -> None:
    text = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 533, v1db1"

    assert describe.reason(act(LdapBind(name="x", error_text=text), result="failure", code=49)) == "account disabled"


def test_words_tell_what_matters() -> None:
    assert "without pre-authentication" in describe.what(act(KerberosAs(client="kiosk", realm="X", ticket_etype=18)))
    assert "AES256" in describe.what(as_req())
    assert "clear text" in describe.what(bind("x"))
    assert "(sealed)" in describe.what(act(RpcCall(name="drsuapi", operation="DRSGetNCChanges", sealed=True)))


def test_an_opened_ticket_says_whose_it_is_and_what_is_wrong_with_it() -> None:
    def words(ticket: TicketFacts, pac: Pac | None = None) -> str:
        return describe.what(act(KerberosTgs(service="cifs/fs1", ticket_etype=18, ticket=ticket, pac=pac)))

    yes = TicketFacts(decrypted="yes", client="erin.evans")
    assert words(TicketFacts()) == describe.what(act(KerberosTgs(service="cifs/fs1", ticket_etype=18)))
    assert words(yes).endswith("; it is erin.evans's and has no PAC")
    assert words(yes, Pac(user="Erin.Evans", groups=(513,))).endswith("; it is erin.evans's, with 1 group")
    assert words(yes, Pac(user="administrator", kdc_signature="invalid")).endswith(
        "; it is erin.evans's, its PAC administrator's, with 0 groups, KDC's signature wrong"
    )
    assert "does not open it" in words(TicketFacts(decrypted="wrong key"))


def test_tables_hold_no_number_twice() -> None:
    for table in (codes.KERBEROS, codes.NTSTATUS, codes.LDAP, codes.DNS, codes.ETYPES):
        assert all(table.values())
    assert isinstance(msgspec.json.encode({str(key): word for key, word in codes.NTSTATUS.items()}), bytes)
