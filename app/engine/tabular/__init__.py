"""The four reports in rows: summary, modifications of sensitive groups, passwords in clear text, lateral movement paths."""

from app.engine.tabular.page import write_html
from app.engine.tabular.registry import NAMES, TITLES, has_data, make
from app.engine.tabular.workbook import write_xlsx

__all__ = ["NAMES", "TITLES", "has_data", "make", "write_html", "write_xlsx"]
