"""Sign-ins from logs: with their end, refused ones with their reason, what belongs to one connection together."""

from app.engine.knowledge import Knowledge
from app.engine.queries.about.logons import logons
from app.model.about import Logon, Read
from app.model.activity import Account, Activity, Endpoint, named
from app.model.details import Detail, KerberosAs, Ntlm, SmbSession
from app.model.events import EventLogon

SECOND = 1_000_000


def event(at: int, number: int, logon: str = "0x51f00", record: int = 0, **fields: str) -> Activity:
    told = EventLogon(
        event_id=number, provider="Microsoft-Windows-Security-Auditing", channel="Security", computer="ws1.corp.test",
        fields={"TargetUserName": "alice", "TargetDomainName": "CORP", "TargetLogonId": logon, **fields},
    )  # fmt: skip
    return Activity(
        at=at * SECOND, until=at * SECOND, input="aaaa", record=record or at, source=Endpoint("10.0.0.5"),
        destination=named("ws1.corp.test"), account=Account(name="alice", domain="CORP"), detail=told,
        result="failure" if number == 4625 else "success", code=0xC000006A if number == 4625 else None,
    )  # fmt: skip


def packet(at: int, detail: Detail, port: int = 50_000, **more) -> Activity:
    return Activity(
        at=at * SECOND, until=at * SECOND, input="bbbb", frames=(at,), source=Endpoint("10.0.0.5", port),
        destination=Endpoint("10.0.0.9", 445), detail=detail, **more,
    )  # fmt: skip


def told(*activities: Activity) -> tuple[Logon, ...]:
    return logons(Knowledge(), activities, Read(len(activities), len(activities))).rows


def test_a_session_ends_where_its_own_logoff_says_so() -> None:
    second, first = told(
        event(10, 4624, LogonType="2", AuthenticationPackageName="Negotiate"),
        event(12, 4624, "0x51fff", LogonType="10", AuthenticationPackageName="Kerberos"),
        event(20, 4634, "0x99999"),
        event(70, 4634),
    )
    assert (first.way, first.how, first.until) == ("interactive", "", 70 * SECOND)
    assert (second.way, second.how, second.until) == ("remote interactive", "Kerberos", 0)


def test_a_refused_logon_says_why() -> None:
    (row,) = told(event(10, 4625, LogonType="3", AuthenticationPackageName="NTLM"))
    assert (row.way, row.how, row.result) == ("network", "NTLM", "failure") and row.reason


def test_what_one_connection_tells_is_one_sign_in_and_its_logoff_the_end() -> None:
    (row,) = told(
        packet(
            10, Ntlm(user="alice", domain="CORP", version="NTLMv2", carrier="smb2"), account=Account(name="alice", domain="CORP")
        ),
        packet(10, SmbSession(dialect="3.1.1", mechanism="NTLM")),
        packet(45, SmbSession(dialect="3.1.1", action="logoff")),
    )
    assert (row.way, row.how, row.until) == ("over SMB", "NTLMv2", 45 * SECOND)
    assert row.who is not None and row.who.label == "alice"


def test_two_connections_are_two_sign_ins() -> None:
    rows = told(packet(10, SmbSession(mechanism="NTLM")), packet(11, SmbSession(mechanism="NTLM"), port=50_001))
    assert len(rows) == 2


def test_the_first_answer_of_every_kerberos_sign_in_is_no_failure() -> None:
    asked = KerberosAs(client="alice", realm="CORP.TEST", service="krbtgt/CORP.TEST")
    rows = told(packet(10, asked, result="failure", code=25), packet(11, asked, result="failure", code=24))
    assert [(one.way, one.result) for one in rows] == [("domain sign-in", "failure")]
