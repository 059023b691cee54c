"""The forms in which a case can be written."""

from msgspec import Struct


class Form(Struct, frozen=True, kw_only=True):
    """One kind of file. of: "activities" (a view), "alerts" (all or some), "case" (all of it). suffix: of its name."""

    id: str
    words: str
    suffix: str
    of: str


FORMS: tuple[Form, ...] = (
    Form(id="xlsx", words="Excel workbook of activities", suffix=".xlsx", of="activities"),
    Form(id="csv", words="Comma-separated values", suffix=".csv", of="activities"),
    Form(id="jsonl", words="JSON lines", suffix=".jsonl", of="activities"),
    Form(id="timesketch", words="Timesketch timeline", suffix=".jsonl", of="activities"),
    Form(id="pcapng", words="Packets", suffix=".pcapng", of="activities"),
    Form(id="case-xlsx", words="Excel workbook of suspicious activities, a sheet for each role", suffix=".xlsx", of="alerts"),
    Form(id="alerts-jsonl", words="Suspicious activities as JSON lines", suffix=".jsonl", of="alerts"),
    Form(id="stix", words="STIX 2.1 bundle", suffix=".json", of="alerts"),
    Form(id="navigator", words="ATT&CK Navigator layer", suffix=".json", of="alerts"),
    Form(id="cef", words="CEF lines, for Sentinel, Splunk, ArcSight", suffix=".cef", of="alerts"),
    Form(id="leef", words="LEEF lines, for QRadar", suffix=".leef", of="alerts"),
    Form(id="thehive", words="Alerts of TheHive, one a line", suffix=".jsonl", of="alerts"),
    Form(id="misp", words="MISP event", suffix=".json", of="alerts"),
    Form(id="taxii", words="STIX in the folder of a TAXII server", suffix=".taxii", of="alerts"),
    Form(id="opengraph", words="BloodHound OpenGraph", suffix=".json", of="case"),
)
BY_ID = {one.id: one for one in FORMS}
