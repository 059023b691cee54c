"""Every modifier and kind of value, one by one, as the Sigma specification has them."""

import base64

import pytest

from tests.engine.sigma.made import event, matches, only, rule

IMAGE = "C:\\Windows\\System32\\cmd.exe"


@pytest.mark.parametrize(
    ("selection", "yes", "no"),
    [
        ({"A": "Cmd"}, "cMD", "cmdx"),
        ({"A": ["one", "two"]}, "TWO", "three"),
        ({"A": "c*d"}, "c\nxxd", "cdx"),
        ({"A": "c?d"}, "cxd", "cd"),
        ({"A": "*a*b*a"}, "xaxbxa", "ab"),
        ({"A": "a?*b"}, "axxb", "ab"),
        ({"A": r"c\*d"}, "c*d", "cxd"),
        ({"A": r"c\?d"}, "c?d", "cxd"),
        ({"A": r"C:\\Windows\\*"}, "c:\\windows\\x", "c:/windows/x"),
        ({"A": r"C:\Windows\cmd.exe"}, "C:\\Windows\\cmd.exe", "C:Windowscmd.exe"),
        ({"A": r"a\\*"}, "a\\b", "a*"),
        ({"A": r"a\\\*"}, "a\\*", "a\\b"),
        ({"A|contains": "oo"}, "FOOD", "fod"),
        ({"A|contains": "o?d"}, "xxoodxx", "xxodxx"),
        ({"A|contains": ["x", "oo"]}, "food", "fod"),
        ({"A|contains|all": ["a", "b"]}, "xbxa", "xbx"),
        ({"A|startswith": "c:"}, "C:\\x", "xc:"),
        ({"A|startswith": ["c:", "d:"]}, "D:\\x", "e:"),
        ({"A|startswith": "a*b"}, "axbx", "xaxb"),
        ({"A|endswith": "\\cmd.exe"}, IMAGE, "xcmd.exe"),
        ({"A|endswith|cased": "CMD"}, "xCMD", "xcmd"),
        ({"A|cased": "Cmd"}, "Cmd", "cmd"),
        ({"A|contains|cased": ["Cm", "X"]}, "aCmd", "acmd"),
        ({"A|re": "c[mn]d"}, "xcmdx", "xCMDx"),
        ({"A|re": "^c.d$"}, "cmd", "xcmd"),
        ({"A|re|i": "CMD"}, "xcmdx", "cxd"),
        ({"A|re|s": "a.b"}, "a\nb", "ab"),
        ({"A|re|m": "^b$"}, "a\nb", "ab"),
        ({"A|re": "a.b"}, "axb", "a\nb"),
        ({"A|re": r"\*\\\?"}, "*\\?", "x"),
        ({"A|re|startswith": "b|c"}, "cab", "ab"),
        ({"A|re|endswith": "b|c"}, "abc", "bca"),
        ({"A|cidr": "10.0.0.0/8"}, "10.9.8.7", "11.0.0.1"),
        ({"A|cidr": "10.0.0.0/8"}, "::ffff:10.9.8.7", "-"),
        ({"A|cidr": ["192.168.0.0/16", "fe80::/10"]}, "fe80::1%eth0", "fec0::1"),
        ({"A|cidr": "::1/128"}, "::1", "::2"),
        ({"A|base64": "foobar"}, base64.b64encode(b"foobar").decode(), "foobar"),
        (
            {"A|base64offset|contains": "foobar"},
            base64.b64encode(b"x foobar y").decode(),
            base64.b64encode(b"x fobar y").decode(),
        ),
        ({"A|wide|base64offset|contains": "ping"}, base64.b64encode("a ping b".encode("utf-16le")).decode(), "ping"),
        ({"A|utf16|base64": "ping"}, base64.b64encode(b"\xff\xfe" + "ping".encode("utf-16le")).decode(), "ping"),
        ({"A|windash|contains": " -enc "}, "x /enc y", "x enc y"),
        ({"A|windash|contains": " -enc "}, "x \u2013enc y", "x enc y"),
        ({"A|contains|all|windash": ["-a", "-b"]}, "/a -b", "/a b"),
        ({"A|lt": 5}, "4", "5"),
        ({"A|lte": 5}, "0x5", "6"),
        ({"A|gt": 5}, "0x10", "5"),
        ({"A|gte": 5.5}, "5.5", "five"),
        ({"A": 3}, "3", "33"),
        ({"A": 18}, "0x12", "12"),
        ({"A": [3, "x"]}, "X", "4"),
        ({"A": -1}, "-1", "1"),
        ({"A": "0x12"}, "0X12", "18"),
        ({"A": True}, "TRUE", "1"),
        ({"A|neq": "x"}, "y", "X"),
        ({"A|hour": 10}, "2026-01-05T10:30:00Z", "2026-01-05T11:30:00Z"),
        ({"A|hour|gte": 10}, "2026-01-05T12:30:00+02:00", "2026-01-05T11:30:00+02:00"),
        ({"A|month": 1}, "2026-01-05 10:30:00", "10:30"),
        ({"A": "straße"}, "STRASSE", "strase"),
        ({"A": "*"}, "x", None),
        ({"A|exists": True}, "", None),
        ({"A": ""}, "", "x"),
        ({"A": None}, None, "x"),
        ({"A": None}, "", "x"),
        ({"A|exists": False}, None, ""),
        ({"A|fieldref": "B"}, "BEE", "b"),
        ({"A|fieldref|startswith": "B"}, "beehive", "xbee"),
        ({"A|fieldref|endswith": "B"}, "xbee", "beex"),
        ({"A|fieldref|contains": "B"}, "xbeex", "be"),
    ],
)
def test_value(selection: dict[str, object], yes: str | None, no: str | None) -> None:
    others = {"B": "bee"}

    assert matches(selection, **(others if yes is None else {"A": yes, **others}))
    assert not matches(selection, **(others if no is None else {"A": no, **others}))


