"""Hold the analysis of the sample case against its ground truth: `check_sample.py ANALYSIS.json`."""

import json
import sys
from datetime import datetime
from pathlib import Path

TRUTH = Path(__file__).resolve().parent.parent / "resources" / "samples" / "intrusion.json"
SLACK = 5.0
"""Seconds around an attack's window within which its alert must lie."""


def moment(text: str) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def main() -> int:
    """Ends with 1 when an expected detector is silent, or an alert of medium or higher does not come from the intruder."""
    analysis = json.loads(Path(sys.argv[1]).read_text())
    truth = json.loads(TRUTH.read_text())
    wrong = 0
    stages: dict[str, list[dict]] = {}
    for event in truth["attack_events"]:
        if event["detector"]:
            stages.setdefault(event["detector"], []).append(event)
    for detector, events in stages.items():
        first, last = min(e["first"] for e in events) - SLACK, max(e["last"] for e in events) + SLACK
        found = [
            a
            for a in analysis["alerts"]
            if a["detector"] == detector and moment(a["first"]) <= last and moment(a["last"]) >= first
        ]
        print(f"{'found ' if found else 'MISSED'} {detector}")
        wrong += not found
    for alert in analysis["alerts"]:
        addresses = {one["ip"] for one in alert["sources"]}
        if alert["severity"] != "low" and truth["attacker"] not in addresses:
            print(f"FALSE  {alert['detector']} {alert['first']} from {sorted(map(str, addresses))}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
