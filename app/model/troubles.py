"""Words of live sources that health rules know: a source says them, in an error or a problem, and nothing else says them."""

REFUSED = "the directory does not accept the user"
"""Begins the error of a directory source whose user or password is wrong."""
EXPIRED = ("the password has expired", "the password must be changed first")
"""Why a directory refuses whose password has ended (system errors 1330 and 1907 of winerror.h)."""
WRONG_SECRET = "RADIUS ingestion failure: the shared secret does not match"
LOW_RESOLUTION = "low success rate of active name resolution over "
"""Begins a problem of a resolver; the method follows."""
NOT_KEPT = "packets are not kept: "
"""Begins a problem of a capture whose evidence the disk refuses; the reason follows."""
NOT_REMOVED = "old packets could not be removed"
BROKE = "The source broke and is started again: "
"""Begins the error of a source whose process ended by itself."""
