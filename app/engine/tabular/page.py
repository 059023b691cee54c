"""A report as one self-contained HTML page, written row by row; every text of it is escaped."""

from html import escape
from pathlib import Path

from app import __version__
from app.engine.export.analysis import iso
from app.engine.reports.css import STYLE
from app.engine.tabular.made import Made
from app.engine.tabular.workbook import Veil, hidden
from app.model.view import Cell

LONGEST = 20_000


def write_html(made: Made, out: Path, veil: Veil) -> int:
    """Write it; returns the number of rows. Raises OSError."""
    total = 0
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
            "<meta name='viewport' content='width=device-width, initial-scale=1'>"
            f"<title>{_e(made.title)}</title><style>{STYLE}</style></head><body><h1>{_e(made.title)}</h1>"
        )
        first, last = made.span or (None, None)
        span = f"{_minute(iso(first))} to {_minute(iso(last))} (UTC)" if made.span else "All that was read; times are UTC"
        file.write(f"<p class='quiet'>{_e(span)}. Written by Wardlight {_e(__version__)}.</p>")
        for table in made.tables:
            file.write(f"<h2>{_e(table.name)}</h2>")
            count = 0
            for row in table.rows():
                if not count:
                    heads = "".join(f"<th align='left'>{_e(one.words)}</th>" for one in table.columns)
                    file.write(f"<table width='100%' cellpadding='4'><thead><tr>{heads}</tr></thead><tbody>")
                kinds = zip(hidden(row, veil), (one.kind for one in table.columns), strict=True)
                file.write("<tr>" + "".join(_cell(value, kind) for value, kind in kinds) + "</tr>\n")
                count += 1
            file.write("</tbody></table>" if count else f"<p class='quiet'>{_e(table.empty)}</p>")
            total += count
        file.write("</body></html>\n")
    return total


def _cell(value: Cell, kind: str) -> str:
    if value is None:
        return "<td></td>"
    if kind == "time" and isinstance(value, (int, float)):
        return f"<td class='short'>{_e((iso(int(value)) or '')[:19].replace('T', ' '))}</td>"
    if isinstance(value, (int, float)):
        return f"<td align='right'>{value:,}</td>"
    return f"<td>{_e(value)}</td>"


def _minute(text: str | None) -> str:
    return (text or "")[:16].replace("T", " ")


def _e(text: object) -> str:
    """Inert: no markup, nothing that turns the direction of writing."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in str(text)[:LONGEST]), quote=True)
