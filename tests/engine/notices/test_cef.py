"""CEF, LEEF, syslog headers and mail against the layouts of the product we answer, and against hostile values."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.notices.cef import cef, value
from app.engine.notices.classes import CLASSES, ORDERS, class_name
from app.engine.notices.leef import leef
from app.engine.notices.plain import as_json, mail_html, mail_text, subject
from app.engine.notices.reading import digest, notice_of
from app.engine.notices.syslog import message
from app.engine.queries import Queries
from app.ingest import read_inputs
from app.model.notice import Notice
from app.paths import sample_case

AT = 1_767_607_181_742_281


def notice(**more: object) -> Notice:
    values = {
        "id": "0" * 32, "trigger": "new", "subject": "aa", "at": AT, "first": AT, "last": AT,
        "title": "Suspected brute force (LDAP)",
        "severity": "medium", "name": "LdapBruteForceSecurityAlert", "external_id": 2004, "text": "First.\nSecond.",
        "app": "Ldap",
        "user": "user1", "host": "PC17", "fqdn": "pc17.corp.test",
        "outcome": "Success", "count": 120, "domain": "evil.test",
        "link": "wardlight://alert/aa",
        "request": "corp.test", "method": "Axfr", "reason": "NoError",
    }  # fmt: skip
    return msgspec.convert({**values, **more}, Notice)


def parsed(line: str) -> tuple[list[str], dict[str, str]]:
    """Header and extension as a receiver reads them (ArcSight CEF): an independent reading, character by character."""
    fields, held, at = [], "", 0
    while len(fields) < 7:
        if line[at] == "\\":
            held, at = held + line[at + 1], at + 2
        elif line[at] == "|":
            fields, held, at = [*fields, held], "", at + 1
        else:
            held, at = held + line[at], at + 1
    places = list(re.finditer(r"(?:^| )([A-Za-z0-9]+)=", line[at:]))
    said = {}
    for one, after in zip(places, [*places[1:], None], strict=True):
        text = line[at:][one.end() : after.start() if after else None]
        said[one.group(1)] = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m.group(1), m.group(1)), text)
    return fields, said


ENDS = ["externalId", "cs1Label", "cs1", "cs2Label", "cs2"]
FQDN = ["cs3Label", "cs3"]


@pytest.mark.parametrize(
    ("number", "keys"),
    [
        (2004, ["start", "app", "suser", "shost", "msg", "cnt", *ENDS, *FQDN]),
        (2023, ["start", "app", "shost", "msg", *ENDS, *FQDN]),
        (2013, ["start", "app", "suser", "msg", *ENDS]),
        (2027, ["start", "app", "suser", "msg", *ENDS]),
        (2006, ["start", "app", "shost", "msg", "outcome", *ENDS, *FQDN]),
        (2028, ["start", "app", "shost", "msg", *ENDS, *FQDN]),
        (2029, ["start", "app", "shost", "msg", *ENDS, *FQDN]),
        (2007, ["start", "app", "shost", "request", "requestMethod", "reason", "outcome", "msg", *ENDS, *FQDN]),
        (2021, ["start", "app", "shost", "suser", "outcome", "msg", *ENDS, *FQDN]),
        (2031, ["start", "app", "dhost", "msg", *ENDS]),
        (2026, ["start", "app", "shost", "msg", *ENDS, *FQDN]),
        (2024, ["start", "app", "suser", "msg", *ENDS]),
        (2025, ["start", "app", "suser", "msg", *ENDS]),
    ],
)
def test_each_documented_layout_has_its_keys_in_their_order(number: int, keys: list[str]) -> None:
    line = cef(notice(external_id=number, name=class_name(number, "x")))
    _, said = parsed(line)

    assert list(said) == keys
    assert said["start"] == "2026-01-05T09:59:41.7422810Z" and said["externalId"] == str(number)
    assert (said["cs1Label"], said["cs2Label"], said["cs2"]) == ("url", "trigger", "new")


def test_the_header_is_that_of_the_documentation_with_a_vendor_of_our_own() -> None:
    (version, vendor, product, _, name, title, number), _ = parsed(cef(notice(title="Pipe | and \\ back")))

    assert (version, vendor, product, name) == ("CEF:0", "Wardlight", "Wardlight", "LdapBruteForceSecurityAlert")
    assert (title, number) == ("Pipe | and \\ back", "5")
    assert [parsed(cef(notice(severity=one)))[0][6] for one in ("low", "medium", "high")] == ["3", "5", "10"]


def test_lines_of_a_listing_stay_lines_and_others_are_joined() -> None:
    assert "msg=First.\\r\\nSecond." in cef(notice(external_id=2021))
    assert "msg=First. Second. cnt=120" in cef(notice())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_value_breaks_a_line_or_begins_another_key(text: str) -> None:
    line = cef(notice(user=text, text=text, title=text, host=f"h{text}"))
    _, said = parsed(line)

    assert len(line.splitlines()) == 1 and line.isprintable()
    assert set(said) <= {"start", "app", "suser", "shost", "msg", "cnt", *ENDS, *FQDN}
    assert said["externalId"] == "2004" and said["cs2"] == "new"


def test_escaping_is_undone_by_a_reader() -> None:
    assert parsed(f"CEF:0|a|b|c|d|e|5|x={value('a=b' + chr(92) + 'c|d' + chr(10) + 'e')}")[1]["x"] == "a=b\\c|d\r\ne"


@given(st.text(max_size=200))
def test_leef_attributes_are_told_apart_by_tabs(text: str) -> None:
    line = leef(notice(user=text, text=text, title=text, address="10.0.0.66"))
    head, _, rest = line.partition("|x09|")
    said = dict(one.split("=", 1) for one in rest.split("\t"))

    assert head.startswith("LEEF:2.0|Wardlight|Wardlight|") and head.endswith("|LdapBruteForceSecurityAlert")
    assert len(line.splitlines()) == 1 and said["sev"] == "5" and said["src"] == "10.0.0.66" and said["externalId"] == "2004"


def test_syslog_headers() -> None:
    one = notice(name=class_name(2020, ""), severity="high")
    new, old = message(one, "5424", "cef", "hub.corp.test", 77).decode(), message(one, "3164", "cef", "hub", 77).decode()

    assert new.startswith(
        "<35>1 2026-01-05T09:59:41.742281Z hub.corp.test CEF 77 RetrieveDataProtectionBackupKeyS - \ufeffCEF:0|"
    )
    assert old.startswith("<35>Jan  5 09:59:41 hub CEF:0|")
    assert message(notice(name="a b\nc" * 20), "5424", "json", "h\u00e4 x", 1).decode().split(" ")[2] == "h__x"


def test_class_names_are_unique_but_for_the_two_downgrades_and_fit_their_orders() -> None:
    names = [one for one in CLASSES.values() if one != "EncryptionDowngrade"]
    assert len(set(names)) == len(names) == len(CLASSES) - 2
    assert set(ORDERS) <= set(CLASSES)
    assert class_name(3030, "unissued_ticket") == "UnissuedTicketSecurityAlert"


def test_nothing_in_a_mail_is_markup_or_another_header() -> None:
    evil = notice(title="<script>x</script>\r\nBcc: a@b.test", text="<img src=x>\n\u202eabc", user="<b>", account="<b>")

    assert (
        "<script" not in mail_html(evil) and "<img" not in mail_html(evil) and "\u202e" not in mail_html(evil) + mail_text(evil)
    )
    assert "\n" not in subject(evil) and "\r" not in subject(evil) and subject(evil).startswith("[Wardlight] Medium: ")
    assert as_json(evil)["alert"] == {}


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    path: Path = tmp_path_factory.mktemp("case") / "case.wardlight"
    read_inputs(path, [sample_case()], lambda _: None, lambda: False)
    made = Queries(path)
    yield made
    made.close()


def test_every_alert_of_a_case_makes_a_whole_line(queries: Queries) -> None:
    for alert in queries.alerts():
        one = notice_of(queries, alert, "new", AT)
        _, said = parsed(cef(one))
        assert said["externalId"] == str(alert.external_id) and said["msg"] and said["app"]
        assert one.body["id"] == alert.id and one.text.count("\n") == len(alert.finding.story) - 1
    dcsync = next(one for one in queries.alerts() if one.detector == "dcsync")
    _, said = parsed(cef(notice_of(queries, dcsync, "update", AT)))
    assert (said["app"], said["outcome"], said["cs2"]) == ("Drsr", "Success", "update")
    assert said["cs1"] == f"wardlight://alert/{dcsync.id}"


def test_the_digest_follows_what_is_told_and_not_what_is_said(queries: Queries) -> None:
    alert = queries.alerts()[0]
    said = msgspec.structs.replace(alert, state="closed", note="mine", classification="true positive", id="other")
    grown = msgspec.structs.replace(alert, finding=msgspec.structs.replace(alert.finding, last=alert.finding.last + 1))

    assert digest(said) == digest(alert) != digest(grown)
