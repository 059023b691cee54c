"""A number with its noun."""


def counted(number: int, one: str, many: str = "") -> str:
    """1 alert, 1,204 alerts; 2 activities, when told how many of them are called."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
