import struct
from pathlib import Path

import pytest

from app.model.activity import Activity, Endpoint
from app.model.details import KerberosAp, KerberosAs, KerberosPassword, KerberosTgs
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.conversations.kerberos import KerberosTcp, KerberosUdp, KpasswdTcp, KpasswdUdp
from app.sensor.conversations.kerberos_exchange import as_detail
from app.sensor.decoders.kerberos import AS_REP, AS_REQ, Reply, Request
from app.sensor.decoders.kerberos_padata import Padata
from app.sensor.frame import Flow
from tests.sensor.authentication_samples import SAMPLES, der, error, number, padata, reply, request, sealed, ticket
from tests.sensor.naive import replay

FLOW = Flow("input", Endpoint("10.0.0.1", 50000), Endpoint("10.0.0.10", 88), "udp")
KRBTGT = ("krbtgt", "A.TEST")


class Talk:
    """A conversation with what it emitted and counted; each message takes the next frame, one second later."""

    def __init__(self, kind: type[KerberosUdp] | type[KpasswdUdp] = KerberosUdp) -> None:
        self.activities: list[Activity] = []
        self.counted: list[str] = []
        self.conversation = kind(FLOW, self.activities.append, lambda what, frame: self.counted.append(what))
        self.frame = 0

    def says(self, from_client: bool, data: bytes) -> "Talk":
        self.frame += 1
        self.conversation.message(from_client, data, self.frame * 1_000_000, (self.frame,), 0)
        return self

    def results(self) -> list[tuple[str, str, int | None]]:
        return [(one.kind, one.result, one.code) for one in self.activities]


def test_a_real_logon_step_by_step() -> None:
    talk = Talk()
    for client, name in ((True, "as_req"), (False, "preauth_required"), (True, "as_req_rc4"), (False, "as_rep")):
        talk.says(client, SAMPLES[name])
    talk.says(True, SAMPLES["tgs_req"]).says(False, SAMPLES["tgs_error"])

    assert talk.results() == [("kerberos-as", "failure", 25), ("kerberos-as", "success", 0), ("kerberos-tgs", "failure", 50)]
    first, second, third = (one.detail for one in talk.activities)
    assert isinstance(first, KerberosAs) and isinstance(second, KerberosAs) and isinstance(third, KerberosTgs)
    assert (first.offered_etypes, first.pa_types, first.request_etypes) == ((23,), (128,), (23,))
    assert (second.padata_etype, second.reply_etype, second.ticket_etype) == (23, 23, 18)
    assert second.ticket_hash == third.presented_ticket_hash == talk.activities[2].ticket
    assert third.presented_ticket_service == "krbtgt/CORP.TEST"
    assert [one.frames for one in talk.activities] == [(1, 2), (3, 4), (5, 6)]
    assert all(one.account and (one.account.name, one.account.domain) == ("alice.adams", "CORP.TEST") for one in talk.activities)


def test_a_certificate_is_told_by_the_request_not_by_what_the_kdc_can_do() -> None:
    can = Reply(type=AS_REP, padata=Padata(types=(17, 2), pkinit=True))
    plain = Request(type=AS_REQ, padata=Padata(types=(128,)))
    signed = Request(type=AS_REQ, padata=Padata(types=(16,), pkinit=True))

    assert [as_detail(one, can, None).pkinit for one in (plain, signed, None)] == [False, True, True]
    lists = Reply(type=AS_REP, padata=Padata(types=(16, 15, 147, 2, 136, 19, 11), pkinit=True))
    assert not as_detail(None, lists, None).pkinit


def test_the_user_of_a_service_ticket_is_told_by_the_reply() -> None:
    talk = Talk().says(True, SAMPLES["tgs_req_fast"])
    talk.conversation.close()
    assert talk.results() == [("kerberos-tgs", "unanswered", None)] and talk.activities[0].account is None

    talk = Talk().says(True, SAMPLES["tgs_req_fast"]).says(False, SAMPLES["tgs_rep_fast"])
    (one,) = talk.activities
    assert one.account and one.account.name == "alice.adams"
    assert isinstance(one.detail, KerberosTgs) and one.detail.fast
    assert (one.detail.service, one.detail.ticket_etype) == ("MSSQLSvc/sql01.corp.test:1433", 23)


