"""The address of an Exchange web directory was made a script, which the server then writes to its disk and runs."""

import re
from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import changes_of, common_name, gained
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapAdd, LdapModify
from app.model.events import EventDirectoryChange

ATTRIBUTES = ("msexchexternalhostname", "msexchinternalhostname")
SCRIPT = re.compile(r"<\s*(?:script|%|\?|jsp:)|%3c\s*(?:script|%25)|runat\s*=|\beval\s*\(|request\s*[\[.(]", re.I)
"""What no address of a web server has in it and every web shell has."""
LOOKED_AT = 4_096
WATCHES = (LdapModify, LdapAdd, EventDirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Addresses of virtual directories that hold code; ordinary ones are set at every installation."""
    for change in changes_of(activity, ctx, *ATTRIBUTES):
        for value in gained(change) if change.written else ():
            if SCRIPT.search(value[:LOOKED_AT]) is None:
                continue
            where = common_name(change.dn) or "a web directory"
            yield tell(
                ctx, activity, change, (f" set the address of {where} of Exchange to a script",), label="script as address",
                severity="high", why=("When the directory is reset, the server writes this text into a file that it runs.",),
                facts=(fact(f"The address is {value[:200]}"),),
                quiet=("It would be quiet if it were the address of a web server",),
        title=DETECTOR.title,
    )  # fmt: skip


DETECTOR = Detector(
    id="exchange_rce",
    external_id=2414,
    title="Exchange Server remote code execution (CVE-2021-26855)",
    severity="high",
    phase="Lateral movement",
    techniques=("T1210", "T1505.003"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(5136,),
    detect=detect,
)
