"""The runtime library: an event wakes an agent, it decides, acts, remembers and hands over.

Everything public stands here. Names are loaded when they are first used, so that importing waooaw
costs next to nothing.
"""

from __future__ import annotations

from waooaw.version import __version__

# As `typing` has it: importing that would be half the cost of importing us.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from waooaw.agent import Agent
    from waooaw.decisions import ActionState, Decision, Tier
    from waooaw.errors import (
        CouldNotDecide,
        EnvironmentFault,
        InputError,
        InvalidDocument,
        NotWritten,
        WaooawError,
    )
    from waooaw.events import Event
    from waooaw.models import Answer, Model, Question, ScriptedModel
    from waooaw.spec import AgentSpec
    from waooaw.specfile import read_spec
    from waooaw.tasks import Task

__all__ = [
    "ActionState",
    "Agent",
    "AgentSpec",
    "Answer",
    "CouldNotDecide",
    "Decision",
    "EnvironmentFault",
    "Event",
    "InputError",
    "InvalidDocument",
    "Model",
    "NotWritten",
    "Question",
    "ScriptedModel",
    "Task",
    "Tier",
    "WaooawError",
    "__version__",
    "read_spec",
]

_HOMES = {
    "ActionState": "decisions",
    "Agent": "agent",
    "AgentSpec": "spec",
    "Answer": "models",
    "CouldNotDecide": "errors",
    "Decision": "decisions",
    "EnvironmentFault": "errors",
    "Event": "events",
    "InputError": "errors",
    "InvalidDocument": "errors",
    "Model": "models",
    "NotWritten": "errors",
    "Question": "models",
    "ScriptedModel": "models",
    "Task": "tasks",
    "Tier": "decisions",
    "WaooawError": "errors",
    "read_spec": "specfile",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value: object = getattr(importlib.import_module(f"waooaw.{_HOMES[name]}"), name)
    globals()[name] = value  # found by the interpreter itself from now on
    return value


def __dir__() -> list[str]:
    return __all__
