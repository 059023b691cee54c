from base64 import b64encode
from pathlib import Path

import pytest

from app.model.activity import Activity, Endpoint
from app.model.details import HttpRequest, KerberosAp, Ntlm
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE
from app.sensor.conversations.http import HttpTcp
from app.sensor.frame import Flow
from tests.sensor.authentication_samples import SAMPLES
from tests.sensor.conversations.test_authentication import MUTUAL, ONE, THREE, TICKET, TOO_LATE, TWO
from tests.sensor.naive import replay

FLOW = Flow("input", Endpoint("10.0.0.1", 50000), Endpoint("10.0.0.2", 80), "tcp")


def ask(token: bytes | None, scheme: str = "Negotiate", field: str = "Authorization") -> bytes:
    line = b"" if token is None else f"{field}: {scheme} ".encode() + b64encode(token) + b"\r\n"
    return b"POST /wsman HTTP/1.1\r\n" + line + b"Content-Length: 0\r\n\r\n"


def answer(status: int, token: bytes | None = None, scheme: str = "Negotiate", field: str = "WWW-Authenticate") -> bytes:
    line = f"{field}: {scheme}\r\n".encode() if token is None else f"{field}: {scheme} ".encode() + b64encode(token) + b"\r\n"
    return f"HTTP/1.1 {status} x\r\n".encode() + line + b"Content-Length: 3\r\n\r\nabc"


class Talk:
    """A connection fed through measure, as the packets stage does."""

    def __init__(self) -> None:
        self.activities: list[Activity] = []
        self.counted: list[str] = []
        self.http = HttpTcp(FLOW, self.activities.append, lambda what, frame: self.counted.append(what))
        self.frame = 0

    def says(self, from_client: bool, data: bytes) -> "Talk":
        self.frame += 1
        at = 0
        while at < len(data):
            length, wanted = self.http.measure(from_client, data, at, len(data))
            assert 0 < wanted <= length
            self.http.message(from_client, data[at : at + wanted], self.frame * 1000, (self.frame,), at)
            at += length
        assert at == len(data)
        return self

    def results(self) -> list[tuple[str, str, int | None]]:
        return [(one.kind, one.result, one.code) for one in self.activities]


def test_three_rounds_on_one_connection() -> None:
    talk = Talk().says(True, ask(None)).says(False, answer(401))
    talk.says(True, ask(ONE)).says(False, answer(401, TWO)).says(True, ask(THREE)).says(False, answer(200))

    (one,) = talk.activities
    assert (one.result, one.code, one.frames) == ("success", 200, (3, 4, 5, 6))
    assert isinstance(one.detail, Ntlm) and (one.detail.carrier, one.detail.user) == ("http", "laura.lewis")


def test_raw_ntlm_without_spnego() -> None:
    talk = Talk().says(True, ask(SAMPLES["ntlm1_rpc"], "NTLM")).says(False, answer(401, SAMPLES["ntlm2_rpc"], "NTLM"))
    talk.says(True, ask(THREE, "NTLM")).says(False, answer(403, None, "NTLM"))

    assert talk.results() == [("ntlm", "success", 403)]


@pytest.mark.parametrize("again", [None, TWO])
def test_a_refusal_with_and_without_another_challenge(again: bytes | None) -> None:
    talk = Talk().says(True, ask(ONE)).says(False, answer(401, TWO)).says(True, ask(THREE)).says(False, answer(401, again))

    assert talk.results()[0] == ("ntlm", "failure", 401)


def test_a_ticket_that_is_taken_and_one_that_is_not() -> None:
    assert Talk().says(True, ask(TICKET)).says(False, answer(200, MUTUAL)).results() == [("kerberos-ap", "success", 200)]
    assert Talk().says(True, ask(TICKET)).says(False, answer(401, TOO_LATE)).results() == [("kerberos-ap", "failure", 37)]
    assert Talk().says(True, ask(TICKET)).says(False, answer(401)).results() == [("kerberos-ap", "failure", 401)]


def test_two_requests_before_the_first_response() -> None:
    talk = Talk().says(True, ask(None) + ask(TICKET)).says(False, answer(404) + answer(200, MUTUAL))

    assert [(one.code, one.frames) for one in talk.activities] == [(200, (1, 2))]


