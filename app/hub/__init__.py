"""The hub: a NATS server with its own small authority, a key for each sensor and analyst, and the streams between them."""
