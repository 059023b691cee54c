"""The Windows event log through wevtapi.dll: one channel, its events as XML, its bookmark. Written from the API's documentation.

Not run on Windows so far. Windows only: importing it elsewhere fails where the library is opened, not before.
"""

import ctypes
import sys
from ctypes import byref, c_uint32, c_void_p, c_wchar_p
from typing import Any

FUTURE, OLDEST, AFTER_BOOKMARK, STRICT = 1, 2, 3, 0x10000
"""EVT_SUBSCRIBE_FLAGS."""
EVENT_XML, BOOKMARK = 1, 2
"""EVT_RENDER_FLAGS."""
NO_MORE_ITEMS, INSUFFICIENT_BUFFER, TIMEOUT, NOT_FOUND, STALE, NO_CHANNEL = 259, 122, 1460, 1168, 15011, 15007
"""Error codes of winerror.h; STALE is ERROR_EVT_QUERY_RESULT_STALE, NO_CHANNEL ERROR_EVT_CHANNEL_NOT_FOUND."""
LONGEST = 4 << 20
"""Bytes of one rendered event."""


def _library(name: str) -> Any:
    if sys.platform != "win32":
        raise OSError("this is not Windows")
    return ctypes.WinDLL(name, use_last_error=True)


def _code() -> int:
    if sys.platform != "win32":
        return 0
    return ctypes.get_last_error()


def _failure(what: str) -> OSError:
    if sys.platform != "win32":
        return OSError(0, what)
    code = _code()
    return (FileNotFoundError if code == NO_CHANNEL else OSError)(code, f"{what}: {ctypes.FormatError(code)}")


def open_channel(channel: str, bookmark: str) -> tuple["Channel", bool]:
    """Subscribe to a channel after the bookmark, or with all that it holds; see app.sensor.sources.winlog.Open."""
    if not bookmark:
        return Channel(channel, "", OLDEST), False
    try:
        return Channel(channel, bookmark, AFTER_BOOKMARK | STRICT), False
    except OSError as error:
        if error.errno not in (NOT_FOUND, STALE):
            raise
    return Channel(channel, bookmark, AFTER_BOOKMARK), True


class Channel:
    """An open subscription, asked for its events (pull model with a signal)."""

    def __init__(self, channel: str, bookmark: str, flags: int) -> None:
        self._api, self._kernel = _library("wevtapi"), _library("kernel32")
        for name, kinds in (
            ("EvtCreateBookmark", (c_wchar_p,)),
            ("EvtSubscribe", (c_void_p, c_void_p, c_wchar_p, c_wchar_p, c_void_p, c_void_p, c_void_p, c_uint32)),
            ("EvtNext", (c_void_p, c_uint32, c_void_p, c_uint32, c_uint32, c_void_p)),
            ("EvtRender", (c_void_p, c_void_p, c_uint32, c_uint32, c_void_p, c_void_p, c_void_p)),
            ("EvtUpdateBookmark", (c_void_p, c_void_p)),
            ("EvtClose", (c_void_p,)),
        ):
            function = getattr(self._api, name)
            function.argtypes = kinds
            function.restype = c_void_p if name in ("EvtCreateBookmark", "EvtSubscribe") else ctypes.c_int
        self._kernel.CreateEventW.restype = c_void_p
        self._kernel.CreateEventW.argtypes = (c_void_p, ctypes.c_int, ctypes.c_int, c_wchar_p)
        for name, more in (("ResetEvent", ()), ("CloseHandle", ()), ("WaitForSingleObject", (c_uint32,))):
            getattr(self._kernel, name).argtypes = (c_void_p, *more)
        self._signal = self._kernel.CreateEventW(None, 1, 1, None)
        self._bookmark = self._api.EvtCreateBookmark(bookmark or None)
        if not self._bookmark and bookmark:  # it is damaged: begin anew
            self._bookmark = self._api.EvtCreateBookmark(None)
            flags = OLDEST
        start = self._bookmark if flags & 0xFFFF == AFTER_BOOKMARK else None
        self._subscription = self._api.EvtSubscribe(None, self._signal, channel, "*", start, None, None, flags)
        if not self._subscription:
            error = _failure("the channel cannot be opened")
            self.close()
            raise error

    def next(self, most: int, wait: float) -> list[str]:
        """At most so many events as XML, waiting so many seconds for the first. Raises OSError."""
        texts = self._ready(most)
        if not texts and self._kernel.WaitForSingleObject(self._signal, int(wait * 1000)) == 0:
            texts = self._ready(most)
        return texts

    def _ready(self, most: int) -> list[str]:
        handles, count = (c_void_p * most)(), c_uint32(0)
        if not self._api.EvtNext(self._subscription, most, handles, 0, 0, byref(count)):
            code = _code()
            if code not in (NO_MORE_ITEMS, TIMEOUT):
                raise _failure("events cannot be fetched")
            self._kernel.ResetEvent(self._signal)
            return []
        texts = []
        for handle in handles[: count.value]:
            texts.append(self._rendered(handle, EVENT_XML))
            self._api.EvtUpdateBookmark(self._bookmark, handle)
            self._api.EvtClose(handle)
        return texts

    def _rendered(self, handle: Any, form: int) -> str:
        used, properties, size = c_uint32(0), c_uint32(0), 1 << 15
        while True:
            buffer = ctypes.create_unicode_buffer(size)
            if self._api.EvtRender(None, handle, form, size * 2, buffer, byref(used), byref(properties)):
                return buffer.value
            code = _code()
            if code != INSUFFICIENT_BUFFER or used.value > LONGEST:
                return ""  # counted as a broken event by who asked
            size = used.value // 2 + 1

    def bookmark(self) -> str:
        """The bookmark as XML."""
        return self._rendered(self._bookmark, BOOKMARK)

    def close(self) -> None:
        """Give all handles back; safe to call twice."""
        for name in ("_subscription", "_bookmark"):
            handle = getattr(self, name, None)
            setattr(self, name, None)
            if handle:
                self._api.EvtClose(handle)
        if self._signal:
            self._kernel.CloseHandle(self._signal)
            self._signal = None