def test_a_proxy_that_wants_to_know() -> None:
    talk = Talk().says(True, ask(ONE, "NTLM", "Proxy-Authorization"))
    talk.says(False, answer(407, TWO, "NTLM", "Proxy-Authenticate")).says(True, ask(THREE, "NTLM", "Proxy-Authorization"))
    talk.says(False, answer(401))

    assert talk.results() == [("ntlm", "success", 401)]


def test_what_is_counted() -> None:
    talk = Talk().says(True, ask(b"user:password", "Basic")).says(True, ask(b"\x16\x03\x01", "CredSSP"))

    assert talk.counted == ["HTTP Basic password in clear text", "HTTP CredSSP sealed"]
    assert talk.activities == []


def test_bodies_in_chunks_and_the_answer_to_head() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10\r\nHTTP/1.1 401 x\r\n\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"
    talk = Talk().says(True, ask(TICKET)).says(False, chunked)
    talk.says(True, ask(None) + ask(TICKET)).says(False, head + answer(401))

    assert [one.code for one in talk.activities] == [200, 401]


def test_no_answer() -> None:
    talk = Talk().says(True, ask(TICKET))
    talk.http.close()

    assert talk.results() == [("kerberos-ap", "unanswered", None)]


def test_measures() -> None:
    http = HttpTcp(FLOW, lambda one: None, lambda what, frame: None)
    big = b"POST /x HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n"

    assert http.measure(True, big, 0, len(big)) == (len(big) + 1_000_000_000, len(big))
    assert http.measure(True, big, 0, 20) == NEED_MORE
    assert http.measure(True, b"\x16\x03\x03\x00\x05hello", 0, 10) == NOT_HERE


def test_remote_management_in_a_real_capture(shared: Path) -> None:
    path = shared / "corpus" / "pcap" / "otrf_covenant_psremoting_command.cap"
    if not path.exists():
        pytest.skip("the capture is not here")
    found, _ = replay(path, HttpTcp, {5985}, 6)

    assert len(found) == 5
    assert all(isinstance(one.detail, KerberosAp) and one.detail.service == "HTTP/WORKSTATION6" for one in found)
    assert {(one.result, one.code) for one in found} == {("success", 200)}


@pytest.mark.parametrize("chunk", [1, 7])
def test_the_same_activities_however_a_stream_is_cut(shared: Path, chunk: int) -> None:
    path = shared / "corpus" / "pcap" / "ired_relay-attack.pcapng"
    if not path.exists():
        pytest.skip("the capture is not here")

    whole, cut = replay(path, HttpTcp, {80}, 6)[0], replay(path, HttpTcp, {80}, 6, chunk)[0]
    assert [one.detail for one in whole] == [one.detail for one in cut]
    assert [one.id for one in whole] == [one.id for one in cut]
    assert len(whole) == 1 and whole[0].account and whole[0].account.name == "administrator"


def store(agent: str = "", path: str = "/adfs/services/policystoretransfer", method: str = "POST") -> bytes:
    """A request to AD FS as its secondary servers and tools write it, whose body comes after a 100."""
    said = f"User-Agent: {agent}\r\n" if agent else ""
    head = f"{method} {path} HTTP/1.1\r\n{said}Content-Type: application/soap+xml\r\nHost: adfs1.example.org\r\n"
    return f"{head}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n<a>bc</a>".encode()


def test_the_configuration_of_ad_fs_asked_for() -> None:
    talk = (
        Talk().says(True, store("WindowsPowerShell/5.1")).says(False, b"HTTP/1.1 100 Continue\r\n\r\n").says(False, answer(200))
    )

    (one,) = talk.activities
    assert (one.result, one.code, one.frames) == ("success", 200, (1, 3))
    assert one.detail == HttpRequest(
        page="adfs-configuration", method="POST", path="/adfs/services/policystoretransfer", host="adfs1.example.org",
        agent="WindowsPowerShell/5.1", bytes=3,
    )  # fmt: skip


SPNEGO = 'ValueType="http://schemas.xmlsoap.org/ws/2005/02/trust/spnego" EncodingType="x#Base64Binary"'


