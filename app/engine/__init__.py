"""Store, knowledge, detectors and queries: activities in, alerts and rows out."""
