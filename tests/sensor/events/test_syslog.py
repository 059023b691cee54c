"""Each form of syslog payload gives the event it carries; what carries none is told apart; nothing raises."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.decoders.instants import NEVER, can_come
from app.sensor.events.record import AUDIT_FAILURE, EventRecord
from app.sensor.events.syslog import SAMPLE, Unknown, records_of
from app.sensor.events.syslog_frame import frame_of, text_of
from app.sensor.events.translate import activities_of
from app.sensor.sources.dated import arrived
from tests.sensor.decoders.test_ldap import damaged
from tests.sensor.events.syslog_samples import CEF, FORMS, GROUP, NOW, QRADAR, RSA, SERVICE, SNARE, SPLUNK
from tests.sensor.events.test_json_shippers import AT, COMPUTER, XML


def micro(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1_000_000)  # type: ignore[misc,arg-type]


def event(payload: bytes, at: int = NOW) -> EventRecord:
    found = records_of(payload, at, 5)
    assert isinstance(found, EventRecord), found
    return found


def test_xml_behind_a_header_is_read_as_xml() -> None:
    head = b"<13>Mar 19 15:33:30 relay "
    found = event(head + XML.encode() + b"\n")

    assert (found.at, found.computer, found.record, found.place, found.ordinal) == (AT, COMPUTER, 77, 5, 0)
    assert found.fields["TargetUserName"] == "pgustavo"
    cut = records_of(head + XML[:300].encode(), NOW, 1)
    assert isinstance(cut, Unknown) and cut.sort == "XML message that is no Windows event"


@pytest.mark.parametrize("payload", FORMS.values(), ids=FORMS)
def test_every_form_tells_the_same_validation(payload: bytes) -> None:
    found = event(payload)

    assert (found.event_id, found.channel, found.provider) == (4776, "Security", "Microsoft-Windows-Security-Auditing")
    assert found.computer == "dc1.corp.test" and found.place == 5
    fields = found.fields
    assert (fields["TargetUserName"].rstrip("$"), fields["Workstation"], fields["Status"]) == ("anna", "WS7", "0xc000006a")
    (activity,) = activities_of(found, "in")
    assert activity.kind == "event-ntlm" and activity.record == 5


@pytest.mark.parametrize("payload", FORMS.values(), ids=FORMS)
def test_a_header_before_a_form_is_optional(payload: bytes) -> None:
    body = frame_of(text_of(payload), NOW).body.encode()
    if payload.startswith(b"<14>1 "):
        return  # the event is the header's
    for head in (
        b"",
        b"<13>",
        b"<13>Oct  5 10:00:00 relay ",
        b"<13>1 2026-10-05T10:00:00Z relay app - - - ",
        b"<13>1 - - - - - - \xef\xbb\xbf",
    ):
        assert event(head + body).fields["Status"] == "0xc000006a"


def test_times_are_the_events_own() -> None:
    assert event(RSA).at == micro(2015, 5, 19, 9, 7, 9)
    assert event(RSA.replace(b"07:09\n", b"07:09.250\n")).at == micro(2015, 5, 19, 9, 7, 9) + 250_000
    assert event(CEF).at == 1426218619000_000
    assert event(SPLUNK).at == micro(2015, 3, 10, 13, 27, 17) + 784_882
    assert event(SPLUNK.replace(b"784882-000", b"784882+060")).at == micro(2015, 3, 10, 12, 27, 17) + 784_882
    assert event(QRADAR).at == 1456144380009_000
    assert event(QRADAR.replace(b"TimeGenerated=1456144380009", b"TimeGenerated=1456144380")).at == 1456144380_000_000
    assert event(SNARE).at == micro(2021, 3, 19, 15, 33, 30)


def test_a_clock_in_another_zone_is_recognised_by_whole_half_hours() -> None:
    arrived = micro(2021, 3, 19, 10, 3, 33)  # the sender's clock shows +05:30
    assert event(SNARE, arrived).at == micro(2021, 3, 19, 10, 3, 30)
    delayed = micro(2021, 3, 19, 15, 45, 12)
    assert event(SNARE, delayed).at == micro(2021, 3, 19, 15, 33, 30)


def test_order_of_pairs_does_not_matter() -> None:
    head, _, pairs = CEF.decode().partition("|Low| ")
    values = pairs.replace("Reason or Error Code", "Reason_or_Error_Code").split(" ")
    turned = " ".join(reversed(values)).replace("Reason_or_Error_Code", "Reason or Error Code")
    assert event(f"{head}|Low|{turned}".encode()).fields == event(CEF).fields
    begin, _, message = SPLUNK.partition(b"Message=")
    lead, *lines = begin.strip().split(b"\r\n")
    moved = b"\r\n".join([lead, *reversed(lines), b"Message=" + message])
    assert event(moved).fields == event(SPLUNK).fields and event(moved).at == event(SPLUNK).at


def test_cef_escapes() -> None:
    odd = CEF.replace(b"duser=anna", rb"duser=a\=n\\na").replace(b"Microsoft Windows|", rb"Microsoft \| Windows|")
    assert event(odd).fields["TargetUserName"] == "a=n\\na"


def test_cef_tells_connections() -> None:
    told = (
        b"CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Security-Auditing:5156|A connection was permitted "
        b"by the platform.|Low| externalId=5156 cat=Security rt=1426218619000 dvchost=ws1.corp.test src=10.0.0.66 spt=50111 "
        rb"dst=10.0.0.10 dpt=88 proto=TCP deviceDirection=1 sproc=\\device\\harddiskvolume2\\t\\a.exe"
    )
    (made,) = activities_of(event(told), "key")

    assert made.source is not None and made.source.host == "ws1.corp.test"
    assert made.destination is not None and (made.destination.ip, made.destination.port) == ("10.0.0.10", 88)
    assert not activities_of(event(told.replace(b"deviceDirection=1", b"deviceDirection=0")), "key")
    assert not activities_of(event(told.replace(b"dpt=88", b"dpt=443")), "key")


def test_relays_that_spell_tabs_out() -> None:
    for payload, tab in ((SNARE, b"#011"), (QRADAR, b"#011"), (QRADAR, b"\\t"), (QRADAR, b" ")):
        assert event(payload.replace(b"\t", tab)).fields["Workstation"] == "WS7"
    assert event(RSA.replace(b"\n", b"#012")).fields["Workstation"] == "WS7"
    assert event(RSA.replace(b"\n", b"\\n").replace(b"Security\\n", b"Security\\")).computer == "dc1.corp.test"


def test_group_and_service_events_have_the_templates_names() -> None:
    splunk = SPLUNK.partition(b"Message=")[0].replace(b"=4776", b"=4728") + b"Message=" + GROUP.encode()
    fields = event(splunk).fields
    assert fields["MemberSid"] == "S-1-5-21-1-2-3-1104" and fields["MemberName"] == "CN=Bob,CN=Users,DC=corp,DC=test"
    assert (fields["TargetUserName"], fields["SubjectUserName"]) == ("Domain Admins", "Administrator")
    system = SPLUNK.partition(b"Message=")[0].replace(b"=4776", b"=7045").replace(b"=Security\r", b"=System\r")
    system = system.replace(b"Microsoft-Windows-Security-Auditing", b"Service Control Manager")
    found = event(system + b"Message=" + SERVICE.encode())
    assert (found.provider, found.channel) == ("Service Control Manager", "System")
    assert (found.fields["ServiceName"], found.fields["ImagePath"]) == ("PSEXESVC", "%SystemRoot%\\PSEXESVC.exe")


def test_outcome_is_kept() -> None:
    assert (
        event(SNARE).keywords & AUDIT_FAILURE and event(QRADAR).keywords & AUDIT_FAILURE and event(RSA).keywords & AUDIT_FAILURE
    )


@pytest.mark.parametrize(
    ("payload", "sort"),
    [
        (b"<34>1 2003-10-11T22:14:15.003Z h sshd 1 - - Failed password", "syslog message that is no Windows event"),
        (b"CEF:0|Cisco|ASA|9|1|Deny|5|src=10.0.0.1", "CEF message of another product"),
        (b"CEF:0|Microsoft|Microsoft Windows||x", "CEF message without its header"),
        (b"LEEF:1.0|Palo|PAN|9|1|src=10.0.0.1", "LEEF message of another product"),
        (b'<14>x: {"a": 1}', "JSON message that is no Windows event"),
        (b'<14>x: {"a": 1', "JSON message that is cut or damaged"),
        (b"RsaSA\n2015-May-19 09:07:09\n4776", "RSA message with another number of fields"),
        (SPLUNK.replace(b"EventCode=4776\r\n", b""), "Splunk message without an event number"),
        (b"  \r\n", "empty syslog message"),
    ],
)
def test_what_is_no_event_is_told_by_sort_with_a_sample(payload: bytes, sort: str) -> None:
    found = records_of(payload, NOW, 1)
    assert isinstance(found, Unknown) and found.sort == sort
    assert len(found.sample) <= SAMPLE + 3 and found.sample.isprintable()


FAR = [
    CEF.replace(b"rt=1426218619000", b"rt=10413792000000"),
    CEF.replace(b"rt=1426218619000", b"rt=" + b"9" * 16),
    b'<14>x: {"EventTime": "2300-01-01T00:00:00Z", "EventID": 4776, "Channel": "Security", "SourceName": '
    b'"Microsoft-Windows-Security-Auditing", "Hostname": "dc1.corp.test", "TargetUserName": "anna"}',
]


@pytest.mark.parametrize("payload", [*FAR, FAR[-1].replace(b"2300", b"1600")], ids=["cef", "micro", "json", "long ago"])
def test_a_time_that_cannot_be_is_that_of_the_arrival(payload: bytes) -> None:
    said: list[tuple[str, str]] = []
    found = arrived(event(payload, NOW), NOW, lambda what, where, count=1: said.append((what, where)), "here")
    assert found.at == NOW and said == [(NEVER, "here")]
    assert not can_come(event(payload, -NOW).at, NOW) and not can_come(event(payload, 0).at, NOW)


@settings(max_examples=300, deadline=None)
@given(st.one_of(damaged(list(FORMS.values())), st.binary(max_size=300)), st.sampled_from([0, NOW, -1, 1 << 62]))
def test_any_bytes_are_survived(payload: bytes, at: int) -> None:
    found = records_of(payload, min(at, NOW * 2), 1)
    assert isinstance(found, EventRecord | Unknown)
    if isinstance(found, EventRecord):
        assert len(found.fields) <= 600 and can_come(arrived(found, NOW, lambda what, where, count=1: None, "").at, NOW)


@pytest.mark.parametrize(
    "hostile",
    [
        b"CEF:0|Microsoft|Microsoft Windows||:4776|x|1|" + b"a=" * 100_000,
        b"CEF:0|" + b"\\" * 200_000,
        b"<13>Mar 10 13:27:17 s EventCode=4776 " + b"Message=" * 30_000,
        b"<13>1 - - - - - " + b'[a b="' * 40_000,
        b"<13>1 - - - - - [a " + b'b="\\"" ' * 30_000,
        b"LEEF:2.0|Microsoft|Windows|1|4776|^|" + b"^a=" * 80_000,
        b'{"' + b'a":[' * 60_000,
        b"AgentDevice=" + b"Message= " * 20_000,
        SPLUNK + b"\r\n\r\nSubject:" * 15_000,
        b"<1>" + b" " * 200_000,
        b"<1>Jan  1 00:00:00 h " + b"a" * 200_000 + b": x",
    ],
    ids=lambda one: one[:20].decode("latin-1"),
)
def test_hostile_messages_end_soon(hostile: bytes) -> None:
    began = datetime.now(UTC)
    records_of(hostile, NOW, 1)
    assert (datetime.now(UTC) - began).total_seconds() < 2
