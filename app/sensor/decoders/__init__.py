"""Bytes of one message in, one typed message out; sans-I/O, bounded, never raising."""
