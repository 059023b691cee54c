"""Which interface is spoken where no bind was captured, told from pipe, port and what is called."""

from app.model.identifiers import ATSVC, DRSUAPI, LSARPC, NETLOGON, SAMR, SVCCTL
from app.sensor.conversations.rpc_endpoints import listening
from app.sensor.decoders.rpc.operations import OPERATIONS
from app.sensor.frame import Flow

EPMAPPER = "e1af8308-5d1f-11c9-91a4-08002b14a0fa"
ACTIVATOR = "000001a0-0000-0000-c000-000000000046"
OXID = "99fcfec4-5260-101b-bbcb-00aa0021347a"

PIPES: dict[str, str] = {
    "samr": SAMR,
    "lsarpc": LSARPC,
    "netlogon": NETLOGON,
    "drsuapi": DRSUAPI,
    "epmapper": EPMAPPER,
    "svcctl": SVCCTL,
    "srvsvc": "4b324fc8-1670-01d3-1278-5a47bf6ee188",
    "wkssvc": "6bffd098-a112-3610-9833-46c3f87e345a",
    "atsvc": ATSVC,
    "winreg": "338cd001-2244-31f1-aaaa-900038001003",
    "efsrpc": "df1941c5-fe89-4e79-bf10-463657acf44d",
    "spoolss": "12345678-1234-abcd-ef00-0123456789ab",
    "netdfs": "4fc742e0-4a10-11cf-8273-00aa004ae673",
    "eventlog": "82273fdc-e32a-18c3-3f78-827929dc23ea",
    "dnsserver": "50abc2a4-574d-40b3-9d66-ee4fd5fba076",
    "initshutdown": "894de0c0-0d55-11d3-a322-00c04fa321a1",
    "protected_storage": "3dde7c30-165d-11d1-ab8f-00805f14db40",
    "ntsvcs": "8d9f4e40-a03d-11ce-8f69-08003e30051b",
    "cert": "91ae6020-9e3c-11cf-8d7c-00aa00c091be",
    "fssagentrpc": "a8e0653c-2744-4389-a61d-7373df8b2292",
}
"""Interface that each well-known pipe is named for (sections 2.1 of the MS- documents)."""

_HABITS: dict[str, dict[int, tuple[int, int, int]]] = {
    DRSUAPI: {
        0: (36, 160, 1), 1: (20, 48, 1), 2: (80, 1200, 2), 3: (160, 20000, 3), 4: (80, 1200, 3), 5: (80, 1600, 1),
        6: (60, 1200, 1), 12: (48, 60000, 2), 13: (48, 4000, 1), 16: (36, 600, 2), 19: (28, 1200, 2),
    },
    NETLOGON: {
        2: (150, 1200, 1), 4: (40, 240, 2), 15: (60, 400, 1), 21: (80, 400, 2), 26: (60, 400, 3), 29: (120, 2000, 3),
        30: (560, 1200, 2), 34: (40, 800, 2), 39: (300, 4000, 5), 40: (16, 240, 2), 45: (300, 4000, 5), 20: (20, 400, 1),
    },
    LSARPC: {
        0: (20, 48, 1), 6: (28, 80, 1), 7: (22, 48, 1), 44: (28, 240, 2), 46: (22, 48, 2), 76: (32, 4000, 5), 77: (40, 4000, 5),
        57: (40, 4000, 2), 58: (40, 4000, 2), 68: (40, 4000, 2),
    },
    SAMR: {
        1: (20, 48, 1), 5: (28, 200, 2), 6: (26, 48, 1), 7: (44, 80, 2), 13: (32, 48, 2), 17: (48, 4000, 1), 34: (28, 40, 2),
        36: (22, 48, 2), 39: (20, 48, 2), 47: (22, 48, 2), 58: (600, 1200, 2), 62: (8, 200, 2), 64: (16, 240, 3),
        16: (36, 2000, 2),
    },
}  # fmt: skip
"""Interfaces that domain controllers speak over TCP: opnum to (least, most bytes of the request's stub, weight)."""

_ENOUGH = 5
_AHEAD = 3
_TOLD = 5
_SPEAKS = 2
"""Score that names an interface, how far it must lead; what being told of it is worth, and from which score of its own on."""


class Guess:
    """Gathers what was called; says which interface it must be, "" while that is open."""

    __slots__ = ("_activation", "_flow", "_opnums", "_pipe", "_scores")

    def __init__(self, flow: Flow, pipe: str | None) -> None:
        self._flow = flow
        self._pipe = (pipe or "").lower().rpartition("\\")[2]
        self._scores = dict.fromkeys(_HABITS, 0)
        self._activation = ""
        self._opnums: set[int] = set()

    def see(self, opnum: int, asked: int, answered: int) -> None:
        """One call with the sizes of its stubs."""
        self._activation = _activation(opnum, asked)
        self._opnums.add(opnum)
        for interface, habits in _HABITS.items():
            least, most, weight = habits.get(opnum, (1, 0, 0))
            self._scores[interface] += weight if least <= asked <= most else -2
        if opnum == 3 and answered > 4096 and asked > 160:
            self._scores[DRSUAPI] += 3

    def interface(self, at: int) -> str:
        """The interface as far as it is known by then; one process listens for many on one port, so a port alone is a hint."""
        if self._pipe:
            return PIPES.get(self._pipe, "")
        if self._flow.server.port == 135:
            return self._activation
        told = listening(self._flow.input, self._flow.server.ip, self._flow.server.port, at)
        ranked = sorted(((self._score(one, told), one) for one in _HABITS if self._fits(one)), reverse=True)
        if ranked and ranked[0][0] >= _ENOUGH:
            return ranked[0][1] if len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= _AHEAD else ""
        only = [one for one in told if self._fits(one)]
        return only[0] if len(only) == 1 and only[0] not in _HABITS else ""

    def _score(self, interface: str, told: tuple[str, ...]) -> int:
        own = self._scores[interface]
        return own + _TOLD if interface in told and own >= _SPEAKS else own

    def _fits(self, interface: str) -> bool:
        return self._opnums <= OPERATIONS.get(interface, {}).keys()

    def sure(self, at: int) -> bool:
        """Whether more calls would change nothing."""
        return bool(self.interface(at)) or bool(self._pipe)


def _activation(opnum: int, asked: int) -> str:
    """Which of the interfaces of port 135 a call belongs to: endpoint mapper, OXID resolver or activator."""
    if opnum in (2, 3) and asked < 400:
        return EPMAPPER
    if opnum == 5 and asked <= 32:
        return OXID
    return ACTIVATOR if opnum in (3, 4) and asked >= 400 else ""
