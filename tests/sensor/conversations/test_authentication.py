from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.model.activity import Activity, Endpoint
from app.model.details import KerberosAp, Negoex, Ntlm
from app.sensor.conversations.authentication import Authentication
from app.sensor.decoders import negoex
from app.sensor.frame import Flow
from tests.sensor.authentication_samples import SAMPLES, der, error
from tests.sensor.decoders.test_negoex import CONVERSATION, exchange, offer
from tests.sensor.decoders.test_negoex import TWO as SCHEME
from tests.sensor.decoders.test_spnego import MS_KERBEROS, NEGOEX, NTLM, initial, response

ONE, TWO, THREE = (SAMPLES[f"ntlm{number}_smb2"] for number in (1, 2, 3))
TICKET, MUTUAL = SAMPLES["kerberos_client_ldap"], SAMPLES["kerberos_server_ldap"]
FLOW = Flow("input", Endpoint("10.0.0.1", 50000), Endpoint("10.0.0.2", 445), "tcp")
TOO_LATE = response(1, MS_KERBEROS, der(0x60, bytes.fromhex("06092a864886f712010202"), b"\x03\x00", error(37, ("cifs", "fs"))))


class Told:
    """An authentication with what it emitted; each step takes the next frame."""

    def __init__(self) -> None:
        self.activities: list[Activity] = []
        self.authentication = Authentication(FLOW, self.activities.append, "smb2")
        self.frame = 0

    def says(self, from_client: bool, blob: bytes) -> "Told":
        self.frame += 1
        self.authentication.token(from_client, blob, self.frame * 1000, (self.frame,), 7)
        return self

    def ends(self, success: bool | None, code: int | None) -> "Told":
        self.frame += 1
        self.authentication.finished(success, code, self.frame * 1000, (self.frame,))
        return self

    def results(self) -> list[tuple[str, str, int | None]]:
        return [(one.kind, one.result, one.code) for one in self.activities]


def ntlm(activity: Activity) -> Ntlm:
    assert isinstance(activity.detail, Ntlm)
    return activity.detail


def test_three_messages_are_one_activity() -> None:
    told = Told().says(True, ONE).says(False, TWO).says(True, THREE).ends(True, 0)

    (one,) = told.activities
    assert (one.frames, one.ordinal, one.at, one.until) == ((1, 2, 3, 4), 7, 1000, 4000)
    assert (one.source, one.destination, one.result, one.code) == (FLOW.client, FLOW.server, "success", 0)
    assert one.account and (one.account.name, one.account.domain) == ("laura.lewis", "CORP")
    detail = ntlm(one)
    assert (detail.version, detail.mic, detail.mic_expected, detail.spn) == ("NTLMv2", True, True, "cifs/dc1.corp.test")
    assert (detail.target, detail.target_dns_computer, detail.workstation, detail.carrier) == (
        "CORP",
        "dc1.corp.test",
        "WS2",
        "smb2",
    )
    assert detail.server_challenge and len(detail.server_challenge) == 16


def test_account_and_mechanism_are_known_before_the_end() -> None:
    told = Told().says(True, ONE)
    assert told.authentication.mechanism == "" and told.authentication.account is None

    told.says(True, THREE)
    account = told.authentication.account
    assert told.authentication.mechanism == "NTLM" and account and account.name == "laura.lewis"
    told.says(False, TICKET[:0]).ends(False, 0xC000006D)
    assert told.authentication.account == account


def test_a_ticket_with_its_mutual_answer() -> None:
    told = Told().says(True, TICKET)
    assert told.authentication.mechanism == "Kerberos" and told.authentication.account is None
    told.says(False, MUTUAL).ends(True, 0)

    (one,) = told.activities
    assert isinstance(one.detail, KerberosAp)
    assert one.detail.ticket_hash == one.ticket == told.authentication.ticket is not None
    assert (one.detail.service, one.detail.realm, one.detail.ticket_etype) == ("ldap/dc1.corp.test", "CORP.TEST", 18)
    assert (one.account, one.frames, one.result) == (None, (1, 2, 3), "success")


def test_the_servers_kerberos_error_is_the_code() -> None:
    told = Told().says(True, TICKET).says(False, TOO_LATE).ends(False, 0xC000006D)

    assert told.results() == [("kerberos-ap", "failure", 37)]


def test_another_try_after_a_kerberos_error() -> None:
    told = Told().says(True, TICKET).says(False, TOO_LATE).says(True, TICKET).says(False, MUTUAL).ends(True, 0)

    assert told.results() == [("kerberos-ap", "failure", 37), ("kerberos-ap", "success", 0)]


def test_a_ticket_tried_first_and_ntlm_chosen() -> None:
    told = (
        Told().says(True, TICKET).says(False, response(3, NTLM)).says(True, ONE).says(False, TWO).says(True, THREE).ends(True, 0)
    )

    assert told.results() == [("kerberos-ap", "failure", None), ("ntlm", "success", 0)]
    assert told.activities[1].frames == (3, 4, 5, 6)


