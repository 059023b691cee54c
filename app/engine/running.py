"""Detectors run over activities in event time: whom each activity concerns, and what becomes of the findings."""

import gc
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from app.engine.again import Again
from app.engine.alerting import Case, Exclude
from app.engine.context import Context, Loss, Tags
from app.engine.detector import Detect, Detector, Later, SignIn
from app.engine.forms import FORMS, PIPES, number_of
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.profiles import WATCHED, Profiles, Teach, teacher
from app.engine.readings import federation, pipes
from app.engine.readings.sessions import LOGON, remember
from app.model.activity import Activity, Result
from app.model.alert import Alert, Finding
from app.model.details import KINDS, RpcBind, RpcCall, SmbTree
from app.model.events import EventAdfs, EventLogon, WindowsEvent
from app.model.tuning import DEFAULT, Tuning

Told = tuple[tuple[str, Result], ...]
"""Kind and result of each other activity that tells of the same act as one."""
ROUTES = 4_096
"""Routes kept of one kind."""
Route = tuple[tuple[Detector, Context, Detect], ...]
"""Detectors to ask, in their order, each with its context and its function at hand."""
Keep = Callable[[Activity, Context], None]
Way = tuple[Keep | None, Route, Teach | None]
"""What becomes of activities that are alike: what is kept of them first, who is asked, what is learned of their parties last."""
Kind = tuple[Callable[[Activity], Hashable], dict[tuple[Hashable, Result], Way]]
"""How the form of activities of one kind is found, and the ways of those that came so far."""
SENSELESS: tuple[type[Exception], ...] = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What may be raised over an activity whose values make no sense: a sensor's key in other hands sends what it likes."""
LEARNING = ""
"""Who could not read an activity, when that is no detector but what all of them go by: sessions and what is usual."""


class Routes:
    """Which detectors an activity concerns: by its kind, its form (app.engine.forms) and its result.

    kinds: what is known so far, of each kind how its form is found, and the ways by form and result.
    """

    def __init__(self, asked: Iterable[tuple[Detector, Context]]) -> None:
        self._asked = tuple(asked)
        self.kinds: dict[type, Kind] = {}
        self._watching: dict[type, tuple[tuple[Detector, Context], ...]] = {}

    def forget(self) -> None:
        """More is known: who is silent about what is asked anew."""
        self.kinds.clear()
        self._watching.clear()

    def of(self, activity: Activity) -> Route:
        """Detectors to ask, in their order."""
        return self.way(activity)[1]

    def way(self, activity: Activity) -> Way:
        """All that becomes of an activity."""
        kind = type(activity.detail)
        known = self.kinds.get(kind)
        if known is None:
            known = self.kinds[kind] = FORMS.get(kind, _alike), {}
        form_of, ways = known
        form = form_of(activity), activity.result
        way = ways.get(form)
        if way is None:
            if len(ways) >= ROUTES:
                ways.clear()
            way = ways[form] = self._way(kind, *form)
        return way

    def _way(self, kind: type, form: Hashable, result: Result) -> Way:
        watching = self._watching.get(kind)
        if watching is None:
            watching = self._watching[kind] = tuple(
                (one, context)
                for one, context in self._asked
                if (kind in one.watches or kind in one.watches_refused)
                and not (one.silent is not None and one.silent(context, kind))
            )
        asked = tuple(
            (one, context, one.by_kind.get(kind, one.detect)) for one, context in watching if _concerns(one, kind, form, result)
        )
        return _kept(kind, form, result), asked, teacher(kind, form, result)


def _alike(_: Activity) -> None:
    """The form of what has none."""


def _kept(kind: type, form: Any, result: Result) -> Keep | None:
    """What is kept of an activity once, for whoever asks for it later."""
    if kind is EventLogon:
        return remember if number_of(form) == LOGON else None
    if kind is EventAdfs:
        return federation.remember
    return pipes.remember if kind is SmbTree and result == "success" and form & PIPES else None


