"""One activity: what one party asked of another, the answer, and the packets or records that show it."""

from typing import Literal

from msgspec import Struct

from app.model.details import KINDS, Detail, kind_of

Result = Literal["success", "failure", "unanswered"]


NAMED = "name:"
"""Begins the text of an end that is known by its computer's name only."""


class Endpoint(Struct, frozen=True, gc=False):
    """One end of a conversation: textual IPv4 or IPv6 address and port (0 when the protocol has none).

    Log records often name a computer and no address: ip is then NAMED and the name in lower case, see named().
    """

    ip: str
    port: int = 0

    @property
    def host(self) -> str:
        """Name of the computer where only that is known, else empty."""
        return self.ip[len(NAMED) :] if self.ip.startswith(NAMED) else ""


def named(computer: str) -> Endpoint:
    """The end that is a computer of this name, in any spelling; its address is not known."""
    return Endpoint(NAMED + computer.strip().rstrip("$.").lower())


class Account(Struct, frozen=True, gc=False, kw_only=True, cache_hash=True):
    """An account as the protocol named it; nothing is normalised here."""

    name: str
    domain: str | None = None
    sid: str | None = None


class Activity(Struct, frozen=True, kw_only=True):
    """The one value that crosses from sensor to engine.

    at, until: UTC microseconds of the packet that completed the request and of the one that completed the reply.
    input: content key of the input (see app.sensor.sources.inputs), never its path.
    frames: frame numbers as Wireshark counts them (from 1, per file), all packets of request and reply, ascending.
    record: record id in an event log, for activities that come from one.
    ordinal: tells apart activities that begin in the same frame; comes from the message's place, so it is the same
        however a stream was cut.
    source asked, destination answered. account is who acted, as far as this exchange tells.
    ticket: fingerprint of the Kerberos ticket that the session was opened with, where account is not said on the wire; the
        engine knows whose ticket it is from the exchange that issued it.
    code: the protocol's own number (Kerberos error, NTSTATUS, LDAP result, DNS rcode, RPC fault or return value).
    """

    at: int
    until: int
    input: str
    frames: tuple[int, ...] = ()
    record: int | None = None
    ordinal: int = 0
    source: Endpoint | None = None
    destination: Endpoint | None = None
    account: Account | None = None
    ticket: str | None = None
    result: Result = "success"
    code: int | None = None
    detail: Detail

    @property
    def kind(self) -> str:
        """Kind word of design section 7, for example "kerberos-as"."""
        return kind_of(self.detail)

    @property
    def id(self) -> str:
        """Identity from content: input key, first frame or record, place in it, kind."""
        global _latest
        activity, known = _latest
        if activity is self:  # many ask it of the activity at hand
            return known
        where = self.frames[0] if self.frames else self.record
        known = f"{self.input}-{where}-{self.ordinal}-{KINDS[type(self.detail)]}"
        _latest = self, known
        return known


_latest: tuple[Activity | None, str] = (None, "")
"""The activity that was last asked for its id, and the id: one pair, so that threads never see half of it."""


def event_order(activity: Activity) -> tuple[int, str, int, int, str]:
    """Key that sorts activities in event time, the same for the same set of inputs."""
    where = activity.frames[0] if activity.frames else activity.record or 0
    return activity.at, activity.input, where, activity.ordinal, activity.kind
