"""Days of ordinary work in an invented Windows domain, told by packets, by logs or by both: what an alert on it is worth.

Written from what clients, servers and controllers send (RFC 4120, 4511, 2136; MS-KILE, MS-NRPC, MS-SAMR, MS-DRSR, MS-SMB2;
Windows security auditing), never from the detectors.
"""
