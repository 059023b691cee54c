"""Which live sources there are: what runs each, and what its input is called."""

import hashlib
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.model.source import (
    CaptureSource,
    DirectorySource,
    GrowingSource,
    HubSource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SyslogSource,
    TraceSource,
    WindowsLogSource,
)
from app.paths import whole
from app.sensor.sources.living import Cannot, LiveReader

LIVE = " (live)"
"""Ends the label of every live input."""
RUNS: dict[str, tuple[str, str]] = {
    "capture": ("app.sensor.live_capture", "run_capture"),
    "growing": ("app.sensor.live_capture", "run_growing"),
    "syslog": ("app.sensor.sources.syslog", "run"),
    "radius": ("app.sensor.sources.radius", "run"),
    "directory": ("app.sensor.sources.directory", "run"),
    "windows-log": ("app.sensor.sources.winlog", "read_windows_log"),
    "trace": ("app.sensor.sources.etw", "run"),
    "resolver": ("app.sensor.sources.resolve", "run"),
    "hub": ("app.sensor.sources.hub", "run"),
}
"""Kind of a source to the module and function that run it; imported in its own process only."""
FILES = ("certificate", "key", "authorities", "places", "path", "file", "state")
"""Fields of sources that name a file."""
Source = TypeVar("Source", bound=Struct)
INPUTS = {"capture": "pcap", "growing": "pcap", "windows-log": "evtx", "trace": "etl"}
"""Kind of the input that a source makes, where its name is another."""


def beside(spec: Source, folder: Path | None = None) -> Source:
    """With whole names of its files: its process does not run in the folder in which they were typed. folder: see paths.whole."""
    return replace(spec, **{one: whole(getattr(spec, one), folder) for one in FILES if hasattr(spec, one)})


def kind_of(spec: LiveSource) -> str:
    """Word for the kind of a source, for example "capture"."""
    return str(spec.__struct_config__.tag)


def input_kind(spec: LiveSource) -> str:
    """The kind under which its input is listed."""
    return INPUTS.get(kind_of(spec), kind_of(spec))


def label_of(spec: LiveSource) -> str:
    """What a source is called, for example "eth0 (live)"."""
    match spec:
        case CaptureSource():
            name = ", ".join(spec.interfaces)
        case GrowingSource():
            name = "standard input" if spec.path == "-" else spec.path
        case SyslogSource():
            name = f"syslog {spec.transport} {spec.address}:{spec.port}"
        case RadiusSource():
            name = f"RADIUS accounting {spec.address}:{spec.port}"
        case DirectorySource():
            name = spec.url
        case WindowsLogSource():
            name = "event log of this computer"
        case TraceSource():
            name = f"event trace {spec.session}"
        case ResolverSource():
            name = "names asked on the network"
        case HubSource():
            name = f"hub {spec.workspace} {spec.url}".strip() if spec.workspace or spec.url else f"hub {spec.secret or spec.file}"
    return name + LIVE


def mark_of(spec: LiveSource) -> str:
    """12 hexadecimal digits for what a source reads: the same whenever it starts, for what is remembered of it."""
    return hashlib.blake2b(label_of(spec).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def key_of(spec: LiveSource, since: int) -> str:
    """Key of the input that a source makes when it starts at this time (UTC microseconds): 12 hexadecimal digits."""
    text = f"{kind_of(spec)}\0{label_of(spec)}\0{since}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def unwritable(spec: LiveSource) -> str:
    """Why a source cannot be followed whose spec cannot be told to its process: a sentence; empty when it can."""
    try:
        msgspec.json.encode(spec)
    except UnicodeEncodeError:
        name = label_of(spec).removesuffix(LIVE).encode("utf-8", "backslashreplace").decode()
        return f"The name of {name} is no text in UTF-8; give it another."
    return ""


def interface_names() -> list[str]:
    """Interfaces of this machine that packets may be captured on, by name; those of Linux that can be read only."""
    if sys.platform == "linux":
        from app.sensor.sources.live_linux import interface_names as names

        return names()
    return sorted(name for _, name in socket.if_nameindex())


def reader_of(spec: LiveSource) -> LiveReader:
    """The function that runs a source. Raises Cannot when this program or this system has none."""
    module, name = RUNS[kind_of(spec)]
    try:
        return cast(LiveReader, getattr(import_module(module), name))
    except ImportError as error:
        raise Cannot(f"sources of the kind {kind_of(spec)} are not read here: {error}") from error
