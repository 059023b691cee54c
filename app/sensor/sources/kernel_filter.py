"""Filters that the kernel runs: identity traffic by a program of our own, any other text by libpcap."""

import ctypes
import ctypes.util
import struct
from collections.abc import Iterable

from app.sensor.sources.living import Cannot

ETHERNET, RAW = 1, 12
"""What a frame of the interface begins with: DLT_EN10MB, or the IP header itself (DLT_RAW)."""
WHOLE = 1 << 18
"""Bytes of a packet that pass."""
LDH, LDB, LDXI, LD_MEM, ST, TAX, TXA = 0x28, 0x30, 0x01, 0x60, 0x02, 0x07, 0x87
W_X, H_X, B_X = 0x40, 0x48, 0x50
ADD, ADD_X, AND, LSH, RSH, JA, JEQ, JGE, JSET, RET = 0x04, 0x0C, 0x54, 0x64, 0x74, 0x05, 0x15, 0x35, 0x45, 0x06
"""Instructions of the classic filter machine (linux/bpf_common.h)."""
TAGS, WRAPPED = (0x8100, 0x88A8, 0x9100, 0x9200), (0x8864, 0x8847, 0x8848)
"""EtherTypes of VLAN tags; of PPPoE and MPLS, which pass as they are."""
INSIDE4, INSIDE6 = (4, 41, 47, 51), (0, 4, 41, 43, 44, 47, 51, 60, 135)
"""IP protocols that carry other packets, and IPv6 extension headers: they pass whole (IANA protocol numbers)."""
TUNNELS = (4789, 4790, 8472, 6081, 6635, 37008)
"""UDP ports of VXLAN (RFC 7348), its kind that tells a protocol, that of older Linux, GENEVE, MPLS, TZSP."""
DYNAMIC = 32768
"""RPC services listen on ports from 49152 on, clients ask from 32768 on; a TCP packet passes when both its ports are so high."""
HEADS = tuple(int.from_bytes(word, "big") for word in (b"GET ", b"POST", b"PUT ", b"HTTP", b"RPC_", b"OPTI"))
SMB = tuple(int.from_bytes(word, "big") for word in (b"\xffSMB", b"\xfeSMB", b"\xfdSMB"))

Line = tuple[int, int, str, str] | str
"""(instruction, operand, label when true, label when false), "" being the next line; or a label."""


def everything() -> bytes:
    """Lets all packets pass."""
    return struct.pack("=HBBI", RET, 0, 0, WHOLE)


def nothing() -> bytes:
    """Lets no packet pass."""
    return struct.pack("=HBBI", RET, 0, 0, 0)


