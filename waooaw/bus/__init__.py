"""How events travel: one protocol, SQLite behind it on one machine, memory in tests."""

from waooaw.bus.interface import Bus, Delivery
from waooaw.bus.memory import MemoryBus
from waooaw.bus.opening import open_bus
from waooaw.bus.sqlite import SqliteBus

__all__ = ["Bus", "Delivery", "MemoryBus", "SqliteBus", "open_bus"]
