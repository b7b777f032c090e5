"""Which names an agent and its skills may bear, and what is derived from them.

A name becomes a folder, a Python package, a class, a container image and a word in YAML and in the
shell, on every operating system; it is refused when any of them would trip over it.
"""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata

__all__ = [
    "OUTCOMES",
    "RESERVED_FILES",
    "agent_name_problem",
    "class_name",
    "hides_module",
    "package_name",
    "skill_name_problem",
]

MAX_NAME = 60

#: What a rule may decide without a skill.
OUTCOMES = ("approve", "reject", "escalate", "defer")

_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

# Modules that some supported Python has and another lacks: a spec is as valid here as there.
_STANDARD_LIBRARY = sys.stdlib_module_names | {
    "annotationlib",
    "asynchat",
    "asyncore",
    "compression",
    "distutils",
    "imp",
    "smtpd",
    # Part of the library, and of no list of it; the last two are imported at every start.
    "test",
    "sitecustomize",
    "usercustomize",
}
#: The runtime and what it imports, the gates' tools, and the folders that stand beside the package.
_RUNTIME = frozenset(
    {
        *("annotated_doc", "annotated_types", "anthropic", "anyio", "ast_serialize", "build"),
        *("cel_expr_python", "colorama", "conftest", "copier", "coverage", "docstring_parser"),
        *("dunamai", "funcy", "google", "h11", "hatchling", "httpcore2", "httpx2"),
        *("hypothesis", "idna", "iniconfig", "jinja2", "jiter", "librt", "markdown_it"),
        *("markupsafe", "mdurl", "mypy", "mypy_extensions", "mypyc", "opentelemetry"),
        *("packaging", "pathspec", "pip", "platformdirs", "pluggy", "plumbum"),
        *("prompt_toolkit", "py", "pydantic", "pydantic_core", "pygments", "pytest"),
        *("questionary", "rich", "ruamel", "ruff", "setuptools", "shellingham", "site"),
        *("sniffio", "src", "tests", "truststore", "typer", "typing_extensions"),
        *("typing_inspection", "waooaw", "waooaw_cli", "wcwidth", "yaml"),
    }
)
#: Source: Microsoft, "Naming Files, Paths, and Namespaces".
RESERVED_FILES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
#: Words that YAML 1.1 readers take for booleans or null, and the one image name Docker reserves.
_OTHER = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "scratch"})

#: What `waooaw.Agent` has. A test holds this list to the class.
AGENT_ATTRIBUTES = frozenset(
    {
        "approve",
        "context",
        "execute_task",
        "handle",
        "home",
        "journal",
        "make_decision",
        "model",
        "own_spec",
        "should_wake",
        "skills",
        "skillset",
        "spec",
        "store",
    }
)


def package_name(name: str) -> str:
    """Return the Python package of an agent: ``wow-refund-desk`` → ``wow_refund_desk``."""
    return name.replace("-", "_")


def class_name(name: str) -> str:
    """Return the class of an agent: ``wow-refund-desk`` → ``WowRefundDesk``."""
    return "".join(part.capitalize() for part in name.split("-"))


def agent_name_problem(name: str) -> str | None:
    """Say why *name* cannot be an agent's, or None."""
    if not _KEBAB.fullmatch(name):
        return "is not kebab-case"
    if len(name) > MAX_NAME:
        return f"is longer than {MAX_NAME} characters"
    package = package_name(name)
    if keyword.iskeyword(package) or keyword.iskeyword(class_name(name)):
        return "is a keyword of Python"
    if package in _STANDARD_LIBRARY:
        return "would hide a module of Python's standard library"
    if package in _RUNTIME:
        return "would hide a module that the agent needs"
    if package in RESERVED_FILES:
        return "is a reserved file name on Windows"
    if package in _OTHER:
        return "is a reserved word in YAML or Docker"
    return None


def hides_module(module: str) -> bool:
    """Say whether a module named *module* would be imported in place of one that all agents need.

    That is one of the standard library, of the runtime and what it imports, or of the gates' tools.
    """
    return module in _STANDARD_LIBRARY or module in _RUNTIME


def skill_name_problem(name: str) -> str | None:
    """Say why *name* cannot be a skill's, or None."""
    if not name.isidentifier():
        return "is not a Python identifier"
    if unicodedata.normalize("NFKC", name) != name:
        return "is spelled with compatibility characters, which Python would replace"
    if len(name) > MAX_NAME:
        return f"is longer than {MAX_NAME} characters"
    if keyword.iskeyword(name):
        return "is a keyword of Python"
    if name in OUTCOMES:
        return "is an outcome that every agent has"
    if name in AGENT_ATTRIBUTES or (name.startswith("__") and name.endswith("__")):
        return "is a name that the runtime's Agent has"
    if name.startswith("__"):
        return "begins with two underscores, so Python would rename it inside a class"
    return None