def test_a_user_hidden_by_fast_is_nobody() -> None:
    body = reply(13, "WELLKNOWN/ANONYMOUS", ("cifs", "fs"), b"c")
    fast = der(0xA2, der(0x30, padata(136, b"x")))
    inside = body[body.index(b"\xa3") :]
    talk = Talk().says(False, der(0x6D, der(0x30, der(0xA0, number(5)), der(0xA1, number(13)), fast, inside)))

    assert talk.activities[0].account is None


def test_a_retransmission_is_no_second_activity() -> None:
    asked, answered = request(10, "user", KRBTGT), reply(11, "user", KRBTGT, b"tgt")
    before = Talk().says(True, asked).says(True, asked).says(False, answered).says(False, answered)
    after = Talk().says(True, asked).says(False, answered).says(True, asked).says(False, answered)

    assert before.results() == after.results() == [("kerberos-as", "success", 0)]
    assert before.activities[0].frames == (1, 2, 3)


def test_another_ticket_for_a_retransmission_is_told() -> None:
    asked = request(10, "user", KRBTGT)
    talk = Talk().says(True, asked).says(True, asked)
    talk.says(False, reply(11, "user", KRBTGT, b"one")).says(False, reply(11, "user", KRBTGT, b"two"))

    tickets = [one.detail.ticket_hash for one in talk.activities if isinstance(one.detail, KerberosAs)]
    assert len(set(tickets)) == 2


def test_too_big_for_a_datagram_is_a_result_of_its_own() -> None:
    assert Talk().says(True, SAMPLES["as_req_udp"]).says(False, SAMPLES["too_big"]).results() == [("kerberos-as", "failure", 52)]


def test_replies_in_another_order_find_their_requests() -> None:
    talk = Talk().says(True, request(10, "anna", KRBTGT)).says(True, request(10, "bert", KRBTGT))
    talk.says(False, reply(11, "bert", KRBTGT, b"b")).says(False, reply(11, "anna", KRBTGT, b"a"))

    assert [(one.account.name, one.frames) for one in talk.activities if one.account] == [("bert", (2, 3)), ("anna", (1, 4))]


def test_a_lone_reply_and_lone_errors() -> None:
    talk = Talk().says(False, reply(13, "user", ("cifs", "fs"), b"t"))
    talk.says(False, error(6, KRBTGT)).says(False, error(7, ("cifs", "nowhere")))

    assert talk.results() == [("kerberos-tgs", "success", 0), ("kerberos-as", "failure", 6), ("kerberos-tgs", "failure", 7)]
    one, _, three = talk.activities
    assert (one.source, one.destination) == (FLOW.client, FLOW.server)
    assert isinstance(three.detail, KerberosTgs) and three.detail.service == "cifs/nowhere"


def test_what_nobody_answers() -> None:
    talk = Talk().says(True, request(10, "user", KRBTGT))
    talk.conversation.expire(1_000_000 + UNANSWERED_AFTER)
    assert talk.activities == []
    talk.conversation.expire(1_000_001 + UNANSWERED_AFTER)
    talk.conversation.close()

    assert talk.results() == [("kerberos-as", "unanswered", None)]


def test_delegation() -> None:
    evidence = der(0xAB, der(0x30, ticket("A.TEST", ("host", "web"), b"evidence")))
    talk = Talk().says(True, request(12, None, ("cifs", "dc"), options=0x40020000, more=evidence))
    talk.says(False, reply(13, "admin", ("cifs", "dc"), b"t"))
    (one,) = talk.activities

    assert isinstance(one.detail, KerberosTgs) and one.detail.s4u2proxy and one.detail.evidence_ticket_hash
    assert one.detail.evidence_ticket_size == len(b"evidence")
    user_to_user = Talk().says(True, request(12, None, ("cifs", "dc"), options=0x40000008, more=evidence))
    user_to_user.conversation.close()
    detail = user_to_user.activities[0].detail
    assert isinstance(detail, KerberosTgs) and not detail.s4u2proxy and detail.evidence_ticket_hash is None


def test_the_canonical_name_of_the_reply_is_the_account() -> None:
    talk = Talk().says(True, request(10, "user@a.test", KRBTGT)).says(False, reply(11, "user", KRBTGT, b"t"))
    (one,) = talk.activities

    assert one.account and one.account.name == "user"
    assert isinstance(one.detail, KerberosAs) and one.detail.client == "user@a.test"


