"""How much of its machine a sensor may use, and how much of the traffic it can analyse with that: a pure decision.

The rule is the one of the product this program answers: every 10 seconds at least 15 % of processor and memory are left to the
machine, what the others leave beyond that is the sensor's quota. A sensor at its quota leaves traffic out, bulk first
(app.sensor.packets.sampling says what goes in which order); when there is room again it takes more, slowly.
"""

from msgspec import Struct

EVERY = 10.0
"""Seconds between two decisions."""
RESERVE = 0.15
"""Share of processor and memory that stays free for the machine."""
LEAST_CPU, LEAST_MEMORY = 0.02, 96 << 20
"""What a sensor may always use, share of the machine and bytes: less is not worth giving back, nothing would be analysed."""
ROOM = 0.8
"""Below this share of its quota the sensor takes more; between it and the quota it stays as it is."""
AIM = 0.9
"""A level is chosen so that this share of the quota should be used, as if all use were for analysing."""
DOWN, LOSING = 0.05, 0.85
"""Least step down; what is left of the level when packets were lost within the quota because one core was too slow for them."""
UP, MOST_UP = 0.05, 0.2
"""First step up; each one after it is twice as large, to the most."""
RECENT = 3
"""So many steps after a rise a shortage is that rise's fault."""
PATIENCE, LONGEST = 6, 60
"""Steps during which a level that was too high is not tried again: doubled each time, to the longest."""
GROWN = 0.05
"""So much more quota makes it worth trying earlier."""
TIGHTEST = 2
STUBBORN, GAINED = 3, 1.3
"""A sensor that is so many steps over its memory though it is tight is started again, if it grew by so much since it started."""
BETWEEN = 60
"""Steps between two such restarts at least; doubled each time."""


class Measured(Struct, frozen=True, kw_only=True):
    """A machine, or the container that the sensor runs in, since the last look. Shares are of the whole machine, 0 to 1.

    cpu: used by everybody, own_cpu: of it by the sensor's processes. memory: bytes there are, used: by everybody, own: of it by
    the sensor. lost: packets that were lost since the last look because the sensor did not come to them.
    """

    cores: float
    cpu: float
    own_cpu: float
    memory: int
    used: int
    own: int
    lost: int = 0


class Quota(Struct, frozen=True, kw_only=True):
    """What the sensor may use, and what follows.

    cpu: share of the machine; memory: bytes. level: 1 everything is analysed ... 0 nothing is. tight: 0 as usual ... 2 as little
    memory as possible. restart: memory does not come back, start the captures again. why: "processor", "memory" or "speed" (one
    core was too slow), "" when nothing is short.
    """

    cpu: float = 1 - RESERVE
    memory: int = 1 << 62
    level: float = 1.0
    tight: int = 0
    restart: bool = False
    why: str = ""


class Governor:
    """Decides step by step; each step stands for EVERY seconds.

    reserve: share of the machine that stays free; 0: the sensor takes what it needs.
    """

    def __init__(self, reserve: float = RESERVE) -> None:
        self.reserve = reserve
        self._level = 1.0
        self._calm = 0
        self._rose_from, self._since_rise = 1.0, RECENT + 1
        self._ceiling, self._waits, self._patience, self._failed_at = 1.0, 0, PATIENCE, 0.0
        self._tight = self._over = self._easy = 0
        self._start: int | None = None
        self._since_restart, self._between = BETWEEN, BETWEEN

    def step(self, seen: Measured) -> Quota:
        """The quota from now on."""
        if self.reserve <= 0:
            return Quota(cpu=1.0, memory=seen.memory)
        others = min(max(seen.cpu - seen.own_cpu, 0.0), 1.0)
        cpu = round(max(1 - self.reserve - others, LEAST_CPU), 6)
        memory = max(int(seen.memory * (1 - self.reserve)) - max(seen.used - seen.own, 0), LEAST_MEMORY)
        why = self._processor(seen, cpu)
        restart = self._memory(seen.own, memory)
        if not why and self._tight:
            why = "memory"
        return Quota(cpu=cpu, memory=memory, level=self._level, tight=self._tight, restart=restart, why=why)

    def _processor(self, seen: Measured, quota: float) -> str:
        """Set the level; why it is below 1."""
        own = round(seen.own_cpu, 6)
        self._since_rise += 1
        self._waits = max(self._waits - 1, 0)
        short = own >= quota
        if short or seen.lost:
            self._calm = 0
            if self._since_rise <= RECENT:  # the last rise was too much
                self._ceiling, self._waits, self._failed_at = self._rose_from, self._patience, quota
                self._patience = min(self._patience * 2, LONGEST)
            lower = self._level * (AIM * quota / own if short else LOSING)
            self._level = _rounded(max(min(lower, self._level - DOWN), 0.0))
            self._since_rise = RECENT + 1
            return "processor" if short else "speed"
        if self._level < 1 and own < quota * ROOM:
            self._calm += 1
            self._rise(own, quota)
        else:
            self._calm = 0
        if self._level == 1 and self._since_rise > LONGEST:  # long enough well to forget what went wrong
            self._patience, self._waits = PATIENCE, 0
        return "processor" if self._level < 1 else ""

    def _rise(self, own: float, quota: float) -> None:
        limit = self._ceiling if self._waits and quota < self._failed_at + GROWN else 1.0
        step: float = min(UP * 2 ** min(self._calm - 1, 8), MOST_UP)
        if self._level and own > 0:
            step = min(step, self._level * (AIM * quota / own - 1))
        level = _rounded(min(self._level + step, limit, 1.0))
        if level > self._level:
            self._rose_from, self._level, self._since_rise = self._level, level, 0

    def _memory(self, own: int, quota: int) -> bool:
        """Set how tight it is; True when only a restart helps."""
        self._since_restart += 1
        if self._start is None:
            self._start = own
        if own <= quota:
            self._over = 0
            self._easy = self._easy + 1 if own < quota * ROOM else 0
            if self._easy >= PATIENCE and self._tight:
                self._tight, self._easy = self._tight - 1, 0
            return False
        self._easy = 0
        self._over += 1
        if self._tight < TIGHTEST:
            self._tight += 1
            self._over = 0
            return False
        if self._over < STUBBORN or self._since_restart < self._between or own < self._start * GAINED:
            return False
        self._between = min(self._between * 2, 720) if self._since_restart < 8 * self._between else BETWEEN
        self._start, self._since_restart, self._over = None, 0, 0
        return True


def _rounded(level: float) -> float:
    """Levels are told in hundredths, so that nothing changes by a breath."""
    return round(level, 2)
