"""The same act told twice: by packets and by a log, by two logs, by the directory afterwards."""

from app.engine.twins.pairing import ENOUGH, LONGEST_OFFSET, REACH, Row, offsets, pairs
from app.engine.twins.rules import CLOCKED, SAME
from app.engine.twins.traces import rows_of, worth_reading

__all__ = ["CLOCKED", "ENOUGH", "LONGEST_OFFSET", "REACH", "SAME", "Row", "offsets", "pairs", "rows_of", "worth_reading"]