def test_marks_over_tcp() -> None:
    tcp = KerberosTcp(FLOW, lambda one: None, lambda what, frame: None)
    data = struct.pack(">I", len(SAMPLES["as_req"])) + SAMPLES["as_req"]

    assert tcp.measure(True, data, 0, 4) == NEED_MORE
    assert tcp.measure(True, data, 0, 5) == (len(data), len(data))
    assert tcp.measure(True, b"x" + data, 0, 40) == NOT_HERE
    assert tcp.measure(True, b"\xff\xff\xff\xffj", 0, 5) == NOT_HERE


def test_what_is_not_understood_is_counted() -> None:
    talk = Talk().says(True, b"hello").says(False, SAMPLES["tgs_rep_fast"][:700])

    assert talk.counted == ["Kerberos message not understood", "Kerberos message cut short"]


def ap_message(version: int, inner: bytes) -> bytes:
    private = der(0x75, der(0x30, der(0xA0, number(5)), der(0xA1, number(21)), der(0xA3, sealed(18, b"x"))))
    return struct.pack(">HHH", 6 + len(inner) + len(private), version, len(inner)) + inner + private


def ap_request() -> bytes:
    fields = (
        der(0xA2, der(3, b"\0\0\0\0\0")),
        der(0xA3, ticket("A.TEST", ("kadmin", "changepw"), b"c")),
        der(0xA4, sealed(18, b"a")),
    )
    return der(0x6E, der(0x30, der(0xA0, number(5)), der(0xA1, number(14)), *fields))


AP_REP = der(0x6F, der(0x30, der(0xA0, number(5)), der(0xA1, number(15)), der(0xA2, sealed(18, b"x"))))


def test_a_password_is_set() -> None:
    talk = Talk(KpasswdUdp).says(True, ap_message(0xFF80, ap_request())).says(False, ap_message(1, AP_REP))

    assert talk.results() == [("kerberos-password", "success", None), ("kerberos-ap", "success", None)]
    one, two = talk.activities
    assert isinstance(one.detail, KerberosPassword) and isinstance(two.detail, KerberosAp)
    assert (one.detail.protocol_version, one.detail.service, one.frames) == (0xFF80, "kadmin/changepw", (1, 2))
    assert (one.ticket, two.detail.carrier) == (two.detail.ticket_hash, "kpasswd")
    assert talk.counted == ["Kerberos password result sealed"]


def test_a_password_service_refuses() -> None:
    refusal = error(37, ("kadmin", "changepw"))
    data = struct.pack(">HHH", 6 + len(refusal), 1, 0) + refusal

    assert Talk(KpasswdUdp).says(True, ap_message(1, ap_request())).says(False, data).results()[0] == (
        "kerberos-password",
        "failure",
        37,
    )
    assert Talk(KpasswdUdp).says(False, refusal).results() == [("kerberos-password", "failure", 37)]


def test_a_password_request_sent_twice_is_one() -> None:
    asked = ap_message(1, ap_request())
    talk = Talk(KpasswdUdp).says(True, asked).says(True, asked).says(False, ap_message(1, AP_REP)).says(True, asked)
    talk.says(False, ap_message(1, AP_REP)).conversation.close()

    assert [one.kind for one in talk.activities] == ["kerberos-password", "kerberos-ap"]


def test_password_marks_over_tcp() -> None:
    tcp = KpasswdTcp(FLOW, lambda one: None, lambda what, frame: None)
    body = ap_message(1, ap_request())
    data = struct.pack(">I", len(body)) + body

    assert tcp.measure(True, data, 0, 7) == NEED_MORE
    assert tcp.measure(True, data, 0, 8) == (len(data), len(data))
    assert tcp.measure(True, data[1:] + b"x", 0, 20) == NOT_HERE


@pytest.mark.parametrize("chunk", [0, 1, 3, 100])
def test_the_same_activities_however_a_stream_is_cut(shared: Path, chunk: int) -> None:
    path = shared / "lab" / "captures" / "kerberoasting.pcap"

    def told(size: int) -> list[tuple[object, ...]]:
        found, _ = replay(path, KerberosTcp, {88}, 6, size)
        return sorted((one.frames, one.kind, one.result, one.code or 0, str(one.detail)) for one in found)

    whole = told(0)
    assert len(whole) > 30
    assert told(chunk) == whole