def _concerns(detector: Detector, kind: type, form: Any, result: Result) -> bool:
    """Whether a detector that watches a kind is given what has a form and a result."""
    if kind not in detector.watches and not (result == "failure" and kind in detector.watches_refused):
        return False
    uses = detector.forms.get(kind)
    if uses is not None and not uses(form, result):
        return False
    if kind is EventLogon and detector.sign_ins is not None:
        number, logon, kerberos, machine, administrator = form
        if not detector.sign_ins(SignIn(number, int(logon or "-1"), kerberos, result, machine, administrator)):
            return False
    if issubclass(kind, WindowsEvent):
        return not detector.event_ids or number_of(form) in detector.event_ids
    if kind is RpcCall:
        interface, opnum = form
        known = not detector.interfaces or interface in detector.interfaces
        return known and (not detector.opnums or opnum in detector.opnums)
    if kind is RpcBind:
        return not detector.interfaces or form in detector.interfaces
    return True


def run(
    detectors: Iterable[Detector], activities: Iterable[Activity], knowledge: Knowledge, *, tuning: Tuning = DEFAULT
) -> list[Alert]:
    """Alerts of these detectors over activities in event order, oldest first; the same input gives the same alerts and ids."""
    return run_told(detectors, ((activity, ()) for activity in activities), knowledge, tuning=tuning)


def hears_twice(detector: Detector, told: Told) -> bool:
    """True when a detector, or one that it leaves such acts to, is given another telling of it: this one would count it again."""
    watched = {KINDS[kind] for kind in (*detector.watches, *detector.left_to)}
    refused = {KINDS[kind] for kind in detector.watches_refused}
    return any(kind in watched or (result == "failure" and kind in refused) for kind, result in told)


def joins(case: Case, finding: Finding | Later, window: int) -> bool:
    """True when a finding of the same subject belongs to the alert in the making: soon after it, or one more of what goes on."""
    return finding.first - case.last <= window or finding.last - case.first <= finding.lasting


def run_told(
    detectors: Iterable[Detector],
    activities: Iterable[tuple[Activity, Told]],
    knowledge: Knowledge,
    *,
    tuning: Tuning = DEFAULT,
    tags: Tags | None = None,
    others: Callable[[str], Sequence[str]] | None = None,
    exclude: Exclude | None = None,
    losses: Sequence[Loss] = (),
    mistakes: dict[str, int] | None = None,
) -> list[Alert]:
    """The same over activities with what else tells of the same act: a detector is given one telling of each, packets first.

    others: ids of the other tellings of an activity; they stand in the evidence beside it. exclude: which exclusion covers a
    finding, "" for none; excluded findings are alerts of their own, which say so. losses: times of which something is missing.
    mistakes: here it is counted by detector what none could read, which costs nothing else; without it, that is raised.
    """
    walk = Walk(detectors, knowledge, tuning=tuning, tags=tags, others=others, exclude=exclude, losses=losses, mistakes=mistakes)
    walk.feed(activities)
    return walk.alerts()


