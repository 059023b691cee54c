"""Events with whatever in their fields: no detector raises, none names a party without a name, none takes long."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import running
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.readings import commands
from app.model.activity import Activity, event_order
from app.model.tuning import Tuning
from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord
from app.sensor.events.translate import activities_of
from tests.engine.detectors.builders import START
from tests.engine.detectors.logs import CHANGES_ALL, DIRECTORY, MANAGER, SAM, SECURITY
from tests.engine.detectors.test_detectors import whole

IDS = (1644, 2889, 4624, 4625, 4661, 4662, 4697, 4698, 4702, 4742, 4768, 4769, 4771, 4776, 4798, 4799, 5145, 7045, 16965)
WHERE = {1644: DIRECTORY, 2889: DIRECTORY, 7045: MANAGER, 16965: SAM}
NAMES = (
    "SubjectUserName", "SubjectUserSid", "SubjectDomainName", "SubjectLogonId", "TargetUserName", "TargetDomainName",
    "TargetUserSid", "TargetSid", "TargetLogonId", "LogonType", "IpAddress", "Workstation", "WorkstationName",
    "Status", "SubStatus", "PreAuthType", "TicketEncryptionType", "TicketOptions", "ServiceName", "ServiceFileName",
    "ImagePath", "TaskName", "TaskContent", "TaskContentNew", "Properties", "AccessMask", "ObjectType", "ObjectName",
    "PasswordLastSet", "BindingType", "Identity", "ClientAddress", "ClientSID", "ClientNetworkAddress", "ShareName",
    "RelativeTargetName", "CallerProcessName", "RpcCallClientLocality", "ClientAdvertizedEncryptionTypes", "Filter",
    "Client",
)  # fmt: skip
VALUES = (
    "", "-", "$", "\\", "@", "/", "%", "::1", "10.0.0.5", "10.0.0.5:1", "alice", "DC1$", "EXAMPLE", "EXAMPLE.ORG",
    "0x17", "0", "2", "3", "0xC000006A", "0xC0000064", "6", "-1", "99999999999999999999999999", "S-1-5-7", "S-1-5-18",
    "S-1-5-21-1-2-3-512", "SAM_GROUP", "SAM_USER", CHANGES_ALL, "0x5000", "%COMSPEC% /c x", r"\\a\b$\c.exe", "svcctl",
    r"\\*\IPC$", "<Command>cmd</Command>", "\ud800",
)  # fmt: skip
FIELDS = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.sampled_from(VALUES), st.text(max_size=12)), max_size=14)
EVENT = st.tuples(
    st.sampled_from(IDS), FIELDS, st.integers(0, 3_000_000), st.booleans(), st.sampled_from(["dc1.example.org", "ws1", "", "$"])
)


def told(rows: list[tuple[int, dict[str, str], int, bool, str]]) -> list[Activity]:
    """The activities of such events."""
    found: list[Activity] = []
    for place, (id, fields, at, failed, computer) in enumerate(rows, 1):
        provider, channel = WHERE.get(id, SECURITY)
        found += activities_of(
            EventRecord(
                at=START + at, provider=provider, channel=channel, event_id=id, computer=computer, record=place, place=place,
                keywords=AUDIT_FAILURE if failed else AUDIT_SUCCESS, fields=fields,
            ),
            "log",
        )  # fmt: skip
    return found


@settings(deadline=None, max_examples=200)
@given(st.lists(EVENT, max_size=40))
def test_whatever_events_hold_every_alert_is_whole(rows: list[tuple[int, dict[str, str], int, bool, str]]) -> None:
    activities = told(rows)
    knowledge = Knowledge()
    for activity in activities:
        knowledge.observe(activity)

    for alert in running.run(DETECTORS, sorted(activities, key=event_order), knowledge, tuning=Tuning(sensitivity="high")):
        assert whole(alert)


def test_long_commands_of_services_are_judged_at_once() -> None:
    began = time.process_time()
    for command in (
        ">" * 8192, "> \\temp\\" * 1024, "echo " * 1600 + ">", "cmd " * 2048, "powershell -e " * 600, "\\\\" * 4096, "aB" * 4096,
        "C:\\Windows\\" + "aB" * 4000, "> " + "\\temp\\a" * 1000,
    ):  # fmt: skip
        commands.service_mark(command * 4, command)
        commands.command_of("<Command>" * 8192)

    assert time.process_time() - began < 2


def test_a_name_that_is_no_text_still_makes_an_alert() -> None:
    rows = [(4776, {"TargetUserName": "a\ud800", "Status": "0xC000006A"}, one * 1_000_000, True, "dc1") for one in range(20)]
    (alert,) = running.run(DETECTORS, told(rows), Knowledge())

    assert alert.detector == "brute_force"
