"""Capture packets of interfaces over libpcap or Npcap and write them as a pcap stream to standard output."""

# SPDX-License-Identifier: GPL-2.0-or-later
# A part of the separate program; ends when standard input closes. Standard error gets JSON lines:
# {"ready": true}, {"error": "one sentence"}, {"dropped": {interface: packets in all}}

import argparse
import json
import os
import select
import struct
import sys
import threading
import time

SNAP = 262_144
ETHERNET = 1


def say(**words: object) -> None:
    """One line about what happens."""
    print(json.dumps(words), file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Capture until standard input closes."""
    parser = argparse.ArgumentParser(prog="capture")
    parser.add_argument("--filter", default="")
    parser.add_argument("interfaces", nargs="+")
    options = parser.parse_args(arguments)
    from scapy.config import conf

    conf.use_pcap = True
    try:
        import scapy.arch.libpcap
        from scapy.libs.winpcapy import pcap_stat, pcap_stats

        conf.sniff_promisc = True
        opened = {name: scapy.arch.libpcap.open_pcap(name, SNAP, name != "lo", 100, monitor=None) for name in options.interfaces}
        for handle in opened.values():
            if options.filter:
                handle.setfilter(options.filter)
            handle.setnonblock(True)
    except Exception as error:
        say(error=f"capturing over libpcap is not possible: {str(error) or type(error).__name__}")
        return 1
    links = {handle.datalink() for handle in opened.values()}
    if len(links) != 1:
        say(error="these interfaces have frames of different kinds; capture each on its own")
        return 1
    stopped = threading.Event()

    def watch() -> None:
        while os.read(0, 4096):
            pass
        stopped.set()

    threading.Thread(target=watch, daemon=True).start()
    out = sys.stdout.buffer
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAP, links.pop()))
    out.flush()
    say(ready=True)

    def tell() -> None:
        counted = {}
        for name, handle in opened.items():
            stat = pcap_stat()
            if pcap_stats(handle.pcap, stat) == 0:
                counted[name] = int(stat.ps_drop)
        say(dropped=counted)

    due = time.monotonic() + 1
    while not stopped.is_set():
        got = 0
        for handle in opened.values():
            for _ in range(1000):
                _, data = handle.next()
                if data is None:
                    break
                got += 1
                header = handle.header.contents
                out.write(struct.pack("<IIII", header.ts.tv_sec, header.ts.tv_usec, len(data), header.len) + data)
        if not got:
            out.flush()
            if os.name == "nt":
                time.sleep(0.02)
            else:
                select.select([handle.fileno() for handle in opened.values()], [], [], 0.1)
        if time.monotonic() > due:
            due = time.monotonic() + 1
            tell()
    out.flush()
    tell()
    return 0