class Walk:
    """Detectors on their way through activities in event time: fed some of them, asked for the alerts, fed more.

    Arguments as of run_told.
    """

    def __init__(
        self,
        detectors: Iterable[Detector],
        knowledge: Knowledge,
        *,
        tuning: Tuning = DEFAULT,
        tags: Tags | None = None,
        others: Callable[[str], Sequence[str]] | None = None,
        exclude: Exclude | None = None,
        losses: Sequence[Loss] = (),
        mistakes: dict[str, int] | None = None,
    ) -> None:
        logons = Memory()
        self._mistakes = mistakes
        on = [one for one in detectors if one.id not in tuning.off]
        self._others, self._exclude = others, exclude
        self._clerk = Context(knowledge, Memory(), tuning, tags, logons)
        self._profiles = Profiles(knowledge)
        self._learning = any(one.profiled for one in on)
        asked = [
            (one, Context(knowledge, Memory(), tuning, tags, logons, one.id, one.learning, self._profiles, others, losses))
            for one in on
        ]
        self._contexts = [self._clerk, *(context for _, context in asked)]
        self._routes = Routes(asked)
        self._twice: dict[tuple[str, Told], bool] = {}
        self._open: dict[tuple[str, str, str], Case] = {}
        self._done: list[Alert] = []
        self._again = Again()

    def know(
        self,
        knowledge: Knowledge,
        others: Callable[[str], Sequence[str]] | None,
        exclude: Exclude | None,
        losses: Sequence[Loss],
    ) -> None:
        """Go on with what is known by now; what was found and learned so far stays as it was understood then."""
        self._others, self._exclude = others, exclude
        self._profiles.know(knowledge)
        self._routes.forget()
        for context in self._contexts:
            context.know(knowledge, others, losses)

    def feed(self, activities: Iterable[tuple[Activity, Told]]) -> None:
        """Walk on over activities, in event order, that are not older than those before.

        Dead cycles are searched for seldom meanwhile: activities come and go by the thousand, and none is part of one.
        """
        thresholds = gc.get_threshold()
        gc.set_threshold(200_000, 50, 50)
        try:
            self._feed(activities)
        finally:
            gc.set_threshold(*thresholds)

    def _feed(self, activities: Iterable[tuple[Activity, Told]]) -> None:
        clerk, profiles, learning, routes = self._clerk, self._profiles, self._learning, self._routes
        kinds, nobody = routes.kinds, (_alike, dict[tuple[Hashable, Result], Way]())
        open_, done, others, exclude = self._open, self._done, self._others, self._exclude
        is_known = self._again.is_known
        for activity, told in activities:
            event = activity.detail
            if isinstance(event, WindowsEvent) and event.record and is_known(activity, event):
                continue
            form_of, ways = kinds.get(type(activity.detail), nobody)
            keep, asked, teach = ways.get((form_of(activity), activity.result)) or routes.way(activity)
            if keep is not None:
                try:
                    keep(activity, clerk)  # once, for whoever asks in which session something was done
                except SENSELESS:
                    self._mistaken(LEARNING)
            for detector, context, detect in self._hearing(asked, told) if told else asked:
                try:
                    for finding in detect(activity, context):
                        ask = exclude is not None and not isinstance(finding, Later)  # a flood's parties are told at its end
                        excluded = exclude(detector, finding) if exclude is not None and ask else ""
                        key = (detector.id, finding.subject, excluded)
                        case = open_.get(key)
                        if case is not None and joins(case, finding, detector.window):
                            case.add(finding)
                            continue
                        open_[key] = Case(detector, finding, excluded)
                        if case is not None:
                            done.append(case.alert(others, exclude))
                except SENSELESS:
                    self._mistaken(detector.id)
            if told:
                for _, context, _ in asked:
                    context.told = False
            if teach is not None and learning:  # after everybody was asked, who thus compare with the past alone
                try:
                    profiles.learn(teach, activity, told)
                except SENSELESS:
                    self._mistaken(LEARNING)

    def _hearing(self, asked: Route, told: Told) -> Route:
        """Those who are given this telling of an act that others tell of too."""
        hearing = []
        for one in asked:
            detector, context, _ = one
            if detector.tellings:
                context.told = True
            else:
                known = self._twice.get((detector.id, told))
                if known is None:
                    known = self._twice[(detector.id, told)] = hears_twice(detector, told)
                if known:
                    continue
            hearing.append(one)
        return tuple(hearing)

    def alerts(self) -> list[Alert]:
        """Alerts so far, oldest first, those included that what comes may join."""
        found = list(self._done)
        for key, case in list(self._open.items()):
            try:
                found.append(case.alert(self._others, self._exclude))
            except SENSELESS:
                self._mistaken(case.detector.id)
                del self._open[key]
        return sorted(found, key=lambda alert: (alert.finding.first, alert.detector, alert.id, alert.excluded))

    def _mistaken(self, who: str) -> None:
        """Count what is being caught, or raise it again where nobody asked for the count."""
        if self._mistakes is None:
            raise
        self._mistakes[who] = self._mistakes.get(who, 0) + 1


def watched_kinds(detectors: Iterable[Detector]) -> dict[str, bool]:
    """Kind words of the activities that any of these detectors reads, and whether it reads all of them or only what failed."""
    detectors = tuple(detectors)
    found = {KINDS[kind]: False for detector in detectors for kind in detector.watches_refused}
    if any(detector.profiled for detector in detectors):
        found |= dict.fromkeys(sorted(WATCHED), True)
    if any(detector.sessions for detector in detectors):
        found[KINDS[EventLogon]] = True
        found[KINDS[SmbTree]] = True
    return found | {KINDS[kind]: True for detector in detectors for kind in detector.watches}
