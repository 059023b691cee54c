"""An OpenLDAP server on the loopback that holds what a large Active Directory holds, for benchmarks/directory.py."""

import os
import shutil
import struct
import subprocess
import time
import uuid
from pathlib import Path

from app.sensor.decoders.directory.object import READ
from tests.integration.samba.certificates import Authority
from tests.integration.samba.controller import BASE, PASSWORD

PORT = 10636
SCHEMAS = ("core", "cosine", "inetorgperson")
THERE = {
    "objectclass", "description", "name", "title", "telephonenumber", "member", "mail", "manager", "usercertificate",
    "displayname", "department", "homedirectory",
}  # fmt: skip
"""Attributes that these schemas define, or that are left out."""
NUMBERS = {"usnchanged", "admincount", "highestcommittedusn"}
MORE = ("nTSecurityDescriptor", "dsServiceName", "highestCommittedUSN", "defaultNamingContext", "configurationNamingContext")
DOMAIN = struct.pack("<BB6s4I", 1, 5, b"\0\0\0\0\0\5", 21, 1001, 2002, 3003)
TICKS = 134_399_347_348_111_650


class Openldap:
    """The server from provision() to remove()."""

    url, user = f"ldaps://127.0.0.1:{PORT}", f"cn=admin,{BASE}"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._usn = 100_000

    def provision(self) -> None:
        """Write schema, configuration and root DSE."""
        names = [one for one in (*READ, *MORE) if one.lower() not in THERE]
        lines = []
        for number, name in enumerate(names):
            kind = "EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27"
            if name.lower() not in NUMBERS:
                kind = "EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40"
            lines.append(f"attributetype ( 1.3.6.1.4.1.99999.1.{number} NAME '{name}' {kind} )")
        may = " $ ".join([*names, "displayName", "description", "title", "mail", "member", "name", "dc", "cn"])
        for number, kind in enumerate(("user", "computer", "group", "domainDNS", "holder")):
            above = "user" if kind == "computer" else "top"
            head = f"objectclass ( 1.3.6.1.4.1.99999.2.{number} NAME '{kind}' SUP {above} STRUCTURAL"
            lines.append(f"{head} MAY ( {may} ) )")
        (self.folder / "own.schema").write_text("\n".join(lines) + "\n")
        self.authority.issue("127.0.0.1", self.folder / "cert.pem", self.folder / "key.pem")
        (self.folder / "data").mkdir()
        own = self.folder
        (self.folder / "slapd.conf").write_text(
            "".join(f"include /etc/ldap/schema/{one}.schema\n" for one in SCHEMAS)
            + f"include {own}/own.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {own}/pid\n"
            f"TLSCACertificateFile {self.authority.file}\nTLSCertificateFile {own}/cert.pem\n"
            f"TLSCertificateKeyFile {own}/key.pem\nrootDSE {own}/root.ldif\nsizelimit unlimited\n"
            f'database mdb\nsuffix "{BASE}"\nrootdn "{self.user}"\nrootpw {PASSWORD}\ndirectory {own}/data\n'
            "maxsize 4294967296\nindex objectClass eq\nindex uSNChanged eq\n"
        )
        self._root()

    def _root(self) -> None:
        (self.folder / "root.ldif").write_text(
            f"dn:\nobjectClass: top\ndsServiceName: CN=NTDS Settings,CN=DC1\nhighestCommittedUSN: {self._usn}\n"
            f"defaultNamingContext: {BASE}\n"
        )

    def fill(self, objects: int) -> None:
        """Nine of ten users, the rest computers, groups of 300 and one of 5,000."""
        file = self.folder / "fill.ldif"
        with file.open("w") as out:
            out.write(f"dn: {BASE}\nobjectClass: domainDNS\ndc: example\nuSNChanged: 1\n{_same(0)}\n")
            out.write(f"dn: CN=Users,{BASE}\nobjectClass: holder\ncn: Users\n\n")
            for number in range(objects):
                out.write(self._account(number) + "\n")
            people = [number for number in range(objects) if number % 10 != 9]
            for group in range(objects // 400):
                some = people[group * 300 : (group + 1) * 300] if group else people[:5000]
                out.write(f"dn: CN=g{group:04},CN=Users,{BASE}\nobjectClass: group\ncn: g{group:04}\nuSNChanged: {group + 9}\n")
                out.write(f"sAMAccountName: g{group:04}\n{_same(1_000_000 + group)}")
                out.writelines(f"member: CN=u{one:06},CN=Users,{BASE}\n" for one in some)
                out.write("\n")
        command = ["/usr/sbin/slapadd", "-q", "-f", str(self.folder / "slapd.conf"), "-l", str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        file.unlink()

    def _account(self, number: int) -> str:
        computer = number % 10 == 9
        name = f"{'c' if computer else 'u'}{number:06}"
        lines = [
            f"dn: CN={name},CN=Users,{BASE}",
            f"objectClass: {'computer' if computer else 'user'}",
            f"cn: {name}",
            f"name: {name}",
            f"sAMAccountName: {name}{'$' if computer else ''}",
            f"displayName: Somebody Number {number}",
            f"description: made for a measurement, department {number % 40}",
            f"userAccountControl: {4096 if computer else 512}",
            f"primaryGroupID: {515 if computer else 513}",
            f"pwdLastSet: {TICKS + number}",
            f"lastLogonTimestamp: {TICKS - number}",
            "accountExpires: 9223372036854775807",
            "whenCreated: 20260101000000.0Z",
            "whenChanged: 20260601000000.0Z",
            f"uSNChanged: {1000 + number}",
        ]
        if computer:
            lines += [f"dNSHostName: {name}.example.test", "operatingSystem: Windows 11 Enterprise"]
            lines += [f"servicePrincipalName: {kind}/{name}.example.test" for kind in ("HOST", "RestrictedKrbHost", "TERMSRV")]
        else:
            lines += [f"mail: {name}@example.test", f"userPrincipalName: {name}@example.test", f"title: Clerk {number % 9}"]
        return "\n".join([*lines, _same(number)])

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = ["/usr/sbin/slapd", "-d", "0", "-f", str(self.folder / "slapd.conf"), "-h", f"ldaps://127.0.0.1:{PORT}/"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        for _ in range(100):
            if (self.folder / "pid").exists():
                time.sleep(0.5)
                return
            time.sleep(0.1)
        raise SystemExit("slapd does not start")

    def changed(self, number: int) -> str:
        """LDIF that changes one person as a controller would, with a new USN."""
        self._usn += 1
        number += number % 10 == 9
        return (
            f"dn: CN=u{number:06},CN=Users,{BASE}\nchangetype: modify\nreplace: title\ntitle: {time.time()}\n-\n"
            f"replace: uSNChanged\nuSNChanged: {self._usn}\n"
        )

    def modify(self, text: str) -> None:
        """Change what it holds, and what its root DSE counts, for which it is started again."""
        environment = os.environ | {"LDAPTLS_CACERT": str(self.authority.file)}
        command = ["ldapmodify", "-x", "-H", self.url, "-D", self.user, "-w", PASSWORD]
        subprocess.run(command, input=text, text=True, check=True, capture_output=True, env=environment)
        self._root()
        self._end()
        self.start()

    def outside(self, *command: str) -> list[str]:
        """No namespace: it listens on the loopback only."""
        return list(command)

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        (self.folder / "pid").unlink(missing_ok=True)

    def remove(self) -> None:
        """End it."""
        self._end()
        shutil.rmtree(self.folder / "data", ignore_errors=True)


def _same(number: int) -> str:
    """GUID and SID, base64 as LDIF wants them."""
    from base64 import b64encode

    ident = uuid.uuid5(uuid.NAMESPACE_OID, str(number)).bytes_le
    sid = bytes([1, 5]) + DOMAIN[2:] + struct.pack("<I", 1000 + number)
    return f"objectGUID:: {b64encode(ident).decode()}\nobjectSid:: {b64encode(sid).decode()}\n"
