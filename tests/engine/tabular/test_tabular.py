"""The four reports from made and from real activities: rows, spans, tags, twins, and every form of a file."""

from pathlib import Path

import openpyxl
import pytest

from app.engine.engine import Engine
from app.engine.queries import Queries
from app.engine.store import set_tags
from app.engine.tabular import NAMES, has_data, make, write_html, write_xlsx
from app.ingest import read_inputs
from app.model.activity import Account, Activity, Endpoint
from app.model.details import LdapBind, LdapModify
from app.model.events import EventGroup
from app.paths import sample_case
from tests.engine.workspace import START, Found, Report

DAY = 86_400_000_000
DC, WS = Endpoint("10.0.0.10", 389), Endpoint("10.0.0.21", 50_000)
ADMINS, STAFF = "CN=Domain Admins,CN=Users,DC=corp,DC=test", "CN=Staff,OU=Groups,DC=corp,DC=test"
EVE = "CN=eve,CN=Users,DC=corp,DC=test"


def modify(at: int, frame: int, dn: str, deed: str, member: str = EVE) -> Activity:
    return Activity(
        at=at, until=at, input="aaaa", frames=(frame,), source=WS, destination=DC,
        account=Account(name="admin", domain="corp.test"), detail=LdapModify(dn=dn, changes=((deed, "member", (member,)),)),
    )  # fmt: skip


def bind(at: int, frame: int, name: str, password: int | None = 8, port: int = 389, encrypted: bool = False) -> Activity:
    return Activity(
        at=at, until=at, input="aaaa", frames=(frame,), source=WS, destination=Endpoint("10.0.0.10", port),
        account=Account(name=name), detail=LdapBind(method="simple", name=name, password_length=password, encrypted=encrypted),
    )  # fmt: skip


def workspace(path: Path, activities: list[Activity]) -> Queries:
    engine = Engine(path)
    engine.begin_input(Found(key="aaaa"))
    engine.ingest(sorted(activities, key=lambda one: one.at))
    engine.finish_input(Report())
    engine.settle("medium")
    engine.close()
    return Queries(path)


def rows(queries: Queries, report: str, span: tuple[int, int] | None = None, table: int = 0) -> list[tuple]:
    return list(make(queries, report, span).tables[table].rows())


def test_changes_of_sensitive_groups_and_no_others(tmp_path: Path) -> None:
    queries = workspace(
        tmp_path / "case.wardlight",
        [modify(START, 1, ADMINS, "add"), modify(START + DAY, 2, ADMINS, "delete"), modify(START + 2, 3, STAFF, "add")],
    )
    added, removed = rows(queries, "groups")
    assert added[0] == START and added[1:6] == ("Domain Admins", "corp.test", "Added", "eve", "User")
    assert added[6] == "admin" and added[10] in {one.id for one in queries.alerts()}
    assert removed[3] == "Removed" and removed[10] == ""
    assert rows(queries, "groups", (START + 1, START + 2 * DAY)) == [removed]
    assert rows(queries, "groups", (START - DAY, START)) == []
    queries.close()

    set_tags(tmp_path / "case.wardlight", ("group:corp.test\\staff",), "Sensitive", True)
    queries = Queries(tmp_path / "case.wardlight")
    assert [row[1] for row in rows(queries, "groups")] == ["Domain Admins", "Staff", "Domain Admins"]
    queries.close()


def test_an_event_gives_its_number(tmp_path: Path) -> None:
    fields = {
        "MemberName": EVE, "MemberSid": "S-1-5-21-1-2-3-1105", "TargetUserName": "Domain Admins", "TargetDomainName": "CORP",
        "TargetSid": "S-1-5-21-1-2-3-512", "SubjectUserName": "admin", "SubjectDomainName": "CORP",
    }  # fmt: skip
    event = EventGroup(event_id=4728, provider="", channel="Security", computer="dc1.corp.test", record=7, fields=fields)
    one = Activity(
        at=START, until=START, input="aaaa", record=7, destination=Endpoint("name:dc1.corp.test"),
        account=Account(name="admin", domain="CORP"), detail=event,
    )  # fmt: skip
    queries = workspace(tmp_path / "case.wardlight", [one])
    (row,) = rows(queries, "groups")
    assert (row[1], row[3], row[4], row[8].lower()[:3], row[9]) == ("Domain Admins", "Added", "eve", "dc1", 4728)
    queries.close()


