"""Health: what keeps the program from seeing, from sending, from storing."""

from typing import Literal

from msgspec import Struct

HealthSeverity = Literal["low", "medium", "high"]
HealthState = Literal["open", "closed", "suppressed"]


class HealthFact(Struct, frozen=True, kw_only=True):
    """Something that is wrong now, as whoever measures it says. rule: id of the health alert, for example "sensor-silent".

    subject: what it is about, stable over time (id of a sensor, path, fqdn, "workspace"). what: one sentence with the figures.
    A fact that is no longer given closes its alert.
    """

    rule: str
    subject: str
    what: str
    severity: HealthSeverity | None = None
    where: str = ""


class HealthIssue(Struct, frozen=True, kw_only=True):
    """A health alert. first, last: UTC microseconds when it was seen; closed: when it ended. until: end of its suppression.

    title, advice: of its rule; what: the newest sentence of its facts.
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
