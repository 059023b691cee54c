"""Alerts as files that other products take in: CEF and LEEF lines, TheHive, MISP, TAXII."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import msgspec

from app.engine.export import stix
from app.engine.export.writing import Cancelled, whole
from app.engine.notices.cef import cef
from app.engine.notices.leef import leef
from app.engine.notices.misp import misp
from app.engine.notices.reading import notice_of
from app.engine.notices.taxii import write_taxii
from app.engine.notices.thehive import thehive
from app.engine.queries import Queries
from app.model.alert import Alert
from app.model.notice import Notice

FORMS = frozenset({"cef", "leef", "thehive", "misp", "taxii"})
Veil = Callable[[object], object]


def write(
    queries: Queries,
    out: Path,
    form: str,
    alerts: Sequence[Alert],
    name: str,
    veil: Veil,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Write the alerts in one of FORMS, in order of time; returns the number of lines or objects. Raises OSError, Cancelled."""
    if form == "taxii":
        return _folder(queries, out, alerts, name, veil)
    with whole(out) as place:
        if form == "misp":
            made = misp([_hidden(one, veil) for one in alerts], name)
            place.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
            return len(made["Event"]["Attribute"])  # type: ignore[index]
        count = 0
        with place.open("wb") as file:
            for line in _lines(queries, form, alerts, veil):
                if cancelled():
                    raise Cancelled("stopped; nothing was written")
                file.write(line + b"\n")
                count += 1
        return count


def _lines(queries: Queries, form: str, alerts: Sequence[Alert], veil: Veil) -> Iterator[bytes]:
    for one in alerts:
        notice = veil(notice_of(queries, one, "new", one.finding.first))
        assert isinstance(notice, Notice)
        if form == "thehive":
            yield msgspec.json.encode(thehive(_hidden(one, veil), notice))
        else:
            yield {"cef": cef, "leef": leef}[form](notice).encode("utf-8", "replace")


def _hidden(alert: Alert, veil: Veil) -> Alert:
    """The alert as it may be told, keys of its parties too: they hold names."""
    said = veil(alert)
    assert isinstance(said, Alert)
    if said == alert:
        return alert
    finding = said.finding
    parties = {
        part: tuple(msgspec.structs.replace(ref, key=str(veil(ref.key))) for ref in getattr(finding, part))
        for part in ("sources", "accounts", "targets", "domain_controllers")
    }
    return msgspec.structs.replace(said, finding=msgspec.structs.replace(finding, **parties))


def _folder(queries: Queries, out: Path, alerts: Sequence[Alert], name: str, veil: Veil) -> int:
    if out.exists():
        raise OSError(f"{out.name} is there already; a TAXII folder is written anew.")
    made = out.with_name(f".{out.name[:80]}.{token_hex(6)}.new")
    made.mkdir()
    try:
        count = write_taxii(stix.bundle(queries, alerts, veil), made, name)
        made.replace(out)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(made)
        raise
    return count
