"""Rule files to rules that can be run, each with what stands in its way."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaRuleLocation
from sigma.filters import SigmaFilter
from sigma.policy import SigmaPolicy
from sigma.rule import SigmaRule

from app.engine.sigma.conditions import tree_of
from app.engine.sigma.correlation import Correlation
from app.engine.sigma.correlation_rules import correlation_of
from app.engine.sigma.documents import Refused, documents, find_files, read
from app.engine.sigma.logs import Source, source_of
from app.engine.sigma.patterns import QUIET, BadPattern
from app.engine.sigma.tree import Node
from app.engine.sigma.values import CannotRun
from app.model.sigma import LEVELS

_POLICY = SigmaPolicy(regex_engine=QUIET)
_TECHNIQUE = re.compile(r"t\d{4}(?:\.\d{3})?", re.IGNORECASE)


class Rule(Struct, frozen=True, kw_only=True):
    """One rule. node or correlation: what is run; why: what stands in its way; inner: only correlations tell of its matches."""

    title: str
    id: str = ""
    name: str = ""
    level: str = "medium"
    path: str = ""
    techniques: tuple[str, ...] = ()
    source: Source = Source()
    node: Node | None = None
    correlation: Correlation | None = None
    inner: bool = False
    why: str = ""
    notes: tuple[str, ...] = ()


class Rules(Struct, frozen=True):
    """Rules in the order of their files."""

    rules: tuple[Rule, ...] = ()


def load_rules(paths: Sequence[Path]) -> Rules:
    """Rules of files and folders; what cannot be read is a rule that cannot run. Raises OSError for a path that is not there."""
    given: list[tuple[str, str | Refused]] = []
    for path in find_files(paths):
        try:
            given.append((str(path), read(path)))
        except Refused as why:
            given.append((str(path), why))
        except OSError as error:
            given.append((str(path), Refused(error.strerror or str(error))))
    return _rules(given)


def load_text(text: str, path: str = "rule") -> Rules:
    """Rules of one YAML text."""
    return _rules([(path, text)])


def _rules(given: Sequence[tuple[str, str | Refused]]) -> Rules:
    found: list[Rule | Any] = []
    filters: list[tuple[str, SigmaFilter]] = []
    for path, text in given:
        try:
            if isinstance(text, Refused):
                raise text
            parsed = _parsed(documents(text), path)
        except Refused as why:
            found.append(Rule(title=Path(path).name, path=path, why=f"the file is not read: {why}"))
            continue
        for one in parsed:
            if isinstance(one, SigmaFilter):
                filters.append((path, one))
            else:
                found.append(one)
    for path, one in filters:
        unused = _apply(one, found)
        if unused:
            found.append(Rule(title=_text(one.title), path=path, why=unused))
    rules = [one if isinstance(one, Rule) else _rule(one) for one in found]
    return Rules(tuple(_with_correlations(found, rules)))


def _parsed(told: list[dict[str, Any]], path: str) -> list[Any]:
    """pySigma's rules, correlations and filters, and rules of ours that say why a document is none."""
    try:
        return _collection(told, path)
    except Exception as error:  # pySigma raises whatever a value of an unexpected kind makes it raise
        if len(told) > 1:
            return [one for each in told for one in _parsed([each], path)]
        title = _text(told[0].get("title")) if told else ""
        return [Rule(title=title or Path(path).name, path=path, why=f"it is no rule: {_said(error)}")]


def _collection(told: list[dict[str, Any]], path: str) -> list[Any]:
    collection = SigmaCollection.from_dicts(
        told, True, SigmaRuleLocation(Path(path)), collect_filters=True, resolve_references=False, policy=_POLICY
    )
    known = {id(error) for rule in [*collection.rules, *collection.filters] for error in rule.errors}
    lost = [error for error in collection.errors if id(error) not in known]
    return [
        *collection.rules,
        *collection.filters,
        *(Rule(title=Path(path).name, path=path, why=f"a document is no rule: {_said(error)}") for error in lost),
    ]


def _apply(one: SigmaFilter, found: list[Any]) -> str:
    if one.errors:
        return f"the filter is not used: {_said(one.errors[0])}"
    try:
        for place, rule in enumerate(found):
            if isinstance(rule, SigmaRule) and not rule.errors:
                found[place] = one.apply_on_rule(rule)
    except Exception as error:
        return f"the filter is not used: {_said(error)}"
    return ""


def _rule(one: SigmaRule | SigmaCorrelationRule) -> Rule:
    known = getattr(one.level, "name", "")
    rule = Rule(
        title=_text(one.title) or "(no title)",
        id=_text(one.id),
        name=_text(one.name),
        level=known.lower() if known.lower() in LEVELS else "medium",
        path=str(one.source.path) if one.source else "",
        techniques=tuple(tag.name.upper() for tag in one.tags if tag.namespace == "attack" and _TECHNIQUE.fullmatch(tag.name)),
        notes=tuple(_said(error) for error in one.errors),
    )
    if isinstance(one, SigmaCorrelationRule):
        return rule
    if not one.detection.detections:
        return replace(rule, why=rule.notes[-1] if rule.notes else "it has no detection", notes=())
    log = one.logsource
    if not (log.product or log.category or log.service):
        return replace(rule, why=rule.notes[-1] if rule.notes else "it has no log source", notes=())
    source = source_of(log.product, log.category, log.service)
    if source.why:
        return replace(rule, why=source.why)
    try:
        node = tree_of(one, source.names)
    except CannotRun as why:
        return replace(rule, why=str(why))
    except Exception as error:
        return replace(rule, why=_said(error))
    return replace(rule, source=source, node=node, notes=(*rule.notes, source.note) if source.note else rule.notes)


def _with_correlations(found: list[Any], rules: list[Rule]) -> list[Rule]:
    places: dict[str, int] = {}
    for place, rule in enumerate(rules):
        for key in (rule.id, rule.name):
            if key:
                places.setdefault(key, place)
    done = list(rules)
    for place, one in enumerate(found):
        if not isinstance(one, SigmaCorrelationRule):
            continue
        try:
            correlation = correlation_of(one, places, rules)
        except CannotRun as why:
            done[place] = replace(done[place], why=f"correlation: {why}")
            continue
        except Exception as error:
            done[place] = replace(done[place], why=f"correlation: {_said(error)}")
            continue
        done[place] = replace(done[place], correlation=correlation)
        if not one.generate:
            for member in correlation.members:
                done[member] = replace(done[member], inner=True)
    return done


def _text(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())[:300]


def _said(error: Exception) -> str:
    """What an error says, without the place that pySigma adds; of a bad expression what we said of it."""
    if isinstance(error.__cause__, BadPattern):
        error = error.__cause__
    said = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return " ".join(said.split())[:300] or type(error).__name__
