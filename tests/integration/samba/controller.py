"""A Samba domain controller in a network namespace, and a second namespace for who talks to it.

Nothing leaves the two namespaces: they are joined by one veth pair and have no route out. Needs root, Samba 4 and iproute2.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.integration.samba.certificates import Authority

ENTER = Path(__file__).with_name("enter.sh")
REALM, DOMAIN, BASE = "EXAMPLE.TEST", "EXAMPLE", "DC=example,DC=test"
HOST = "dc1.example.test"
SERVER, CLIENT = "10.79.0.10", "10.79.0.21"
ADMINISTRATOR, PASSWORD = "Administrator", "Adm1n-Test-2026!"
NEEDED = ("samba", "samba-tool", "ip", "unshare", "ldbmodify", "kinit")


def missing() -> str:
    """Why no controller can be started here, "" when one can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "network namespaces need root"
    absent = [one for one in NEEDED if shutil.which(one, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    tried = subprocess.run(["unshare", "-n", "-m", "-u", "true"], capture_output=True)
    return "" if tried.returncode == 0 else "network namespaces are not allowed here"


class Controller:
    """One domain from provision() to remove(); start() and stop() as often as a test likes."""

    url, user = f"ldaps://{HOST}", f"{ADMINISTRATOR}@example.test"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server, self.client = f"wds{os.getpid()}", f"wdc{os.getpid()}"
        self.authority = Authority(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._network()

    def _network(self) -> None:
        for name in (self.server, self.client):
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
            place = Path("/etc/netns") / name
            place.mkdir(parents=True, exist_ok=True)
            (place / "hosts").write_text(f"127.0.0.1 localhost\n{SERVER} {HOST} dc1\n{SERVER} other.example.test\n")
            (place / "resolv.conf").write_text(f"search example.test\nnameserver {SERVER}\noptions timeout:1 attempts:1\n")
        _run("ip", "link", "add", "eth0", "netns", self.server, "type", "veth", "peer", "name", "eth0", "netns", self.client)
        for name, address in ((self.server, SERVER), (self.client, CLIENT)):
            _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            _run("ip", "-n", name, "link", "set", "eth0", "up")
        (self.folder / "krb5.conf").write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_realm = false\n dns_lookup_kdc = false\n rdns = false\n"
            f"[realms]\n {REALM} = {{\n  kdc = {SERVER}\n }}\n[domain_realm]\n .example.test = {REALM}\n"
        )

    def provision(self) -> None:
        """Make the domain: some seconds."""
        self.run(
            "samba-tool", "domain", "provision", "--use-rfc2307", f"--realm={REALM}", f"--domain={DOMAIN}", "--server-role=dc",
            "--dns-backend=SAMBA_INTERNAL", f"--adminpass={PASSWORD}", "--host-name=dc1", f"--host-ip={SERVER}",
            "--option=interfaces=lo eth0", "--option=bind interfaces only=yes",
        )  # fmt: skip
        file = self.folder / "state" / "etc" / "samba" / "smb.conf"
        text = "\n".join(one for one in file.read_text().splitlines() if "dns forwarder" not in one)
        own = (
            "[global]\n\tldap server require strong auth = allow_sasl_over_tls\n"
            "\tinterfaces = lo eth0\n\tbind interfaces only = yes\n\tload printers = no\n\tprinting = bsd\n"
            f"\ttls enabled = yes\n\ttls keyfile = {self.folder / 'key.pem'}\n\ttls certfile = {self.folder / 'cert.pem'}\n"
            f"\ttls cafile = {self.authority.file}\n"
        )
        file.write_text(text.replace("[global]\n", own, 1))
        rules = ("--complexity=off", "--min-pwd-age=0", "--min-pwd-length=6", "--account-lockout-threshold=4")
        self.run("samba-tool", "domain", "passwordsettings", "set", *rules)
        self.certify()

    def certify(self, **life: object) -> None:
        """A new certificate, of another life where said; seen after the next start."""
        self.authority.issue(HOST, self.folder / "cert.pem", self.folder / "key.pem", **life)  # type: ignore[arg-type]

    def start(self) -> None:
        """Start it and wait until it answers LDAP over TLS."""
        log = (self.folder / "samba.log").open("ab")
        command = [str(ENTER), self.server, "dc1", str(self.folder / "state"), "samba", "-F", "--no-process-group"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()
        for _ in range(240):
            seen = subprocess.run(["ip", "netns", "exec", self.server, "ss", "-ltn"], capture_output=True, text=True).stdout
            if ":636 " in seen and ":389 " in seen and ":88 " in seen:
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.25)
        raise RuntimeError(f"Samba does not start: {(self.folder / 'samba.log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End it with all its children."""
        if self._process is None:
            return
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, sign)
            except ProcessLookupError:
                break
            for _ in range(40):
                self._process.poll()
                try:
                    os.killpg(self._process.pid, 0)
                except ProcessLookupError:
                    break
                time.sleep(0.1)
        self._process.wait()
        self._process = None

    def run(self, *command: str, text: str | None = None, check: bool = True) -> str:
        """Run a command as the controller; its output."""
        return _run(str(ENTER), self.server, "dc1", str(self.folder / "state"), *command, text=text, check=check)

    def modify(self, ldif: str) -> None:
        """Change the directory by LDIF, in the controller's own database."""
        self.run("ldbmodify", "-H", "/var/lib/samba/private/sam.ldb", text=ldif)

    def changed(self, number: int) -> str:
        """LDIF that changes one of the people that a measurement made."""
        return f"dn: CN=u{number:06},CN=Users,{BASE}\nchangetype: modify\nreplace: title\ntitle: {time.time()}\n"

    def environment(self) -> dict[str, str]:
        """What a client's process needs to find the realm."""
        return {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.folder / 'ticket'}"}

    def outside(self, *command: str) -> list[str]:
        """The command line that runs a command in the client's namespace."""
        return ["ip", "netns", "exec", self.client, *command]

    def remove(self) -> None:
        """End everything and take the namespaces away."""
        self.stop()
        for name in (self.server, self.client):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
            shutil.rmtree(Path("/etc/netns") / name, ignore_errors=True)


def _run(*command: str, text: str | None = None, check: bool = True) -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=180)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout
