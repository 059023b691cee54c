"""All cases of all detectors, from the files beside this one: FIRES and QUIET of made activities, REAL of real material."""

import importlib
from pathlib import Path

from tests.cases.case import Case, Cases, Real
from tests.engine.detectors import cases as first

FIRES: dict[str, dict[str, Case]] = {}
STAYS_QUIET: dict[str, dict[str, Case]] = {}
REAL: dict[str, tuple[Real, ...]] = {}


def _add(table: dict[str, dict[str, Case]], detector: str, cases: Cases) -> None:
    for name, given in cases.items():
        table.setdefault(detector, {})[name] = given if isinstance(given, Case) else Case(given)


for _detector, _cases in first.FIRES.items():
    _add(FIRES, _detector, _cases)
for _detector, _cases in first.STAYS_QUIET.items():
    _add(STAYS_QUIET, _detector, _cases)
for _path in sorted(Path(__file__).parent.glob("*.py")):
    if _path.stem in ("__init__", "case", "table") or _path.stem.startswith("test_"):
        continue
    _module = importlib.import_module(f"tests.cases.{_path.stem}")
    _add(FIRES, _path.stem, getattr(_module, "FIRES", {}))
    _add(STAYS_QUIET, _path.stem, getattr(_module, "QUIET", {}))
    REAL[_path.stem] = tuple(getattr(_module, "REAL", ()))
