"""The four reports in rows: summary, modifications of sensitive groups, passwords in clear text, lateral movement paths."""

from app.engine.reports.tables.page import write_html
from app.engine.reports.tables.registry import NAMES, TITLES, has_data, make
from app.engine.reports.tables.workbook import write_xlsx

__all__ = ["NAMES", "TITLES", "has_data", "make", "write_html", "write_xlsx"]
