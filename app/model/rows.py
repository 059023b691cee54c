"""Rows and summaries that views and the command line read; plain values, already resolved and worded."""

from msgspec import Struct

from app.model.alert import Alert
from app.model.entity import Binding, EntityRef


class Problem(Struct, frozen=True, kw_only=True):
    """Something of an input that could not be used. where: first place, for example "frame 812" or "byte 40960"."""

    what: str
    count: int = 1
    where: str = ""


class InputRow(Struct, frozen=True, kw_only=True):
    """One input of the case. state: waiting, reading, done, partial, failed. first, last: UTC microseconds of its packets.

    sealed, undecoded and dropped things are problems. live: it came from a live source and cannot be read again.
    """

    key: str
    path: str
    kind: str
    bytes: int
    sha256: str
    records: int
    first: int | None
    last: int | None
    state: str
    activities: int = 0
    problems: tuple[Problem, ...] = ()
    live: bool = False


class ActivityRow(Struct, frozen=True, kw_only=True):
    """One line of the activities table. rowid orders rows of equal time; entity references are ready to show.

    frame: the first frame, or with is_record the record. log: channel and number of a Windows event, "Security 4771".
    took: microseconds to the answer. etype: encryption of the ticket, else of the key. service: whom a ticket is for.
    """

    rowid: int
    id: str
    at: int
    kind: str
    who: EntityRef | None
    origin: EntityRef | None
    target: EntityRef | None
    what: str
    result: str
    code: int | None
    reason: str
    input: str
    input_name: str
    frame: int | None
    resolved_by: str = ""
    alerted: bool = False
    log: str = ""
    is_record: bool = False
    took: int = 0
    sport: int = 0
    dport: int = 0
    etype: int | None = None
    service: str = ""


class ActivityPage(Struct, frozen=True, kw_only=True):
    """Rows in order with the keys to ask for what comes before and after (None at an end)."""

    rows: tuple[ActivityRow, ...]
    before: tuple[int, int] | None
    after: tuple[int, int] | None


class Histogram(Struct, frozen=True, kw_only=True):
    """Counts per bucket. start, width: UTC microseconds. series: family ("Kerberos", "LDAP", "RPC and SMB", ...) to counts."""

    start: int
    width: int
    series: dict[str, list[int]]


class EntityRow(Struct, frozen=True, kw_only=True):
    """One line of the list of entities. tags: Sensitive, Controller, New, Unresolved, ...

    open: how many of the alerts are open. department: as a directory has it. Both are told in the list only.
    """

    ref: EntityRef
    first: int
    last: int
    activities: int
    alerts: int
    tags: tuple[str, ...] = ()
    open: int = 0
    department: str = ""


class Tagged(Struct, frozen=True, kw_only=True):
    """One tag of one entity. by_hand: True it was given, False taken away by an analyst; None: found, why says how."""

    ref: EntityRef
    tag: str
    by_hand: bool | None = None
    why: str = ""


class EntityCard(Struct, frozen=True, kw_only=True):
    """All that is known of one entity and how it is known. facts: (name, value, how) in reading order."""

    row: EntityRow
    facts: tuple[tuple[str, str, str], ...] = ()
    bindings: tuple[Binding, ...] = ()
    peers: tuple[tuple[EntityRef, int], ...] = ()
    alerts: tuple[Alert, ...] = ()


class DirectoryEntry(Struct, frozen=True, kw_only=True):
    """What a directory says of an entity. source: which kind of directory. at: UTC microseconds of that word.

    options: bits of userAccountControl in words. nested: groups through groups. members, deeper: direct ones, and how many
    more through groups; the lists are cut, total_members and total_nested are not. facts: (name, value) of the rest.
    bits: userAccountControl, None where it is not told. dates: (name, UTC microseconds). first: when this was first told of.
    """

    source: str
    at: int
    options: tuple[str, ...] = ()
    groups: tuple[EntityRef, ...] = ()
    nested: tuple[EntityRef, ...] = ()
    total_nested: int = 0
    members: tuple[EntityRef, ...] = ()
    total_members: int = 0
    deeper: int = 0
    facts: tuple[tuple[str, str], ...] = ()
    bits: int | None = None
    dates: tuple[tuple[str, int], ...] = ()
    first: int = 0


