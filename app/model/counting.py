"""A number with its noun, and bytes in one unit everywhere: decimal, as file managers of Linux and macOS show them."""

MB = 1_000_000


def counted(number: int, one: str, many: str = "") -> str:
    """1 alert, 1,204 alerts; 2 activities, when told how many of them are called."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def size(value: float) -> str:
    """Bytes in decimal units: 812 bytes, 4.1 MB, 1.21 GB."""
    if value < 1000:
        return f"{int(value)} bytes" if value != 1 else "1 byte"
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            digits = 2 if unit in ("GB", "TB") and value < 100 else 1 if value < 10 else 0
            return f"{value:.{digits}f} {unit}"
    return ""