def identity_filter(tcp: Iterable[int], udp: Iterable[int], link: int = ETHERNET) -> bytes:
    """Packets of these server ports, what may be RPC, SMB or HTTP on other ports, IP fragments, tunnels of mirrors.

    An array of struct sock_filter for SO_ATTACH_FILTER. A load past the end of a packet rejects it, which is what is wanted.
    """
    lines: list[Line] = []
    if link == ETHERNET:
        for at in (12, 16, 20):  # the type stands behind up to two tags
            lines += [(LDXI, at + 2, "", ""), (LDH, at, "", "")]
            if at < 20:
                lines += [*_any(JEQ, TAGS, f"tag{at}"), (JA, 0, "typed", ""), f"tag{at}"]
        lines += ["typed", (JEQ, 0x0800, "ip4", ""), (JEQ, 0x86DD, "ip6", ""), *_any(JEQ, WRAPPED, "pass"), (JA, 0, "drop", "")]
    else:
        lines += [(LDXI, 0, "", ""), (LDB, 0, "", ""), (RSH, 4, "", ""), (JEQ, 4, "ip4", ""), (JEQ, 6, "ip6", "drop")]
    lines += [
        "ip4",
        (H_X, 6, "", ""),
        (JSET, 0x3FFF, "pass", ""),
        (B_X, 9, "", ""),
        (ST, 1, "", ""),
        *_any(JEQ, INSIDE4, "pass"),
        (B_X, 0, "", ""),
        (AND, 15, "", ""),
        (LSH, 2, "", ""),
        (JA, 0, "transport", ""),
        "ip6",
        (B_X, 6, "", ""),
        (ST, 1, "", ""),
        *_any(JEQ, INSIDE6, "pass"),
        (0x00, 40, "", ""),
        "transport",  # the accumulator holds the length of the IP header
        (ADD_X, 0, "", ""),
        (TAX, 0, "", ""),
        (LD_MEM, 1, "", ""),
        (JEQ, 6, "tcp", ""),
        (JEQ, 17, "", "drop"),
        (H_X, 0, "", ""),
        *_any(JEQ, sorted({*udp, *TUNNELS}), "pass"),
        (H_X, 2, "", ""),
        *_any(JEQ, sorted({*udp, *TUNNELS}), "pass"),
        (W_X, 8, "", ""),
        (JEQ, 0x08000000, "pass", "drop"),  # VXLAN on any port (RFC 7348 section 5)
        "pass",
        (RET, WHOLE, "", ""),
        "tcp",
        (H_X, 0, "", ""),
        *_any(JEQ, sorted({*tcp}), "pass2"),
        (JGE, DYNAMIC, "", "low"),
        (H_X, 2, "", ""),
        (JGE, DYNAMIC, "pass2", "low"),
        "low",
        (H_X, 2, "", ""),
        *_any(JEQ, sorted({*tcp}), "pass2"),
        (B_X, 12, "", ""),
        (RSH, 2, "", ""),
        (AND, 0x3C, "", ""),
        (ADD_X, 0, "", ""),
        (TAX, 0, "", ""),
        (W_X, 0, "", ""),
        *_any(JEQ, HEADS, "pass2"),
        (AND, 0xFFFE0000, "", ""),
        (JEQ, 0x05000000, "", "smb"),  # DCE/RPC 5.0 or 5.1 (C706 section 12.6.3.1)
        (W_X, 4, "", ""),
        (AND, 0xEFFFFFFF, "", ""),
        (JEQ, 0, "pass2", "drop"),
        "smb",
        (B_X, 0, "", ""),
        (JEQ, 0, "", "drop"),
        (W_X, 4, "", ""),
        *_any(JEQ, SMB, "pass2"),
        "drop",
        (RET, 0, "", ""),
        "pass2",
        (RET, WHOLE, "", ""),
    ]
    return _assembled(lines)


def _any(code: int, values: Iterable[int], label: str) -> list[Line]:
    return [(code, one, label, "") for one in values]


def _assembled(lines: list[Line]) -> bytes:
    """Machine code; jumps go forward by at most 255, but for JA."""
    places: dict[str, int] = {}
    code: list[tuple[int, int, str, str]] = []
    for line in lines:
        if isinstance(line, str):
            places[line] = len(code)
        else:
            code.append(line)
    out = bytearray()
    for number, (op, operand, true, false) in enumerate(code):
        if op == JA:
            out += struct.pack("=HBBI", op, 0, 0, places[true] - number - 1)
        elif op in (JEQ, JGE, JSET):
            jumps = [places[one] - number - 1 if one else 0 for one in (true, false)]
            out += struct.pack("=HBBI", op, *jumps, operand)
        else:
            out += struct.pack("=HBBI", op, 0, 0, operand)
    return bytes(out)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint), ("lines", ctypes.c_void_p)]


def compiled(text: str, link: int = ETHERNET) -> bytes:
    """The program of a pcap filter text (pcap-filter(7)). Raises Cannot when it is wrong or libpcap is not there.

    Tags of VLANs are taken off by the kernel before the filter runs, so that "vlan" finds none.
    """
    name = ctypes.util.find_library("pcap") or "libpcap.so.0.8"
    try:
        pcap = ctypes.CDLL(name)
    except OSError as error:
        raise Cannot("a filter text needs libpcap, which is not installed here") from error
    pcap.pcap_open_dead.restype = ctypes.c_void_p
    pcap.pcap_geterr.restype = ctypes.c_char_p
    handle = ctypes.c_void_p(pcap.pcap_open_dead(link, WHOLE))
    program = _Program()
    try:
        if pcap.pcap_compile(handle, ctypes.byref(program), text.encode(), 1, ctypes.c_uint(0xFFFFFFFF)):
            why = (pcap.pcap_geterr(handle) or b"").decode(errors="replace")
            raise Cannot(f"the filter is not understood: {why}")
        code = ctypes.string_at(program.lines, program.length * 8)
        pcap.pcap_freecode(ctypes.byref(program))
    finally:
        pcap.pcap_close(handle)
    return code
