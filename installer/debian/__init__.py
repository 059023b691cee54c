"""The two packages for Debian and what is derived from it."""