def test_many_logons_one_after_the_other() -> None:
    told = Told()
    for code in (0xC000006D, 0):
        told.says(True, ONE).says(False, TWO).says(True, THREE).ends(code == 0, code)

    assert told.results() == [("ntlm", "failure", 0xC000006D), ("ntlm", "success", 0)]
    assert told.activities[0].id != told.activities[1].id


def test_a_second_challenge_means_the_first_answer_was_wrong() -> None:
    told = Told().says(True, ONE).says(False, TWO).says(True, THREE).says(False, TWO).says(True, THREE).ends(True, 0)

    assert [one.result for one in told.activities] == ["failure", "success"]


def test_only_the_client_was_captured() -> None:
    told = Told().says(True, ONE).says(True, THREE).ends(None, None)

    (one,) = told.activities
    assert (one.result, ntlm(one).target, ntlm(one).target_dns_computer) == ("unanswered", None, "dc1.corp.test")


def test_only_the_server_was_captured() -> None:
    told = Told().says(False, TWO).ends(True, 0)

    (one,) = told.activities
    assert (one.result, one.account, ntlm(one).target_netbios_computer) == ("success", None, "DC1")


def test_the_challenge_comes_late() -> None:
    told = Told().says(True, ONE).says(True, THREE).says(False, TWO).ends(True, 0)

    (one,) = told.activities
    assert (ntlm(one).target, ntlm(one).user, one.frames) == ("CORP", "laura.lewis", (1, 2, 3, 4))


def test_an_offer_alone_proves_nothing() -> None:
    assert Told().says(True, ONE).ends(True, 0).results() == [("ntlm", "unanswered", None)]


def test_the_end_of_the_connection() -> None:
    told = Told().says(True, ONE).says(False, TWO)
    told.authentication.close()
    told.authentication.close()

    assert told.results() == [("ntlm", "unanswered", None)]
    assert Told().ends(True, 0).says(True, b"?").ends(True, 0).results() == []


def test_nobody() -> None:
    from tests.sensor.decoders.test_ntlm import type3

    told = Told().says(True, type3(user="", domain="", lm=b"\0")).ends(True, 0)

    assert told.activities[0].account is None and ntlm(told.activities[0]).anonymous


BLOBS = [
    ONE,
    TWO,
    THREE,
    TICKET,
    MUTUAL,
    TOO_LATE,
    response(2),
    response(3, NTLM),
    SAMPLES["ntlm1_rpc"],
    SAMPLES["ntlm2_rpc"],
    b"?",
]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from(BLOBS), st.integers(0, 400)), max_size=20))
def test_any_order_of_whole_and_cut_tokens(steps: list[tuple[int, bool, bytes, int]]) -> None:
    told = Told()
    for step, client, blob, cut in steps:
        if step:
            told.says(client, blob[:cut] if step == 1 else blob)
        else:
            told.ends((None, True, False)[cut % 3], cut)
    told.authentication.close()

    frames = [frame for one in told.activities for frame in one.frames]
    assert len(frames) == len(set(frames)) and all(one.frames for one in told.activities)
    assert all(one.at <= one.until for one in told.activities)
    assert len({one.id for one in told.activities}) == len(told.activities)


def negotiation(to_the_end: bool) -> Told:
    told = Told().says(False, initial(NEGOEX, offer(SCHEME, conversation=UUID(int=1)))).says(True, initial(NEGOEX, offer(SCHEME)))
    told.says(False, response(1, NEGOEX, offer(SCHEME, kind=negoex.ACCEPTOR_NEGO)))
    if to_the_end:
        told.says(True, response(None, b"", exchange(SCHEME, b"proof")))
        told.says(False, response(0, b"", exchange(SCHEME, b"taken", negoex.CHALLENGE)))
    return told


def test_negoex_is_told_with_the_conversation_that_the_client_drew() -> None:
    told = negotiation(True).ends(True, 0)

    (one,) = told.activities
    assert one.detail == Negoex(conversation=str(CONVERSATION), schemes=(str(SCHEME),), carrier="smb2")
    assert (one.frames, one.at, one.until, one.ordinal, one.result, one.code) == ((2, 3, 4, 5), 2000, 6000, 7, "success", 0)
    assert told.authentication.mechanism == "NEGOEX"


def test_a_mere_offer_of_negoex_is_told_by_what_the_server_takes_instead() -> None:
    told = negotiation(False).says(True, ONE).says(False, TWO).says(True, THREE).ends(True, 0)

    assert told.results() == [("ntlm", "success", 0)]


def test_negoex_without_an_end() -> None:
    told = negotiation(True)
    told.authentication.close()

    assert told.results() == [("negoex", "unanswered", None)]
    told.authentication.close()
    assert len(told.activities) == 1