def soap(token: bytes | None, kind: str = SPNEGO) -> bytes:
    """The body of a message that negotiates (WS-Trust), or of one that does not."""
    inside = "" if token is None else f"<t:BinaryExchange {kind}>{b64encode(token).decode()}</t:BinaryExchange>"
    return f"<s:Envelope>\r\nauthorization: Negotiate YWJj\r\n<s:Body>{inside}</s:Body></s:Envelope>".encode()


def asks(token: bytes | None, path: str = "/adfs/services/policystoretransfer", kind: str = SPNEGO) -> bytes:
    body = soap(token, kind)
    head = f"POST {path} HTTP/1.1\r\nContent-Type: application/soap+xml; charset=utf-8\r\nHost: adfs1\r\n"
    return f"{head}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode() + body


def tells(status: int, token: bytes | None) -> bytes:
    body = soap(token)
    return f"HTTP/1.1 {status} x\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_who_signs_in_inside_of_a_soap_body_asks_for_the_configuration() -> None:
    talk = Talk().says(True, asks(ONE)).says(False, b"HTTP/1.1 100 Continue\r\n\r\n").says(False, tells(200, TWO))
    talk.says(True, asks(THREE)).says(False, tells(200, None)).says(True, asks(None)).says(False, answer(200))

    assert [(one.kind, one.result) for one in talk.activities] == [
        ("http-request", "success"), ("ntlm", "success"), ("http-request", "success"), ("http-request", "success"),
    ]  # fmt: skip
    names = [one.account.name if one.account is not None else None for one in talk.activities]
    assert names == [None, "laura.lewis", "laura.lewis", "laura.lewis"]


def test_a_ticket_inside_of_a_soap_body() -> None:
    talk = Talk().says(True, asks(TICKET)).says(False, tells(200, MUTUAL))

    ticket, page = talk.activities
    assert isinstance(ticket.detail, KerberosAp) and ticket.result == "success"
    assert page.ticket == ticket.detail.ticket_hash and page.ticket


def test_a_fault_of_the_server_refuses_the_sign_in() -> None:
    talk = Talk().says(True, asks(ONE)).says(False, tells(200, TWO)).says(True, asks(THREE)).says(False, tells(500, None))

    assert [(one.kind, one.result, one.code) for one in talk.activities][1:] == [
        ("ntlm", "failure", 500), ("http-request", "failure", 500),
    ]  # fmt: skip
    assert talk.activities[-1].account is None


def test_bodies_of_other_services_are_not_looked_at() -> None:
    for other in (asks(THREE, path="/adfs/services/trust/2005/windowstransport"), asks(THREE, kind='ValueType="x/tls"')):
        talk = Talk().says(True, other).says(False, tells(200, None))
        assert not any(one.kind == "ntlm" for one in talk.activities)


def test_requests_to_other_pages_are_no_activities() -> None:
    for path in ("/adfs/services/trust/mex", "/adfs/ls/?x=/adfs/services/policystoretransfer", "/certsrv/certrqxt.asp", "/a b"):
        assert not Talk().says(True, store(path=path)).says(False, answer(200)).activities
    assert (
        len(Talk().says(True, store(path="http://x/ADFS/services/PolicyStoreTransfer?y")).says(False, answer(200)).activities)
        == 1
    )


def test_who_signed_in_asks_for_the_certificate_and_a_challenge_is_no_answer() -> None:
    asked = store(path="/certsrv/certfnsh.asp").replace(b"Content-Length: 9", b"Content-Length: 0").removesuffix(b"<a>bc</a>")

    def with_token(token: bytes) -> bytes:
        return asked.replace(b"Expect: ", b"Authorization: Negotiate " + b64encode(token) + b"\r\nExpect: ")

    talk = Talk().says(True, asked).says(False, answer(401)).says(True, with_token(ONE)).says(False, answer(401, TWO))
    talk.says(True, with_token(THREE)).says(False, answer(200))

    assert [(one.kind, one.result) for one in talk.activities] == [("ntlm", "success"), ("http-request", "success")]
    assert talk.activities[1].account == talk.activities[0].account and talk.activities[1].account is not None


def test_requests_that_nobody_answered() -> None:
    talk = Talk().says(True, store())
    talk.http.close()
    assert talk.results() == [("http-request", "unanswered", None)]

    talk = Talk().says(True, store()).says(True, store())
    talk.http.lost(False)
    assert talk.results() == [("http-request", "unanswered", None)] * 2
