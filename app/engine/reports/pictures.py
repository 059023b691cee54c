"""Pictures of the report: SVG without script or outside address, as an image that HTML and the writer of PDF both show."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from app.model.alert import RANK, Alert, Step
from app.model.entity import EntityRef
from app.model.rows import Histogram

COLOURS = {"high": "#d2243f", "medium": "#c97a00", "low": "#8c8350"}
TEXT, QUIET, LINE, BARS, GROUND = "#17202a", "#53606d", "#c5ced6", "#9db4c8", "#ffffff"
WIDTH, HEIGHT = 960, 132
FONT = "font-family='Inter, Segoe UI, DejaVu Sans, sans-serif'"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEPS = 6
"""Arrows of one drawing; the rest is counted."""


def image(svg: str, words: str, width: int, height: int) -> str:
    """An element that holds the picture itself. words: what it shows, for who cannot see it."""
    data = base64.b64encode(svg.encode()).decode()
    return f"<img alt='{escape(words, quote=True)}' width='{width}' height='{height}' src='data:image/svg+xml;base64,{data}'>"


def timeline(histogram: Histogram, alerts: Sequence[Alert]) -> str:
    """Activities over the span as bars, suspicious activities above them by severity."""
    number = max((len(one) for one in histogram.series.values()), default=0)
    if not number:
        return ""
    counts = [sum(series[at] for series in histogram.series.values()) for at in range(number)]
    top, base, left = 40, HEIGHT - 22, 8
    step = (WIDTH - 2 * left) / number
    most = max(counts) or 1
    parts = [_head(WIDTH, HEIGHT)]
    for at, count in enumerate(counts):
        if count:
            tall = max(1.0, (base - top) * count / most)
            parts.append(
                f"<rect x='{left + at * step:.1f}' y='{base - tall:.1f}' width='{max(1.0, step - 1):.1f}' height='{tall:.1f}' "
                f"fill='{BARS}'/>"
            )
    parts.append(f"<line x1='{left}' x2='{WIDTH - left}' y1='{base}' y2='{base}' stroke='{QUIET}'/>")
    end = histogram.start + number * histogram.width
    for place, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at = int(histogram.start + place * (end - histogram.start))
        words = (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M")
        parts.append(_text(left + place * (WIDTH - 2 * left), HEIGHT - 6, words, 11, QUIET, anchor))
    for rank, severity in enumerate(("low", "medium", "high")):
        for one in alerts:
            if one.severity == severity:
                x = left + (WIDTH - 2 * left) * (one.finding.first - histogram.start) / max(1, end - histogram.start)
                parts.append(_mark(severity, min(max(x, 8), WIDTH - 8), 30 - 11 * rank))
    return "".join((*parts, "</svg>"))


def story(steps: Sequence[Step]) -> tuple[str, int, int]:
    """(picture, width, height) of who did what to whom, an arrow below the other; "" when nothing is told."""
    shown = list(steps)[:STEPS]
    if not shown:
        return "", 0, 0
    row, width = 46, 760
    height = row * len(shown) + (16 if len(steps) > STEPS else 0)
    parts = [_head(width, height)]
    for number, step in enumerate(shown):
        y = row * number + 24
        colour = COLOURS["high"] if step.accented else QUIET
        parts += [_party(step.origin, 10, y, "start"), _party(step.target, width - 10, y, "end")]
        parts.append(
            f"<line x1='230' x2='{width - 238}' y1='{y}' y2='{y}' stroke='{colour}' stroke-width='{2 if step.accented else 1}'/>"
        )
        parts.append(f"<path d='M{width - 230} {y}l-9 -5v10z' fill='{colour}'/>")
        parts.append(_text(width / 2, y - 6, _cut(step.label, 48), 12, TEXT, "middle"))
        if step.caption:
            parts.append(_text(width / 2, y + 15, _cut(step.caption, 56), 10, QUIET, "middle"))
    if len(steps) > STEPS:
        parts.append(_text(10, height - 4, f"and {len(steps) - STEPS} more", 10, QUIET, "start"))
    return "".join((*parts, "</svg>")), width, height


def phases(alerts: Sequence[Alert]) -> list[tuple[str, int, str]]:
    """(phase, number of suspicious activities, gravest severity) in the order of the kill chain."""
    order = (
        "Reconnaissance", "Compromised credentials", "Credential access", "Lateral movement", "Domain dominance", "Exfiltration"
    )  # fmt: skip
    found: list[tuple[str, int, str]] = []
    for phase in order:
        some = [one for one in alerts if one.phase == phase]
        if some:
            found.append((phase, len(some), max((one.severity for one in some), key=RANK.__getitem__)))
    return found


def _head(width: int, height: int) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>"
        f"<rect width='{width}' height='{height}' fill='{GROUND}'/>"
    )


def _text(x: float, y: float, words: str, size: int, colour: str, anchor: str) -> str:
    where = f"x='{x:.0f}' y='{y:.0f}' font-size='{size}' fill='{colour}' text-anchor='{anchor}' {FONT}"
    return f"<text {where}>{escape(_inert(words))}</text>"


def _party(ref: EntityRef, x: float, y: float, anchor: str) -> str:
    name = _text(x, y, _cut(ref.label, 30), 13, TEXT, anchor)
    return name + _text(x, y + 15, ref.kind, 10, QUIET, anchor)


def _mark(severity: str, x: float, y: float) -> str:
    """Shape and colour tell severity, as in the window."""
    colour = COLOURS[severity]
    if severity == "high":
        return f"<path d='M{x:.1f} {y - 5}l5 9h-10z' fill='{colour}'/>"
    if severity == "medium":
        return f"<path d='M{x:.1f} {y - 5}l5 5l-5 5l-5 -5z' fill='{colour}'/>"
    return f"<circle cx='{x:.1f}' cy='{y}' r='4' fill='{colour}'/>"


def _inert(words: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in words)


def _cut(words: str, most: int) -> str:
    """In the middle, where names differ least."""
    return words if len(words) <= most else f"{words[: most // 2 - 1]}…{words[-(most // 2) :]}"
