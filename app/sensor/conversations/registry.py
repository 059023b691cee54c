"""Which conversation speaks on which port; content decides where the port does not."""

from collections.abc import Callable

from app.sensor.conversations.conversation import Conversation
from app.sensor.conversations.dhcp import DhcpUdp
from app.sensor.conversations.dns import DnsTcp, DnsUdp, LlmnrUdp, MdnsUdp
from app.sensor.conversations.http import HttpTcp
from app.sensor.conversations.kerberos import KerberosTcp, KerberosUdp, KpasswdTcp, KpasswdUdp
from app.sensor.conversations.ldap import CldapUdp, LdapTcp
from app.sensor.conversations.netbios import NetbiosNameUdp
from app.sensor.conversations.ntp import NtpUdp
from app.sensor.conversations.radius import RadiusUdp
from app.sensor.conversations.rdp import RdpTcp
from app.sensor.conversations.rpc import RpcTcp, RpcUdp
from app.sensor.conversations.smb import SmbTcp
from app.sensor.frame import Count, Emit, Flow

Kind = Callable[[Flow, Emit, Count], Conversation]

TCP: dict[int, Kind] = {
    53: DnsTcp,
    80: HttpTcp,
    88: KerberosTcp,
    135: RpcTcp,
    139: SmbTcp,
    389: LdapTcp,
    445: SmbTcp,
    464: KpasswdTcp,
    593: RpcTcp,
    636: LdapTcp,
    3268: LdapTcp,
    3269: LdapTcp,
    3389: RdpTcp,
    5985: HttpTcp,
    8080: HttpTcp,
    47001: HttpTcp,
}
UDP: dict[int, Kind] = {
    53: DnsUdp,
    67: DhcpUdp,
    68: DhcpUdp,
    88: KerberosUdp,
    123: NtpUdp,
    135: RpcUdp,
    137: NetbiosNameUdp,
    389: CldapUdp,
    464: KpasswdUdp,
    1645: RadiusUdp,
    1646: RadiusUdp,
    1812: RadiusUdp,
    1813: RadiusUdp,
    5353: MdnsUdp,
    5355: LlmnrUdp,
}


def sniff_tcp(head: bytes) -> Kind | None:
    """Conversation told from the first bytes of a stream on a port that no table names."""
    if len(head) >= 16 and head[0] == 5 and head[1] in (0, 1) and head[2] <= 19 and head[4] in (0x10, 0x00):
        return RpcTcp
    if head[:3] == b"\x05\0\x0b" and len(head) > 3 and head[3] & 3 == 3:  # a bind, sent in little pieces
        return RpcTcp
    if len(head) >= 8 and head[0] == 0 and head[4:8] in (b"\xfeSMB", b"\xffSMB", b"\xfdSMB"):
        return SmbTcp
    if head[:4] in (b"GET ", b"POST", b"PUT ", b"HTTP", b"RPC_", b"OPTI"):
        return HttpTcp
    return None
