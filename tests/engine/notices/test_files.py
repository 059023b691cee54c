"""What other products take in: written from a real case, read by their own libraries where there are some."""

import http.server
import ipaddress
import json
import threading
from pathlib import Path

import pytest
import stix2
from pymisp import MISPEvent
from taxii2client.v21 import Server

from app.engine.notices.taxii import MEDIA
from app.paths import sample_case
from app.session import Session
from tests.engine.notices.test_cef import parsed


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    made = Session.open(tmp_path_factory.mktemp("case") / "case.wardlight")
    made.read_here([sample_case()], lambda _: None)
    yield made
    made.close()


def test_cef_and_leef_hold_a_line_for_each_alert(session: Session, tmp_path: Path) -> None:
    alerts = session.queries.alerts()
    assert session.export(tmp_path / "a.cef", "cef") == len(alerts)
    lines = (tmp_path / "a.cef").read_text(encoding="utf-8").splitlines()
    assert [parsed(one)[1]["cs1"] for one in lines] == [f"wardlight://alert/{one.id}" for one in alerts]
    assert session.export(tmp_path / "a.leef", "leef", alerts=[alerts[0].id]) == 1
    assert (tmp_path / "a.leef").read_text(encoding="utf-8").startswith("LEEF:2.0|Wardlight|")


def test_a_misp_event_is_taken_by_its_library_and_is_the_same_each_time(session: Session, tmp_path: Path) -> None:
    session.export(tmp_path / "a.json", "misp")
    session.export(tmp_path / "b.json", "misp")
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.json").read_text(encoding="utf-8")
    event = MISPEvent(strict_validation=False)
    event.load(text)  # raises for a type that a category has not
    described = event.describe_types
    for one in event.attributes:
        assert one.type in described["category_type_mappings"][one.category], (one.category, one.type)
    kinds = {one.type for one in event.attributes}
    assert {"text", "target-user", "target-machine"} <= kinds and kinds & {"ip-src", "hostname"}
    titles = {one.title for one in session.queries.alerts()}
    said = " ".join(str(one.value) for one in event.attributes if one.type == "text")
    assert all(title in said for title in titles) and event.threat_level_id in (1, "1")
    assert len({one.uuid for one in event.attributes}) == len(event.attributes)


def test_thehive_gets_one_alert_a_line_with_what_was_observed(session: Session, tmp_path: Path) -> None:
    """Names and types of InputAlert and InputObservable in the API of TheHive 5."""
    session.export(tmp_path / "a.jsonl", "thehive")
    lines = [json.loads(one) for one in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    needed = {"type": str, "source": str, "sourceRef": str, "title": str, "description": str, "severity": int, "date": int}
    for one in lines:
        assert all(isinstance(one[name], kind) for name, kind in needed.items())
        assert 1 <= one["severity"] <= 4 and one["date"] > 10**12 and len(one["sourceRef"]) <= 128
        for seen in one["observables"]:
            assert seen["dataType"] in ("ip", "hostname", "fqdn", "domain", "other") and seen["data"]
            if seen["dataType"] == "ip":
                ipaddress.ip_address(seen["data"])
    assert len({one["sourceRef"] for one in lines}) == len(lines) == len(session.queries.alerts())


def test_a_taxii_folder_behind_any_web_server_is_read_by_a_client(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "case.taxii"
    count = session.export(folder, "taxii")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *words: object, **named: object) -> None:
            super().__init__(*words, directory=str(folder), **named)  # type: ignore[arg-type]

        def do_GET(self) -> None:
            self.path = self.path.partition("?")[0].rstrip("/") + "/index.json"
            super().do_GET()

        def guess_type(self, path: object) -> str:
            return MEDIA

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        root = Server(f"http://127.0.0.1:{server.server_port}/taxii2/").default
        (collection,) = root.collections
        assert collection.can_read and not collection.can_write
        objects = collection.get_objects()["objects"]
        assert len(collection.get_manifest()["objects"]) == len(objects) == count
        (one,) = collection.get_object(objects[0]["id"])["objects"]
        assert one == objects[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    for one in objects:
        stix2.parse(one, allow_custom=False)
    with pytest.raises(OSError, match="there already"):
        session.export(folder, "taxii")
    assert not list(tmp_path.glob(".*"))


def test_pseudonyms_reach_every_form(session: Session, tmp_path: Path) -> None:
    names = {ref.label.lower() for one in session.queries.alerts() for ref in one.finding.accounts} - {"administrator"}
    session.hide_names(True, keep=False)
    try:
        for form in ("cef", "leef", "thehive", "misp", "taxii"):
            out = tmp_path / f"{form}.out"
            session.export(out, form)
            files = list(out.rglob("*.json")) if out.is_dir() else [out]
            text = " ".join(one.read_text(encoding="utf-8").lower() for one in files)
            assert not [name for name in names if name in text], form
            assert "corp.test" not in text and "user-" in text, form
    finally:
        session.hide_names(False)
