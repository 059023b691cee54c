"""What is remembered of an account or a computer: sets of values that it used, and what it does in a day."""

from typing import Final, Literal

Feature = Literal[
    "computers", "ticket computers", "resources", "shares", "protocols", "etypes", "queries", "places", "vpn clients", "visitors"
]
"""Sets of values. Values of computers, ticket computers, resources and visitors are keys of entities.

computers: signed in from. ticket computers: of these, with Kerberos or at the keyboard. resources: signed in to. shares: file
shares opened. protocols: NTLM, Kerberos and the like.
etypes: encryption of the proof of its password, as decimal text. queries: shapes of directory queries and lists asked of SAM.
places: countries and towns of its VPN sessions. vpn clients: computers that those named. visitors: of a computer, accounts that
signed in from it.
"""
COMPUTERS: Final = "computers"
TICKET_COMPUTERS: Final = "ticket computers"
RESOURCES: Final = "resources"
SHARES: Final = "shares"
PROTOCOLS: Final = "protocols"
ETYPES: Final = "etypes"
QUERIES: Final = "queries"
PLACES: Final = "places"
VPN_CLIENTS: Final = "vpn clients"
VISITORS: Final = "visitors"

KERBEROS: Final = "Kerberos"
NTLM: Final = "NTLM"
CLEAR: Final = "LDAP simple bind"
DESK: Final = "at the computer"
"""Values of protocols; DESK: signed in at the keyboard or by remote desktop, as a log tells."""
CONTROLLERS: Final = "controllers"
"""The one value of resources for all domain controllers: which of them answers is chance."""

MEASURES: Final = ("activities", "computers", "new computers", "resources", "new resources", "failures", "NTLM", "queries")
"""What is counted of one day. computers, resources: different ones; new: never used before; failures: refused sign-ins."""
ACTIVITIES, ALL_COMPUTERS, NEW_COMPUTERS, ALL_RESOURCES, NEW_RESOURCES, FAILURES, BY_NTLM, ASKED = range(8)
