"""The workspace file: activities appended, never rewritten; alerts, knowledge and inputs beside them."""

from app.engine.schema import IN_USE, StoreError
from app.engine.store.actors import Actor, actor_of
from app.engine.store.alerts import update_alert, update_alerts
from app.engine.store.exclusions import put_exclusions, remove_exclusions
from app.engine.store.health import close_issue, give_facts, reopen_issue, suppress_issue
from app.engine.store.incidents import name_incident
from app.engine.store.notes import remove_note, write_note
from app.engine.store.pictures import keep_picture
from app.engine.store.place import split_id
from app.engine.store.reading import COLUMNS, Rows
from app.engine.store.retention import set_retention
from app.engine.store.saved import remove_query, save_queries
from app.engine.store.store import Store
from app.engine.store.streams import Told
from app.engine.store.tags import set_tag, set_tags
from app.engine.store.tuning import set_tuning
from app.engine.store.undoing import redo, undo

__all__ = [
    "COLUMNS", "IN_USE", "Actor", "Rows", "Store", "StoreError", "Told", "actor_of", "close_issue", "give_facts",
    "keep_picture", "name_incident", "put_exclusions", "redo", "remove_exclusions", "remove_note", "remove_query",
    "reopen_issue", "save_queries", "set_retention", "set_tag", "set_tags", "set_tuning", "split_id", "suppress_issue", "undo",
    "update_alert", "update_alerts", "write_note",
]  # fmt: skip