def test_a_field_that_is_not_there_is_no_text() -> None:
    for selection in ({"A|contains": "x"}, {"A": "*"}, {"A|re": ".*"}, {"A|lt": 5}, {"A|cidr": "0.0.0.0/0"}, {"A|fieldref": "C"}):
        assert not matches(selection, B="x")


@pytest.mark.parametrize(
    ("keywords", "found"),
    [
        (["mimi"], True),
        (["MIMIKATZ.exe"], True),
        (["mimi*exe"], True),
        (["nothing", 4711], True),
        (["nothing", 4712], False),
        ({"|all": ["mimi", "4711"]}, True),
        ({"|all": ["mimi", "4712"]}, False),
        ({"|contains": "mikatz"}, True),
        ({"|re": "mimi[a-k]atz"}, True),
        ({"|re": "mimi[a-b]atz"}, False),
        (["microsoft-windows-security-auditing"], True),
    ],
)
def test_keywords_are_sought_in_all_that_an_event_says(keywords: object, found: bool) -> None:
    result = only(rule(selection=keywords), event(ProcessName="C:\\mimikatz.exe", Other="4711"))

    assert (result.count == 1) == found


def test_system_properties_are_fields() -> None:
    selection = {"EventID": 4624, "Provider_Name|endswith": "Auditing", "Channel": "security", "Computer|startswith": "DC1."}

    assert matches(selection, A="x")


def test_data_of_the_event_goes_before_its_own_log() -> None:
    cleared = event(104, channel="System", provider="Microsoft-Windows-Eventlog", Channel="Windows PowerShell")
    text = rule(
        logsource={"product": "windows", "service": "system"}, selection={"EventID": 104, "Channel": "Windows PowerShell"}
    )

    assert only(text, cleared).count == 1


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        ({"A|re": "(?=a)b"}, "look-around"),
        ({"A|re": r"(a)\1"}, "invalid escape"),
        ({"A|expand": "%admins%"}, "placeholder"),
        ({"A|contains|nonsense": "x"}, "nonsense"),
        ({"A|cidr": "10.0.0.0/99"}, "CIDR"),
        ({"A|re": "a" * 20_000}, "characters"),
    ],
)
def test_what_cannot_be_run_says_why(selection: dict[str, object], said: str) -> None:
    result = only(rule(selection=selection), event(A="x"))

    assert result.state == "cannot"
    assert said in result.reason


def test_a_hostile_expression_costs_time_of_the_text_only() -> None:
    text = rule("selection or other", selection={"A|re": "(a+)+$"}, other={"A": "*a*a*a*a*a*a*a*a*a*a*b"})

    assert only(text, event(A="a" * 60_000 + "c")).count == 0
