"""`python -m benchmarks.quality SHARED [--sigma FOLDER] [--out FOLDER]`: every input, both peers, ablation, tables.

SHARED: folder of the labelled material (paths of truth.tsv are below it). FOLDER of Sigma rules: any collection of YAML; the
tags of a rule (attack.tNNNN) say which technique it claims. Writes quality.json and prints Markdown.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.quality import ablation, ours, wireshark
from benchmarks.quality.score import Said, Score, judge
from benchmarks.quality.truth import Label, labels

CAPTURES = (".pcap", ".pcapng", ".cap")
TAG = re.compile(r"tag (\S+)")


def said_by_us(shared: Path, lines: list[Label], workers: int, sensitivity: str) -> dict[str, dict[str, Any]]:
    """Analysis of each input, in processes of their own."""
    wanted: dict[str, tuple[str, ...]] = {}
    for line in lines:
        wanted.setdefault(line.path, ())
        wanted[line.path] += tuple(TAG.findall(line.note))
    with ThreadPoolExecutor(workers) as pool:
        there = [path for path in wanted if (shared / path).exists()]
        done = pool.map(lambda path: ours.apart(shared / path, sensitivity, wanted[path]), there)
        return dict(zip(there, done, strict=True))


def statements(analysis: dict[str, Any]) -> list[Said]:
    """What an analysis says; excluded alerts are not said."""
    return [
        Said(frozenset({one["external_id"]}), one["severity"], one["title"])
        for one in analysis["alerts"]
        if not one.get("excluded")
    ]


def by_wireshark(shared: Path, lines: list[Label], workers: int) -> tuple[dict[str, list[Said]], list[Label]]:
    """What the filters say of each capture; a filter has no severity, it counts as high."""
    there = sorted({one.path for one in lines if one.path.endswith(CAPTURES) and (shared / one.path).exists()})
    with ThreadPoolExecutor(workers) as pool:
        spoken = dict(zip(there, pool.map(lambda path: wireshark.spoken(shared / path), there), strict=True))
    said = {path: [Said(claims, "high", name) for name, claims in found.items()] for path, found in spoken.items()}
    return said, [one for one in lines if one.path in spoken]


def ablated(shared: Path, lines: list[Label], workers: int, sensitivity: str) -> dict[str, Any]:
    """Recall over the lab's captures with something taken away, and what coverage says of each."""
    lab = [one for one in lines if one.path.startswith("lab/") and one.scope == "in" and (shared / one.path).exists()]
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, how in enumerate(ablation.ABLATIONS):
            base = Path(folder) / str(number)
            for path in {one.path for one in lab}:
                (base / path).parent.mkdir(parents=True, exist_ok=True)
                ablation.cut(shared / path, base / path, how)
            analyses = said_by_us(base, lab, workers, sensitivity)
            score = judge(lab, {path: statements(one) for path, one in analyses.items()})
            states: dict[str, int] = {}
            for one in analyses.values():
                for row in one["coverage"]:
                    states[row["state"]] = states.get(row["state"], 0) + 1
            result[how] = {"recall": score.recall, "missed": score.missed, "coverage": states}
    return result


def row(name: str, score: Score) -> str:
    """One line of the table of the three."""
    return (
        f"| {name} | {len(score.found)} of {len(score.found) + len(score.missed)} | {score.recall:.2f} | "
        f"{score.precision:.2f} ({score.right}:{score.wrong}) | {len(score.false)} | {len(score.beside)} |"
    )


def listing(title: str, rows: list[tuple[str, ...]]) -> None:
    """A list below a heading, when there is anything."""
    print(f"\n### {title}: {len(rows)}\n")
    for one in rows:
        print("- " + " | ".join(one))


def main() -> int:
    """Always 0 when it ran: the figures speak."""
    parser = argparse.ArgumentParser(prog="quality", description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sigma", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--analyses", type=Path, help="alerts.json of an earlier run, instead of reading everything again")
    parser.add_argument("--only", default="", help="only inputs whose path holds this")
    parser.add_argument("--sensitivity", default="medium", choices=("low", "medium", "high"))
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-ablation", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    lines = [one for one in labels() if options.only in one.path]
    began = time.monotonic()
    if options.analyses:
        analyses = {path: {"alerts": one} for path, one in json.loads(options.analyses.read_text()).items()}
    else:
        analyses = said_by_us(options.shared, lines, options.workers, options.sensitivity)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "alerts.json").write_text(json.dumps({path: one["alerts"] for path, one in analyses.items()}, indent=1))
    lines = [one for one in lines if one.path in analyses]
    said = {path: statements(one) for path, one in analyses.items()}
    score = judge(lines, said)
    failed = [(path, one["failed"]) for path, one in analyses.items() if "failed" in one]
    print("| who | found | recall | precision of high | false alarms, medium or more | beside, medium or more |")
    print("|---|---|---|---|---|---|")
    print(row("wardlight", score))
    whole: dict[str, Any] = {"wardlight": vars(score), "seconds": time.monotonic() - began}
    if not options.no_peers:
        theirs, seen = by_wireshark(options.shared, lines, options.workers)
        print(row("wardlight, captures", judge(seen, {path: said[path] for path in theirs})))
        print(row("tshark filters, captures", judge(seen, theirs)))
        whole["tshark"] = vars(judge(seen, theirs))
        if options.sigma:
            from benchmarks.quality import sigma

            theirs, seen = sigma.spoken(options.shared, lines, options.sigma)
            print(row("wardlight, logs", judge(seen, {path: said[path] for path in theirs})))
            print(row("Sigma rules, logs", judge(seen, theirs)))
            whole["sigma"] = vars(judge(seen, theirs))
    listing("Missed", score.missed)
    listing("False alarms", score.false)
    listing("Beside: alerts that no label claims", score.beside)
    listing("Failed", failed)
    if not options.no_ablation:
        whole["ablation"] = ablated(options.shared, lines, options.workers, options.sensitivity)
        print("\n| taken away | recall | coverage rows |\n|---|---|---|")
        for how, one in whole["ablation"].items():
            print(f"| {how} | {one['recall']:.2f} | {one['coverage']} |")
    if options.out:
        (options.out / "quality.json").write_text(json.dumps(whole, indent=1, default=list))
    return 0


if __name__ == "__main__":
    sys.exit(main())
