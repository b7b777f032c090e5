"""Where agents remember: one protocol, and SQLite behind it."""

from waooaw.store.interface import (
    ApprovalRecord,
    Context,
    Entry,
    EntryState,
    MemoryChange,
    Spending,
    Store,
    Tally,
)
from waooaw.store.reading import Journalled, JournalReader
from waooaw.store.sqlite import SqliteStore

__all__ = [
    "ApprovalRecord",
    "Context",
    "Entry",
    "EntryState",
    "JournalReader",
    "Journalled",
    "MemoryChange",
    "Spending",
    "SqliteStore",
    "Store",
    "Tally",
]
