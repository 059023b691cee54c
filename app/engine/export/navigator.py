"""A layer for the ATT&CK Navigator (layer format 4.5): how often each technique was raised, and whether it could be seen."""

from collections.abc import Iterable, Sequence

from app import __version__
from app.model.alert import RANK, Alert
from app.model.detection import DetectorRow
from app.model.rows import Coverage

COLOURS = {"high": "#e5484d", "medium": "#f0a030", "low": "#6cb6d9"}
"""A layer is drawn by another program, on white; so these stand here and not in a theme."""
BLIND, SEEN, PARTIAL = "#d9d9d9", "#dcefe3", "#eef3d8"
WORST = {"blind": 3, "learning": 2, "partial": 1, "seen": 0}


def layer(
    name: str, alerts: Iterable[Alert], detectors: Sequence[DetectorRow], coverage: Iterable[Coverage]
) -> dict[str, object]:
    """The layer. score: number of alerts of the technique. comment: its alerts, and what each detector of it could have seen."""
    found: dict[str, list[Alert]] = {}
    for one in alerts:
        for technique in one.techniques:
            found.setdefault(technique, []).append(one)
    told = {one.detector: one for one in coverage}
    watching: dict[str, list[DetectorRow]] = {}
    for detector in detectors:
        for technique in detector.techniques:
            watching.setdefault(technique, []).append(detector)
    techniques = [
        _technique(technique, found.get(technique, []), watching.get(technique, []), told)
        for technique in sorted(found.keys() | watching.keys())
    ]
    return {
        "name": name,
        "versions": {"layer": "4.5", "navigator": "5.1.0"},
        "domain": "enterprise-attack",
        "description": "Score: suspicious activities raised. Grey: could not have been seen in this evidence.",
        "techniques": techniques,
        "gradient": {
            "colors": ["#ffffff", COLOURS["high"]],
            "minValue": 0,
            "maxValue": max((len(each) for each in found.values()), default=1),
        },
        "legendItems": [
            *({"label": f"raised, {severity}", "color": colour} for severity, colour in COLOURS.items()),
            {"label": "could be seen, none raised", "color": SEEN},
            {"label": "could be seen in part", "color": PARTIAL},
            {"label": "could not be seen", "color": BLIND},
        ],
        "metadata": [{"name": "made by", "value": f"Wardlight {__version__}"}],
        "showTacticRowBackground": False,
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
    }


def _technique(id: str, alerts: list[Alert], detectors: list[DetectorRow], told: dict[str, Coverage]) -> dict[str, object]:
    lines = [f"{one.severity}: {one.title} ({one.state}, {one.classification})" for one in alerts[:40]]
    if len(alerts) > 40:
        lines.append(f"and {len(alerts) - 40} more")
    states = []
    for one in detectors:
        cover = told.get(one.id)
        state = "off" if not one.on else cover.state if cover is not None else "blind"
        states.append(state)
        lines.append(f"{one.title}: {state}{f', {cover.reason}' if cover is not None and cover.reason else ''}")
    if alerts:
        colour = COLOURS[max((one.severity for one in alerts), key=RANK.__getitem__)]
    else:
        best = min((WORST.get(state, 3) for state in states), default=3)
        colour = SEEN if best == 0 else PARTIAL if best < 3 else BLIND
    return {
        "techniqueID": id,
        "score": len(alerts),
        "color": colour,
        "comment": "\n".join(lines),
        "enabled": True,
        "showSubtechniques": "." in id,
    }
