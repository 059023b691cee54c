"""Read requests for dissection as JSON lines on standard input, write one JSON line for each answer."""

# SPDX-License-Identifier: GPL-2.0-or-later
# This program is separate from Wardlight: it imports nothing of it, and is only ever run as a process of its own,
# so that a hostile packet cannot take the window down.
#
# request: {"link": LINKTYPE number, "data": hexadecimal bytes}
#          and for a frame that is a part of a TCP message: {"message": hexadecimal bytes of its payload from all frames,
#          "sport": port, "dport": port, "frames": how many}
# answer:  {"fields": [field...]} or {"error": "one sentence"}
# field:   {"name": text, "value": text, "start": byte, "length": bytes, "children": [field...]}
#          the message is the last one, with "joined": true; start counts in the message there, for all inside it too

import json
import logging
import struct
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from scapy.config import conf  # noqa: E402
from scapy.fields import ConditionalField, Field, PacketField, PacketListField  # noqa: E402
from scapy.layers.inet import TCP  # noqa: E402
from scapy.packet import NoPayload, Packet, Raw  # noqa: E402

LAYERS = "inet inet6 l2 dns dhcp netbios kerberos ldap smb smb2 smbserver dcerpc ntlm spnego gssapi radius vxlan ntp llmnr"
MAX_DEPTH = 24
MAX_FIELDS = 4000
MAX_VALUE = 300
MAX_MESSAGE = 1 << 20
LOOPBACK, ETHERNET, RAW_LINKS, SLL, SLL2 = (0, 108), 1, (12, 14, 101, 228, 229), 113, 276


def load_layers() -> None:
    """Import the layers that a domain controller's traffic is made of; each one that fails is left out."""
    for name in LAYERS.split():
        try:
            __import__(f"scapy.layers.{name}")
        except Exception:  # a layer that this scapy does not have or cannot load is no reason to show nothing
            continue


def first_layer(link: int, data: bytes) -> Packet:
    """The frame as scapy's outermost layer for this link type."""
    if link in RAW_LINKS:
        link = 229 if data[:1] and data[0] >> 4 == 6 else 228
        layer = conf.l3types.num2layer.get(0x86DD if link == 229 else 0x0800)
    else:
        layer = conf.l2types.num2layer.get(link)
    return (layer or Raw)(data)


def shown(layer: Packet, field: Field, value: object) -> str:
    """Value of a field as one line of text."""
    try:
        text = field.i2repr(layer, value)
    except Exception:
        text = repr(value)
    text = "".join(c if c.isprintable() else "." for c in str(text))
    return text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "…"


def said(layer: Packet) -> str:
    """What a layer says of itself, without its own name again."""
    text = layer.summary().split(" / ")[0]
    for name in (layer.name, layer.__class__.__name__):
        if text == name or text.startswith(f"{name} "):
            text = text[len(name) :].strip()
    return text[:MAX_VALUE]


