"""Which connections are taken apart at all, seen in every form of their text."""

import json

import pytest

from app.sensor.events.bulk import may_tell

MESSAGE = "Network Information:\r\n\tDirection:\t\tOutbound\r\n\tDestination Address:\t10.0.0.10\r\n\tDestination Port:\t\t{}\r\n"
SYSMON_MESSAGE = "DestinationHostname: -\nDestinationPort: {}\nDestinationPortName: -"
FORMS = (
    (3, '{{"DestinationIp":"10.0.0.10","DestinationPort":{},"DestinationPortName":"kerberos"}}'),
    (3, '{{"DestinationPort":"{}","DestinationPortName":"88"}}'),
    (3, "<Data Name='DestinationPort'>{}</Data><Data Name='DestinationPortName'>88</Data>"),
    (3, '<Data Name="DestinationPort">\n  {}\n</Data>'),
    (3, SYSMON_MESSAGE),
    (5156, '{{"SourcePort":"88","DestAddress":"10.0.0.10","DestPort":"{}","Protocol":6}}'),
    (5156, '<Data Name="SourcePort">88</Data><Data Name="DestPort">{}</Data>'),
    (5156, MESSAGE),
)


@pytest.mark.parametrize(("event_id", "form"), FORMS)
@pytest.mark.parametrize("port", [88, 464])
def test_a_connection_to_kerberos_is_kept_in_every_form(event_id: int, form: str, port: int) -> None:
    assert may_tell(event_id, form.format(port))


@pytest.mark.parametrize(("event_id", "form"), FORMS)
@pytest.mark.parametrize("port", [443, 880, 1088, 8, 4640, 0])
def test_a_connection_to_another_port_is_passed_over(event_id: int, form: str, port: int) -> None:
    assert not may_tell(event_id, form.format(port))


@pytest.mark.parametrize("event_id", [3, 5156])
def test_what_names_no_port_is_looked_at(event_id: int) -> None:
    assert may_tell(event_id, json.dumps({"EventData": {"Data": ["1", "88"]}}))
    assert may_tell(event_id, "")


def test_a_name_in_a_value_before_the_port_hides_nothing() -> None:
    text = json.dumps({"Image": "C:\\DestinationPort\\DestinationPort.exe", "DestinationPort": 88}, separators=(",", ":"))

    assert may_tell(3, text)


def test_every_other_event_is_looked_at() -> None:
    assert may_tell(4624, '{"DestinationPort":443,"DestPort":443}')
