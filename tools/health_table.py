"""Write the tables of `docs/health.md` from the catalogue of health alerts."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from app.engine.health.catalogue import AREAS, RULES  # noqa: E402

OUT = ROOT / "docs" / "health.md"
START, END = "## Which there are\n", "## How some are measured\n"
"""Headings before and behind the tables."""


def tables() -> str:
    """A table for each area."""
    lines: list[str] = []
    for area in AREAS:
        lines += [f"### {area}", "", "| health alert | severity | raised when | what to do |", "|---|---|---|---|"]
        for one in RULES.values():
            if one.area == area:
                lines.append(f"| {one.title} (`{one.id}`) | {one.severity} | {one.condition} | {one.advice} |")
        lines.append("")
    return "\n".join(lines)


def whole(text: str) -> str:
    """The document with its tables as they are now."""
    before, _, rest = text.partition(START)
    return before + START + "\n" + tables() + "\n" + END + rest.partition(END)[2]


if __name__ == "__main__":
    OUT.write_text(whole(OUT.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{len(RULES)} health alerts: {OUT}")  # noqa: T201
