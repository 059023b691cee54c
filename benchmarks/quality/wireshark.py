"""The peer for captures: tshark with display filters of common practice, one for each technique, as hunting guides print them.

A filter that matches at least so many frames speaks. Counts are what guides say where they say any, else one.
"""

import subprocess
from pathlib import Path

FILTERS: tuple[tuple[str, int, frozenset[int], str], ...] = (
    ("DCSync", 1, frozenset({2006}), "drsuapi.opnum == 3"),
    ("DCShadow", 1, frozenset({2028, 2029}), "drsuapi.opnum == 5 || drsuapi.opnum == 17"),
    ("AS-REP roasting", 1, frozenset({2412}), "kerberos.msg_type == 11 && kerberos.etype == 23"),
    ("Kerberoasting", 1, frozenset({2410}), "kerberos.msg_type == 13 && kerberos.etype == 23"),
    (
        "overpass-the-hash",
        1,
        frozenset({2008, 2002}),
        "kerberos.msg_type == 10 && kerberos.etype == 23 && !(kerberos.etype == 18)",
    ),
    ("golden ticket, RC4", 1, frozenset({2009}), "kerberos.msg_type == 12 && kerberos.etype == 23 && !(kerberos.etype == 18)"),
    ("account enumeration", 5, frozenset({2003}), "kerberos.error_code == 6"),
    ("guessing, Kerberos", 5, frozenset({2023}), "kerberos.error_code == 24"),
    ("guessing, NTLM", 5, frozenset({2023}), "smb2.nt_status == 0xc000006d || smb.nt_status == 0xc000006d"),
    ("guessing, LDAP", 5, frozenset({2004, 2023}), "ldap.resultCode == 49"),
    ("clear-text bind", 1, frozenset({0}), "ldap.simple && ldap.name"),
    (
        "LDAP reconnaissance",
        1,
        frozenset({2038, 2210}),
        'ldap.assertionValue contains "admin" || ldap.baseObject contains "Configuration"',
    ),
    (
        "SAM-R",
        1,
        frozenset({2021}),
        "samr.opnum == 13 || samr.opnum == 11 || samr.opnum == 15 || samr.opnum == 25 || samr.opnum == 33",
    ),
    ("session enumeration", 1, frozenset({2012}), "srvsvc.opnum == 12"),
    ("remote service", 1, frozenset({2019}), "svcctl.opnum == 12 || svcctl.opnum == 24 || svcctl.opnum == 19"),
    ("remote task", 1, frozenset({2019}), "atsvc.opnum == 0 || dcerpc.cn_bind_to_uuid == 86d35949-83c9-4044-b424-db363231fd0c"),
    ("WMI, DCOM", 1, frozenset({2019}), "isystemactivator.opnum == 4 || dcom.clsid"),
    ("WinRM", 1, frozenset({2019}), 'http.request.uri contains "wsman"'),
    ("Zerologon", 1, frozenset({2411}), "netlogon.clientchallenge == 00:00:00:00:00:00:00:00 || netlogon.opnum == 30"),
    ("printer", 1, frozenset({2415}), "spoolss.opnum == 65 || spoolss.opnum == 62 || spoolss.opnum == 89"),
    ("EFS", 1, frozenset({2416}), "efs || dcerpc.cn_bind_to_uuid == c681d488-d850-11d0-8c52-00c04fd90f7e"),
    ("DFS", 1, frozenset({2426}), "netdfs.opnum == 12 || netdfs.opnum == 13"),
    ("DPAPI", 1, frozenset({2020}), "lsarpc.opnum == 43 || lsarpc.opnum == 28"),
    ("zone transfer", 1, frozenset({2007}), "dns.qry.type == 252"),
    ("password set", 1, frozenset({3025}), "samr.opnum == 58 || samr.opnum == 37 || kpasswd"),
    ("computer account", 1, frozenset({3007}), "samr.opnum == 50"),
    ("sensitive group", 1, frozenset({2024}), "samr.opnum == 22 || samr.opnum == 31 || ldap.protocolOp == 6"),
    ("log cleared", 1, frozenset({3014}), "eventlog.opnum == 0"),
    ("SMBGhost", 1, frozenset({2406}), "frame contains fc:53:4d:42"),
    ("ntds.dit", 1, frozenset({2030}), 'smb2.filename contains "ntds.dit"'),
)


def spoken(path: Path) -> dict[str, frozenset[int]]:
    """Names of the filters that match a capture, with what each claims; all in one walk (tap io,stat over the whole span)."""
    tap = "io,stat,0," + ",".join(filter for _, _, _, filter in FILTERS)
    done = subprocess.run(["tshark", "-n", "-q", "-r", str(path), "-z", tap], capture_output=True, timeout=300)
    rows = [line for line in done.stdout.decode(errors="replace").splitlines() if "<>" in line]
    if not rows:  # a capture of one moment has no interval
        return {name: claims for name, least, claims, filter in FILTERS if _count(path, filter) >= least}
    frames = [int(cell) for cell in rows[-1].strip("| ").split("|")[1::2]]
    return {name: claims for (name, least, claims, _), count in zip(FILTERS, frames, strict=True) if count >= least}


def _count(path: Path, filter: str) -> int:
    done = subprocess.run(
        ["tshark", "-n", "-r", str(path), "-Y", filter, "-T", "fields", "-e", "frame.number"], capture_output=True, timeout=300
    )
    return len(done.stdout.split())
