"""Notices for other systems: what an alert or a health issue is in CEF, LEEF, JSON, syslog and mail. No input or output."""
