"""Where one syslog message ends and the next begins in a stream (RFC 6587) or a text file."""

import re

LARGEST = 1 << 18
"""Bytes of the longest message that is taken."""
_COUNT = re.compile(rb"([1-9]\d{0,8}) ")
_END = re.compile(rb"[\n\0]")
_START = re.compile(
    rb"<\d{1,3}>|CEF:|LEEF:|RsaSA\s|[{]|[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d|AgentDevice="
    rb"|\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(?:\.\d{1,7})? [AP]M\r?\Z"
)
_LINES = re.compile(rb"RsaSA\r?(?:\n|\Z)|(?:^|[\s])(?:EventCode|LogName|Logfile|SourceName|ComputerName|TimeGenerated)=")
# an octet-counted or plain header with nothing behind it: Splunk's form begins with a line break; or the time alone above it
_BARE = re.compile(rb"<\d{1,3}>.{0,120}[^\r]\r\Z|\d\d/\d\d/\d{4} [\d:.]{8,16} [AP]M\r?\Z", re.S)


def begins(line: bytes) -> bool:
    """True when a line looks like the first of a message."""
    return _START.match(line) is not None


def goes_on(line: bytes) -> bool:
    """True when the message that begins with this line is of a form that has many lines (Splunk's and RSA's)."""
    return _LINES.search(line, 0, 2048) is not None or _BARE.match(line) is not None


class Framing:
    """The messages of one stream, whatever pieces it comes in.

    Octet counting where a message begins with its length and a space, else LF or NUL ends it; both may take turns. Messages of
    many lines are put together again where LF ends them. oversize: messages longer than LARGEST so far, which are left out.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        self.largest = largest
        self.oversize = 0
        self._buffer = bytearray()
        self._skip = 0
        self._dropping = False
        self._looked = 0
        self._held: list[bytes] = []
        self._holds = 0

    @property
    def partial(self) -> bool:
        """True while a message has begun and not ended."""
        return bool(self._buffer or self._skip or self._dropping)

    @property
    def size(self) -> int:
        """Bytes that are held of messages that have not ended."""
        return len(self._buffer) + self._holds

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that end in data."""
        self._buffer += data
        buffer, size, at = self._buffer, len(self._buffer), 0
        out: list[bytes] = []
        while at < size:
            if self._skip:
                step = min(self._skip, size - at)
                self._skip -= step
                at += step
                continue
            if buffer[at] in b"\r\n\0" and not self._dropping:
                if self._held and buffer[at] == 10 and self._holds < self.largest:
                    self._hold(b"")
                at += 1
                self._looked = 0
                continue
            if 0x31 <= buffer[at] <= 0x39 and not self._dropping:
                counted = _COUNT.match(buffer, at)
                if counted:
                    begin, length = counted.end(), int(counted[1])
                    if length > self.largest:
                        self.oversize += 1
                        self._skip, at = length, begin
                    elif size - begin < length:
                        break
                    else:
                        self._release(out)
                        out.append(bytes(buffer[begin : begin + length]))
                        at = begin + length
                    continue
                if size - at < 10 and buffer[at:].isdigit():
                    break
            end = _END.search(buffer, at + self._looked)
            if end is None:
                self._looked = size - at
                if self._dropping or size - at > self.largest:
                    self.oversize += not self._dropping
                    self._dropping, self._looked, at = True, 0, size
                break
            if self._dropping:
                self._dropping = False
            elif end.start() - at > self.largest:
                self.oversize += 1
            else:
                self._line(bytes(buffer[at : end.start()]), out)
            self._looked, at = 0, end.end()
        del buffer[:at]
        return out

    def flush(self) -> list[bytes]:
        """The message of many lines that waits for more, when none came for a while."""
        out: list[bytes] = []
        self._release(out)
        return out

    def rest(self) -> list[bytes]:
        """What is left when the stream ends: a last message without its end, as far as it has no count."""
        out = self.flush()
        if self._buffer and not self._skip and not self._dropping and not _COUNT.match(self._buffer):
            out.append(bytes(self._buffer))
            self._buffer.clear()
        return out

    def _line(self, line: bytes, out: list[bytes]) -> None:
        if self._held:
            if not begins(line) and self._holds + len(line) < self.largest:
                self._hold(line)
                return
            self._release(out)
        if goes_on(line):
            self._hold(line)
        else:
            out.append(line)

    def _hold(self, line: bytes) -> None:
        self._held.append(line)
        self._holds += len(line) + 1

    def _release(self, out: list[bytes]) -> None:
        if self._held:
            out.append(b"\n".join(self._held))
            self._held.clear()
            self._holds = 0
