"""The header of a syslog message: RFC 3164 as it is written in the field, RFC 5424, or none at all."""

import re

from msgspec import Struct

from app.sensor.events.syslog_time import stamp

ELEMENTS, PARAMETERS = 32, 128
"""At most so many elements of structured data, and so many parameters of each, are kept."""


class Frame(Struct, frozen=True, kw_only=True, gc=False):
    """One message. priority, version: None when not told. at: UTC microseconds of the header's time, None without one.

    zoned: the time tells its zone. structured: parameters by SD-ID (RFC 5424 section 6.3). body: all behind the header.
    """

    priority: int | None = None
    version: int | None = None
    at: int | None = None
    zoned: bool = False
    host: str = ""
    app: str = ""
    procid: str = ""
    msgid: str = ""
    structured: dict[str, dict[str, str]] = {}
    body: str = ""


_PRIORITY = re.compile(r"\s*<(\d{1,3})>")
_HEAD = re.compile(r"([1-9]\d{0,2}) (\S{1,64}) (\S{1,255}) (\S{1,255}) (\S{1,128}) (\S{1,255}) ?")
# a computer's name: no pair, no tag, no word that begins a payload
_HOST = re.compile(r"[ \t]{1,4}(?!MSWinEventLog\b|RsaSA\b)([^\s=|{}\[\]\"<>]{1,255})(?<!:)(?=[ \t\r\n])")
_TAG = re.compile(r"[ \t]{0,4}(?!CEF:|LEEF:)([\w.\-/@#$]{1,64})(?:\[([^\]\s]{1,128})\])?:(?:\s|(?=\{))")
_PARAMETER = re.compile(r'\s*([^\s="\]]{1,255})="((?:[^"\\]++|\\.)*+)"', re.S)
_ELEMENT, _CLOSE = re.compile(r"\[([^\s=\]\"]{1,64})"), re.compile(r"\s{0,8}\]")
_ESCAPED = re.compile(r'\\(["\\\]])')
_CONTROL = re.compile(r"#(011|012|015)")
_CONTROLS = {"011": "\t", "012": "\n", "015": "\r"}


def text_of(payload: bytes) -> str:
    """Text of a message: UTF-8, a byte order mark taken off, or Windows' Western characters where it is no UTF-8."""
    if payload[:3] == b"\xef\xbb\xbf":
        payload = payload[3:]
    payload = payload.rstrip(b"\0\r\n")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def frame_of(text: str, near: int = 0) -> Frame:
    """The header and body of one message. Never raises; what has no header is all body. near: see syslog_time.time_of."""
    priority: int | None = None
    at = 0
    if (found := _PRIORITY.match(text)) and int(found[1]) <= 191:  # 23 facilities * 8 + 7 (RFC 5424 section 6.2.1)
        priority, at = int(found[1]), found.end()
        if version := _HEAD.match(text, at):
            framed = _newer(text, priority, version, near)
            if framed is not None:
                return framed
    return _older(text, at, priority, near)


def _newer(text: str, priority: int, head: re.Match[str], near: int) -> Frame | None:
    version, when, host, app, procid, msgid = head.groups()
    told, zoned = None, False
    if when != "-":
        told, used, zoned = stamp(when, near, whole=False)
        if told is None or used != len(when):
            return None
    structured, end = _structured(text, head.end())
    return Frame(
        priority=priority,
        version=int(version),
        at=told,
        zoned=zoned,
        host=_said(host),
        app=_said(app),
        procid=_said(procid),
        msgid=_said(msgid),
        structured=structured,
        body=_plain(text[end:].lstrip(" ").removeprefix("\ufeff")),
    )


def _said(text: str) -> str:
    return "" if text == "-" else text


def _structured(text: str, at: int) -> tuple[dict[str, dict[str, str]], int]:
    """STRUCTURED-DATA of RFC 5424 section 6.3 that begins at a place, and where it ends; broken data belongs to the body."""
    if text[at : at + 1] == "-":
        return {}, at + 1
    elements: dict[str, dict[str, str]] = {}
    for _ in range(ELEMENTS):
        if text[at : at + 1] != "[":
            break
        name = _ELEMENT.match(text, at)
        if name is None:
            break
        end = name.end()
        found: dict[str, str] = {}
        for _ in range(PARAMETERS):
            parameter = _PARAMETER.match(text, end)
            if parameter is None:
                break
            found.setdefault(parameter[1], _ESCAPED.sub(r"\1", parameter[2]))
            end = parameter.end()
        close = _CLOSE.match(text, end)
        if close is None:
            break
        elements.setdefault(name[1], found)
        at = close.end()
    return elements, at


def _older(text: str, at: int, priority: int | None, near: int) -> Frame:
    start = at
    while start < len(text) and text[start] in " *:.":  # Cisco marks a clock that is not in step so
        start += 1
    told, used, zoned = stamp(text[start : start + 48], near, whole=False)
    if not used:
        body = text[at:]
        tag = _TAG.match(body) if priority is not None else None
        return Frame(
            priority=priority,
            app=tag[1] if tag else "",
            procid=(tag[2] or "") if tag else "",
            body=_plain(body[tag.end() :] if tag else body),
        )
    at = start + used
    host = _HOST.match(text, at)
    if host:
        at = host.end()
    tag = _TAG.match(text, at)
    if tag:
        at = tag.end()
    return Frame(
        priority=priority,
        at=told,
        zoned=zoned,
        host=host[1] if host else "",
        app=tag[1] if tag else "",
        procid=(tag[2] or "") if tag else "",
        body=_plain(text[at:].lstrip(" \t")),
    )


def _plain(body: str) -> str:
    """Body with tab, LF and CR that a relay wrote as #011, #012, #015 (rsyslog does) put back; only where none is left."""
    if "#01" in body and "\t" not in body and "\n" not in body:
        return _CONTROL.sub(lambda found: _CONTROLS[found[1]], body)
    return body