def test_passwords_in_clear_text_are_counted_by_account_source_and_controller(tmp_path: Path) -> None:
    queries = workspace(
        tmp_path / "case.wardlight",
        [
            bind(START, 1, "corp\\app"), bind(START + 5, 2, "corp\\app", port=3268), bind(START + DAY, 3, "corp\\bob"),
            bind(START, 4, "corp\\tls", encrypted=True), bind(START, 5, "corp\\none", password=0),
        ],
    )  # fmt: skip
    app, bob = rows(queries, "passwords")
    assert (app[0], app[1], app[3], app[5:]) == ("app", "No", "10.0.0.21", (START, START + 5, 2, "Global catalog, LDAP"))
    assert bob[0] == "bob" and bob[7] == 1
    assert rows(queries, "passwords", (START + DAY, START + 2 * DAY)) == [bob]
    key = next(ref.key for ref in queries.every_entity() if ref.label.lower() == "bob")
    queries.close()

    set_tags(tmp_path / "case.wardlight", (key,), "Sensitive", True)
    queries = Queries(tmp_path / "case.wardlight")
    assert [row[:2] for row in rows(queries, "passwords")] == [("bob", "Yes"), ("app", "No")]
    queries.close()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("case") / "case.wardlight"
    read_inputs(path, [sample_case()], lambda _: None, lambda: False)
    made = Queries(path)
    yield made
    made.close()


def test_the_summary_counts_by_type_and_lists_what_is_open(sample: Queries) -> None:
    alerts = sample.alerts()
    by_type, opened = rows(sample, "summary"), rows(sample, "summary", table=1)

    assert sum(row[3] for row in by_type) == len(alerts) == len(opened)
    assert {row[10] for row in opened} == {one.id for one in alerts}
    assert len(by_type) == len({(one.title, one.external_id) for one in alerts})
    first = min(one.finding.first for one in alerts)
    early = rows(sample, "summary", (first, first + 1), 1)
    assert [row[10] for row in early] == [one.id for one in alerts if one.finding.first == first]


def test_every_report_is_written_as_workbook_and_page_and_hides_names(sample: Queries, tmp_path: Path) -> None:
    def veil(value: object) -> object:
        return str(value).replace("da.smith", "user-x").replace("DA.SMITH", "user-x")

    for name in NAMES:
        made = make(sample, name, sample.span())
        book, page = tmp_path / f"{name}.xlsx", tmp_path / f"{name}.html"
        assert write_xlsx(made, book, veil) == write_html(made, page, veil) == sum(len(list(one.rows())) for one in made.tables)
        sheets = openpyxl.load_workbook(book)
        assert sheets.sheetnames == [*(one.name for one in made.tables), "About"]
        text = page.read_text(encoding="utf-8")
        assert made.title in text and "<script" not in text and "http" not in text
        cells = " ".join(str(cell) for sheet in sheets for row in sheet.values for cell in row)
        assert "da.smith" not in text + cells
        for one in made.tables:
            if not list(one.rows()):
                assert one.empty in text.replace("&#x27;", "'") and one.empty in cells


def test_no_row_computes(tmp_path: Path) -> None:
    queries = workspace(tmp_path / "case.wardlight", [bind(START, 1, "=HYPERLINK(1)"), bind(START, 2, "<b>x</b>")])
    made = make(queries, "passwords", None)
    write_xlsx(made, tmp_path / "a.xlsx", lambda value: value)
    write_html(made, tmp_path / "a.html", lambda value: value)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "<b>" not in (tmp_path / "a.html").read_text(encoding="utf-8")
    queries.close()


def test_what_can_hold_nothing_is_told(tmp_path: Path, sample: Queries) -> None:
    empty = workspace(tmp_path / "case.wardlight", [])
    assert not any(has_data(empty)[name] for name in ("groups", "passwords", "paths"))
    empty.close()
    assert has_data(sample)["summary"] and has_data(sample)["passwords"]


def test_an_unknown_report_is_refused(sample: Queries) -> None:
    with pytest.raises(OSError, match="summary, groups, passwords, paths"):
        make(sample, "nonsense", None)
