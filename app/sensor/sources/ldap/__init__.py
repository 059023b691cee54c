"""A directory over LDAP: connect, search, compare with what was known, keep that over a restart."""
