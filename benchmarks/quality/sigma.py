"""The peer for logs: Sigma rules over the same events, by the program's own Sigma runner.

`rules/practice.yml` holds rules of common practice; any collection of the community can be given instead. What a rule claims is
said by its `claims` (external ids), else by its technique tags.
"""

from pathlib import Path

import yaml

from app.session import Session
from benchmarks.quality.score import Said
from benchmarks.quality.truth import Label

LOGS = (".evtx", ".json", ".zip", ".gz")
CLAIMS: dict[str, frozenset[int]] = {
    "T1003.006": frozenset({2006}),
    "T1558.003": frozenset({2410}),
    "T1558.004": frozenset({2412}),
    "T1558.001": frozenset({2022, 2009, 2027}),
    "T1550.002": frozenset({2017, 2008, 2002}),
    "T1550.003": frozenset({2018}),
    "T1110": frozenset({2023, 2003}),
    "T1110.001": frozenset({2023}),
    "T1110.003": frozenset({2023}),
    "T1087.002": frozenset({2021, 2003, 2038, 2429}),
    "T1087": frozenset({2021, 2003, 2038}),
    "T1069.002": frozenset({2021, 2038}),
    "T1049": frozenset({2012}),
    "T1569.002": frozenset({2019, 2026}),
    "T1543.003": frozenset({2019, 2026}),
    "T1053.005": frozenset({2019}),
    "T1047": frozenset({2019}),
    "T1021.002": frozenset({2019, 2026, 2030}),
    "T1021.003": frozenset({2019}),
    "T1021.006": frozenset({2019}),
    "T1555": frozenset({2020, 2030}),
    "T1003": frozenset({2030, 2021, 2438}),
    "T1003.002": frozenset({2030, 2021}),
    "T1003.004": frozenset({2020}),
    "T1207": frozenset({2028, 2029}),
    "T1134.005": frozenset({1106}),
    "T1098": frozenset({2024, 3023, 2423, 2431, 2438, 3025, 2430, 3010}),
    "T1098.007": frozenset({2024}),
    "T1222.001": frozenset({3010, 2430}),
    "T1484.001": frozenset({2440}),
    "T1210": frozenset({2411, 2415}),
    "T1187": frozenset({2415, 2416, 2426}),
    "T1557.001": frozenset({2037}),
    "T1070.001": frozenset({3014}),
    "T1136.002": frozenset({3007}),
    "T1649": frozenset({3012, 2432}),
    "T1068": frozenset({2419, 2421}),
}


def _own_claims(rules: list[Path]) -> dict[str, frozenset[int]]:
    found = {}
    for path in rules:
        for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if isinstance(one, dict) and "claims" in one:
                found[str(one["title"])] = frozenset(int(number) for number in str(one["claims"]).split())
    return found


def spoken(shared: Path, lines: list[Label], rules: Path) -> tuple[dict[str, list[Said]], list[Label]]:
    """What the rules say of each log. A rule of level critical counts as high."""
    files = sorted(rules.rglob("*.yml")) if rules.is_dir() else [rules]
    claims = _own_claims(files)
    there = sorted({one.path for one in lines if one.path.endswith(LOGS) and (shared / one.path).exists()})
    said: dict[str, list[Said]] = {}
    for path in there:
        session = Session.open()
        try:
            session.read_here([shared / path], lambda _: None)
            matched = [one for one in session.sigma([rules]).rules if one.count]
        finally:
            session.close()
        said[path] = [
            Said(
                claims.get(one.title) or frozenset().union(*(CLAIMS.get(tag.upper(), ()) for tag in one.techniques)),
                "high" if one.level in ("high", "critical") else one.level,
                one.title,
            )
            for one in matched
        ]
    return said, [one for one in lines if one.path in said]
