"""What an analyst lets detectors pass over: who, for which detector, why, until when."""

from hashlib import blake2b
from ipaddress import ip_address, ip_network
from typing import Literal, get_args

from msgspec import Struct

Kind = Literal["account", "computer", "group", "address", "subnet", "domain"]
KINDS: tuple[Kind, ...] = get_args(Kind)
EVERY = "*"
"""In the place of a detector: all of them."""
LONGEST = 256
"""Characters of a value."""
REASON = 1_000
"""Characters of a reason."""


class ExclusionError(ValueError):
    """This cannot be an exclusion; the message is one sentence."""


class Exclusion(Struct, frozen=True, kw_only=True):
    """Findings of a detector ("*": of all) whose acting side is this party are kept apart.

    expires: UTC microseconds from which on it does not count, None for never. added: UTC microseconds. by: who added it.
    shipped: the program brought it. on: False while it does not count.
    """

    id: str
    detector: str
    kind: Kind
    value: str
    reason: str = ""
    expires: int | None = None
    added: int = 0
    by: str = ""
    shipped: bool = False
    on: bool = True

    def counts(self, now: int) -> bool:
        """True when it is switched on and has not run out."""
        return self.on and (self.expires is None or now < self.expires)


def exclusion(
    detector: str, kind: str, value: str, *, reason: str = "", expires: int | None = None, added: int = 0, by: str = "",
    shipped: bool = False, on: bool = True,
) -> Exclusion:  # fmt: skip
    """An exclusion with its value written in one way; its id follows from what it covers. Raises ExclusionError."""
    detector = detector.strip() or EVERY
    known: Kind | None = next((one for one in KINDS if one == kind.strip().lower()), None)
    if known is None:
        raise ExclusionError(f'"{kind[:40]}" is no kind of exclusion; there are {", ".join(KINDS)}.')
    if len(detector) > LONGEST or not all(c.isalnum() or c in "_*" for c in detector):
        raise ExclusionError(f'"{detector[:40]}" is no detector.')
    plain = normal(known, value)
    name = f"{detector}\n{known}\n{plain.lower()}".encode("utf-8", "surrogatepass")
    return Exclusion(
        id=blake2b(name, digest_size=6).hexdigest(), detector=detector, kind=known, value=plain,
        reason=" ".join(reason.split())[:REASON], expires=expires, added=added, by=by, shipped=shipped, on=on,
    )  # fmt: skip


def normal(kind: Kind, value: str) -> str:
    """The value as it is kept. Raises ExclusionError when it is none of this kind."""
    plain = " ".join(value.split())
    if not plain:
        raise ExclusionError(f"The {kind} is missing.")
    if len(plain) > LONGEST:
        raise ExclusionError(f"A value has at most {LONGEST} characters.")
    if not plain.isprintable():
        raise ExclusionError("The value holds characters that cannot be seen.")
    if kind in ("address", "subnet"):
        try:
            return str(ip_address(plain)) if kind == "address" else str(ip_network(plain, strict=False))
        except ValueError:
            what = "an IPv4 or IPv6 address" if kind == "address" else "a subnet such as 10.1.0.0/16 or 2001:db8::/32"
            raise ExclusionError(f'"{plain[:60]}" is not {what}.') from None
    if not plain.strip("*.\\@ "):
        raise ExclusionError(f'"{plain[:60]}" would cover every {kind}.')
    if kind in ("domain", "computer"):
        return plain.lower().strip(".")
    return plain
