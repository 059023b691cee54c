"""The report of a case: self-contained, with pictures, notes and what it rests on; no name of the evidence becomes markup."""

import base64
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from app.engine.reports.pictures import story, timeline
from app.model.alert import Step
from app.model.entity import EntityRef
from app.model.rows import Histogram
from app.paths import sample_case
from app.session import Session

EVIL = EntityRef("user", "user:x", "</text><script>alert(1)</script>\u202e&\"'")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    made = Session.open(tmp_path_factory.mktemp("case") / "case.wardlight")
    made.read_here([sample_case()], lambda _: None)
    yield made
    made.close()


def test_pictures_are_whole_images_of_the_page_itself(session: Session) -> None:
    html = session.report_html()
    pictures = re.findall(r"src='data:image/svg\+xml;base64,([^']+)'", html)
    drawn = sum(bool(one.finding.steps) for one in session.queries.alerts())
    assert len(pictures) == drawn + 1 > 3
    for one in pictures:
        root = ET.fromstring(base64.b64decode(one))
        assert root.tag.endswith("svg") and not re.search(r"href|<script", base64.b64decode(one).decode())
    assert not re.search(r"(?:src|href)='(?!data:|#)", html), "nothing is loaded from elsewhere"


def test_a_report_says_what_it_rests_on_and_is_the_same_each_time(session: Session) -> None:
    html = session.report_html()
    assert html == session.report_html()
    manifest = html[html.index("Run manifest") :]
    for word in ("Detections", "SHA-256", "Sensitivity", "Exclusions that count", "Thresholds of this case"):
        assert word in manifest
    assert len(re.findall(r"[0-9a-f]{64}", manifest)) >= 4


def test_notes_of_the_analyst_are_told(session: Session) -> None:
    alert = session.queries.alerts()[0]
    session.change_alert(alert.id, note="seen <b>with</b> the help desk")
    assert "seen &lt;b&gt;with&lt;/b&gt; the help desk" in session.report_html()


def test_names_stay_names_in_pictures() -> None:
    svg, width, height = story([Step(origin=EVIL, target=EVIL, label=EVIL.label, caption="<&>")] * 9)
    root = ET.fromstring(svg)
    assert width and height and not root.findall(".//{*}script")
    assert any("and 3 more" in (one.text or "") for one in root.iter())


def test_an_empty_span_has_no_picture() -> None:
    assert timeline(Histogram(start=0, width=1, series={}), ()) == "" and story(())[0] == ""


def test_the_pdf_shows_the_pictures(session: Session, tmp_path: Path, qapp) -> None:  # type: ignore[no-untyped-def]
    from app.ui.printing import write_pdf

    html = session.report_html()
    write_pdf(html, tmp_path / "with.pdf")
    write_pdf(re.sub(r"<img[^>]*>", "", html), tmp_path / "without.pdf")
    assert (tmp_path / "with.pdf").stat().st_size > (tmp_path / "without.pdf").stat().st_size + 1_000