class Walk:
    """Turns layers into fields with places, within bounds."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = MAX_FIELDS

    def layers(self, packet: Packet, start: int, depth: int = 0) -> list[dict]:
        """One entry for each layer of the packet, outermost first."""
        out = []
        while packet is not None and not isinstance(packet, NoPayload) and self.left > 0:
            own = packet.raw_packet_cache
            whole = own if own is not None else packet.original or b""
            header = len(own) if own is not None else len(whole) - len(packet.payload.original if packet.payload else b"")
            found = self.data.find(whole, start) if whole else -1
            start = found if found >= 0 else start
            length = max(header, 0)
            if start + length > len(self.data):  # bytes that scapy made itself are nowhere in the frame
                start, length = min(start, len(self.data)), 0
            out.append(
                {
                    "name": packet.name or packet.__class__.__name__,
                    "value": said(packet) if depth == 0 else "",
                    "start": start,
                    "length": length,
                    "children": self.fields(packet, start, start + length, depth + 1),
                }
            )
            start += length
            packet = packet.payload
        return out

    def fields(self, layer: Packet, start: int, end: int, depth: int) -> list[dict]:
        """The fields of one layer; a field's place is found by building it again, its size is 0 where that cannot be told."""
        out: list[dict] = []
        if depth > MAX_DEPTH:
            return out
        cursor, bits = start, 0
        for described in layer.fields_desc:
            if self.left <= 0:
                break
            self.left -= 1
            value = layer.getfieldval(described.name)
            if isinstance(described, ConditionalField) and (value is None or not described._evalcond(layer)):
                continue
            children: list[dict] = []
            inner = described.fld if isinstance(described, ConditionalField) else described
            items = value if isinstance(value, list) else [value]
            if any(isinstance(item, Packet) for item in items):
                at = cursor
                for item in items:
                    if isinstance(item, Packet):
                        children += self.layers(item, at, depth + 1)
                        at = max((c["start"] + c["length"] for c in children), default=at)
            size, bits = self.size(layer, inner, value, bits)
            size = max(0, min(size, end - cursor))
            text = "" if children else shown(layer, inner, value)
            out.append(
                {
                    "name": described.name,
                    "value": text,
                    "start": cursor,
                    "length": size or (1 if bits else 0),
                    "children": children,
                }
            )
            cursor += size
        return out

    def own(self, item: Packet) -> int:
        """Bytes of a packet inside a field, with what it carries."""
        own = item.raw_packet_cache
        if own is None:
            return len(item.original)
        inner = item.payload
        return len(own) + (self.own(inner) if inner and not isinstance(inner, NoPayload) else 0)

    def size(self, layer: Packet, field: Field, value: object, bits: int) -> tuple[int, int]:
        """(whole bytes that the field covers, bits of the next byte already used)."""
        width = getattr(field, "size", None)
        if width and field.__class__.__name__.startswith(("Bit", "Flags", "XBit")) and isinstance(width, (int, float)):
            total = bits + int(width)
            return (total // 8, total % 8)
        try:
            items = value if isinstance(value, list) else [value]
            if isinstance(field, (PacketField, PacketListField)) or any(isinstance(item, Packet) for item in items):
                return sum(self.own(item) for item in items if isinstance(item, Packet)), 0
            return len(field.addfield(layer, b"", value)), 0
        except Exception:
            return 0, 0


def answer(request: dict) -> dict:
    """Dissect one frame."""
    data = bytes.fromhex(request["data"])
    packet = first_layer(int(request["link"]), data)
    fields = Walk(data).layers(packet, 0)
    if request.get("message"):
        try:
            fields.append(message(request, packet))
        except Exception:  # the frame's own fields are still worth showing; so they are when this nests too deeply
            return {"fields": fields}
    return {"fields": fields}


def message(request: dict, frame: Packet) -> dict:
    """The joined payload as one field, taken apart as what these ports carry, else as what the frame's own payload is."""
    data = bytes.fromhex(request["message"])[:MAX_MESSAGE]
    ports = int(request["sport"]), int(request["dport"])
    whole = TCP(struct.pack(">HHIIBBHHH", *ports, 0, 0, 5 << 4, 0x10, 0, 0, 0) + data).payload
    carried = frame[TCP].payload if frame.haslayer(TCP) else None
    if isinstance(whole, Raw) and carried and not isinstance(carried, (NoPayload, Raw)):
        whole = carried.__class__(data)
    return {
        "name": f"Message of {int(request['frames'])} frames",
        "value": "",
        "start": 0,
        "length": len(data),
        "joined": True,
        "children": Walk(data).layers(whole, 0),
    }


def main() -> None:
    """Answer until standard input ends."""
    load_layers()
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except RecursionError:
            reply = {"error": "The packet is nested too deeply to be taken apart."}
        except Exception as error:
            reply = {"error": f"The packet could not be taken apart: {type(error).__name__}."}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["capture"]:
        from app.dissector.capture import main as capture

        sys.exit(capture(words[1:]))
    main()