class VpnSession(Struct, frozen=True, kw_only=True):
    """A session that a gateway told by RADIUS accounting. inside: framed addresses. outside: the client's own addresses.

    first, last: UTC microseconds; over: it was closed then, else it was open at least so long. proof: an activity id.
    """

    who: EntityRef | None
    name: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    place: str
    gateway: str
    first: int
    last: int
    over: bool
    proof: str


class Standing(Struct, frozen=True, kw_only=True):
    """How an entity stands in the directory and at gateways. said: tags that an analyst gave (True) or took away (False)."""

    directory: DirectoryEntry | None = None
    sessions: tuple[VpnSession, ...] = ()
    said: dict[str, bool] = {}


class Edge(Struct, frozen=True, kw_only=True):
    """What passed between two entities: count by family, first, last; alerted when an alert rests on it, severity: of the worst.

    tie: "seen", or what is only possible (count 0): "member", "admin", "remote", "control", as in app.model.paths.
    """

    origin: EntityRef
    target: EntityRef
    count: int
    families: tuple[tuple[str, int], ...] = ()
    first: int = 0
    last: int = 0
    alerted: bool = False
    severity: str = ""
    tie: str = "seen"


class Overview(Struct, frozen=True, kw_only=True):
    """The case in numbers."""

    first: int | None
    last: int | None
    activities: int
    by_kind: dict[str, int]
    hosts: int
    accounts: int
    controllers: tuple[EntityRef, ...]
    top_hosts: tuple[EntityRow, ...]
    top_accounts: tuple[EntityRow, ...]
    alerts: dict[str, int]
    inputs: tuple[InputRow, ...]
    problems: int


class Progress(Struct, frozen=True, kw_only=True):
    """How far the reading of one input is. stage: hash, read, detect, done, failed."""

    path: str
    stage: str
    done_bytes: int
    total_bytes: int
    records: int
    activities: int
    rate: float
    remaining: float | None
    inputs_done: int = 0
    inputs_total: int = 1
    message: str = ""


class Seconds(Struct, frozen=True, kw_only=True):
    """Wall-clock seconds of the stages: read finds, unpacks and names inputs; decode is all that is done with their packets."""

    read: float = 0.0
    decode: float = 0.0
    store: float = 0.0
    detect: float = 0.0
    total: float = 0.0


class Field(Struct, frozen=True, kw_only=True):
    """One line of a dissected packet: words, and which bytes of the frame it covers (start, length).

    joined: start counts in the packet's message instead.
    """

    name: str
    value: str
    start: int
    length: int
    children: tuple["Field", ...] = ()
    joined: bool = False


class Packet(Struct, frozen=True, kw_only=True):
    """One frame for the analyst: its bytes, its time, its tree of fields; error says why there is no tree.

    message: TCP payload of the frames that carry one message together, b"" when the frame says it alone; message_frames: those.
    """

    input: str
    frame: int
    at: int
    data: bytes
    fields: tuple[Field, ...] = ()
    error: str = ""
    message: bytes = b""
    message_frames: tuple[int, ...] = ()


class Record(Struct, frozen=True, kw_only=True):
    """One record of a log for the analyst. form: "xml", "json", "text". at: UTC microseconds, 0 when it says no time.

    text: laid out for reading. fields: its named values. error says why there is neither.
    """

    input: str
    record: int
    at: int = 0
    form: str = ""
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    error: str = ""


class Coverage(Struct, frozen=True, kw_only=True):
    """What one detector could have seen. state: seen, partial, blind, learning."""

    detector: str
    title: str
    state: str
    reason: str
