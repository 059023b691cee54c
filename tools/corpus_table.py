"""Write the table of what the program reads of a folder of samples: `python tools/corpus_table.py FOLDER [OUT.md]`.

Every input is opened with the program's own reader. "Promised" is what the headers of an event log say it holds, "-" where a
format has no such ledger; "delivered" is what was read.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from app.sensor.sensor import read_input  # noqa: E402
from app.sensor.sources.content import Refused  # noqa: E402
from app.sensor.sources.evtx_chunks import Chunk, chunks  # noqa: E402
from app.sensor.sources.inputs import Found, find_inputs, opened  # noqa: E402


def promised(found: Found) -> int | None:
    """Records that the ledger of an input expects, None where there is no ledger."""
    if found.kind != "evtx":
        return None
    try:
        return sum(one.expected for one in chunks(opened(found)[0].data) if isinstance(one, Chunk))
    except (OSError, Refused):
        return None


def clean(text: str) -> str:
    """Text that a cell of the table can hold."""
    return "".join(one if one.isprintable() else "?" for one in text).replace("|", "\\|")


def main() -> None:
    """Read the folder, write the table."""
    folder = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "corpus.md"
    lines, files, records, made, states = [], 0, 0, 0, {"done": 0, "partial": 0, "failed": 0}
    for found in find_inputs([folder]):
        counted = [0]

        def sink(batch: list[object], counted: list[int] = counted) -> None:
            counted[0] += len(batch)

        report = read_input(found, sink)  # type: ignore[arg-type]
        expected = promised(found)
        problems = "; ".join(f"{one.what}: {one.count}" if one.count > 1 else one.what for one in report.problems)
        name = str(found.path).removeprefix(str(folder)).lstrip("/")
        cells = (name, found.kind, "-" if expected is None else str(expected), str(report.records), str(counted[0]), problems)
        lines.append("| " + " | ".join(clean(one) for one in cells) + " |")
        files, records, made = files + 1, records + report.records, made + counted[0]
        states[report.state] = states.get(report.state, 0) + 1
    head = [
        "# What is read of the corpus",
        "",
        "Made by `tools/corpus_table.py`. Promised: what an event log's own headers say it holds. Delivered: what was read.",
        "Activities: what came of it. A problem with a number occurred so often.",
        "",
        f"{files} inputs: {states['done']} read whole, {states['partial']} in part, {states['failed']} not at all; "
        f"{records} records, {made} activities.",
        "",
        "| input | kind | promised | delivered | activities | problems |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    out.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    print(f"{files} inputs, {records} records, {made} activities: {out}")  # noqa: T201


if __name__ == "__main__":
    main()
