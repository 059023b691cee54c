"""What a proof bundle says of itself: the alert, who found it with which parameters, and what lies in which file."""

from typing import Literal

from msgspec import Struct

from app.engine.context import Loss
from app.engine.running import Told
from app.model.alert import Alert
from app.model.exclusion import Exclusion
from app.model.tuning import DEFAULT, Tuning

FORMAT, SCHEMA = "wardlight-proof", 1
"""A reader refuses what calls itself otherwise."""


class Versions(Struct, frozen=True, kw_only=True):
    """Who made it: version of the program, SHA-256 of the detector's source, of all that detects, of all that reads; "" where
    a program that was packed without its sources cannot tell."""

    program: str
    detector: str = ""
    engine: str = ""
    sensor: str = ""


class Parameters(Struct, frozen=True, kw_only=True):
    """What changes the answers of a detector beside the activities.

    tuning: sensitivity and the user's own thresholds. tags: what the analyst said, by key of an entity. values: the number
    that every threshold of the detector had, for a reader of the manifest; a replay takes them from the tuning. exclusions:
    those that told findings apart. losses: times of which packets (else records) are missing.
    """

    tuning: Tuning = DEFAULT
    tags: dict[str, dict[str, bool]] = {}
    values: dict[str, float] = {}
    exclusions: tuple[Exclusion, ...] = ()
    losses: tuple[Loss, ...] = ()


class Choice(Struct, frozen=True, kw_only=True):
    """Which activities are in the bundle: how they were chosen, in words; whether all detectors must run over them."""

    how: str
    count: int
    first: int
    last: int
    every_detector: bool = False
    knowledge: Literal["parties", "whole"] = "whole"


class Origin(Struct, frozen=True, kw_only=True):
    """An input on which the alert rests. name: the file's name without its folders. sha256: of the file when it was read."""

    key: str
    name: str
    kind: str
    bytes: int
    sha256: str
    live: bool = False


class Packets(Struct, frozen=True, kw_only=True):
    """A file of packets. frames: number that each packet has in its input, in the order of the file. proof: how many of them
    activities name; the rest opened their connections. skipped: packets of those connections that are left out."""

    file: str
    input: str
    frames: tuple[int, ...]
    proof: int
    skipped: int = 0


class Texts(Struct, frozen=True, kw_only=True):
    """A file of records. places: (record, ordinal) that each one has in its input, in the order of the file."""

    file: str
    input: str
    kind: str
    places: tuple[tuple[int, int], ...]


class Missing(Struct, frozen=True, kw_only=True):
    """Evidence that could not be put in: packets or records, how many, and why."""

    input: str
    what: str
    count: int
    why: str


class Member(Struct, frozen=True, kw_only=True):
    """A file of the bundle."""

    name: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """The content of manifest.json.

    told, others: what else tells of the same act, for activities of which several tell. unread: evidence that does not come
    out of the packets or records of the bundle as it is, each with the reason; all other evidence does.
    """

    format: str = FORMAT
    schema: int = SCHEMA
    versions: Versions
    detector: str
    parameters: Parameters
    alert: Alert
    choice: Choice
    told: dict[str, Told] = {}
    others: dict[str, tuple[str, ...]] = {}
    inputs: tuple[Origin, ...] = ()
    packets: tuple[Packets, ...] = ()
    records: tuple[Texts, ...] = ()
    missing: tuple[Missing, ...] = ()
    unread: dict[str, str] = {}
    files: tuple[Member, ...] = ()
