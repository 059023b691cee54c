"""Health: what keeps the program from seeing, from sending, from storing."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

HealthSeverity = Literal["low", "medium", "high"]
HealthState = Literal["open", "closed", "suppressed"]
HealthEvent = Literal["opened", "reopened", "updated", "closed", "suppressed"]
RANK: dict[HealthSeverity, int] = {"low": 1, "medium": 2, "high": 3}


class HealthRule(Struct, frozen=True, kw_only=True):
    """One kind of health alert. id: for example "sensor-silent"; title: as the product that Wardlight answers says it.

    condition: when it is raised; advice: what to do, in sentences. area: group in the documentation, and in what was checked.
    hold: seconds that its fact must be gone before it closes, so that it does not come and go.
    """

    id: str
    title: str
    severity: HealthSeverity
    area: str
    condition: str
    advice: str
    hold: int = 60


class HealthFact(Struct, frozen=True, kw_only=True):
    """Something that is wrong now, as whoever measures it says. rule: id of the health alert, for example "sensor-silent".

    subject: what it is about, stable over time (id of a sensor, path, fqdn, "workspace"). what: one sentence with the figures.
    A fact that is no longer given closes its alert.
    """

    rule: Annotated[str, Meta(max_length=64)]
    subject: Annotated[str, Meta(max_length=512)]
    what: Annotated[str, Meta(max_length=2_000)]
    severity: HealthSeverity | None = None
    where: Annotated[str, Meta(max_length=512)] = ""


class HealthIssue(Struct, frozen=True, kw_only=True):
    """A health alert. first, last: UTC microseconds when it was seen; closed: when it ended. until: end of its suppression.

    title, advice: of its rule; what: the newest sentence of its facts. times: how often it was opened.
    hand: somebody closed it; it stays closed until what is wrong has gone and comes again.
    subject: "sensor:ID", "source:LABEL", the key of an entity, "computer", "workspace"; behind a line break: which part of it.
    """

    id: str
    rule: str
    subject: str
    severity: HealthSeverity
    title: str
    what: str
    advice: str
    state: HealthState = "open"
    where: str = ""
    first: int = 0
    last: int = 0
    closed: int | None = None
    until: int | None = None
    times: int = 1
    hand: bool = False


class HealthChange(Struct, frozen=True, kw_only=True):
    """Something became of a health alert. number: counts all changes of a workspace. at: UTC microseconds. issue: its id."""

    number: int
    issue: str
    at: int
    what: HealthEvent
    words: str


class Checked(Struct, frozen=True, kw_only=True):
    """The last round of checks. at: UTC microseconds, None when there was none. areas: what it looked at.

    live: it knew how live sources are doing, which only the process that runs them does.
    """

    at: int | None = None
    areas: tuple[str, ...] = ()
    live: bool = False


class Health(Struct, frozen=True, kw_only=True):
    """How a workspace and its sensors are doing: open issues first, the worst and newest of them first."""

    issues: tuple[HealthIssue, ...] = ()
    checked: Checked = Checked()

    @property
    def opened(self) -> tuple[HealthIssue, ...]:
        """Those that are open."""
        return tuple(one for one in self.issues if one.state == "open")
