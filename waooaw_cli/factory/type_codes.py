"""What the commonest error codes of mypy mean, with an example each, for a machine without network.

The words are ours; every example is run by a test. Source of the codes: mypy's manual, "Error codes
enabled by default" and "Error codes for optional checks".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["TYPE_CODES", "TypeCode"]


@dataclass(frozen=True, slots=True)
class TypeCode:
    """Explain one error code.

    Attributes:
        title: What it demands, in one line.
        bad: Python that it objects to.
        good: The same, mended.
    """

    title: str
    bad: str
    good: str


_CODES = {
    "arg-type": TypeCode(
        "What is handed to a function has the type that the function asks for.",
        "def pay(cents: int) -> None: ...\n\n\npay('120')",
        "def pay(cents: int) -> None: ...\n\n\npay(120)",
    ),
    "assignment": TypeCode(
        "What is assigned has the type of the name that it is assigned to.",
        "cents: int = '120'",
        "cents: int = 120",
    ),
    "attr-defined": TypeCode(
        "An attribute exists: the class, the object or the module has it.",
        "import math\n\nmath.squareroot(2)",
        "import math\n\nmath.sqrt(2)",
    ),
    "call-arg": TypeCode(
        "A call names every argument that is needed, and none that is not there.",
        "def pay(cents: int) -> None: ...\n\n\npay()",
        "def pay(cents: int) -> None: ...\n\n\npay(120)",
    ),
    "call-overload": TypeCode(
        "One of the ways in which a function may be called fits.",
        "max(1, key='cents')",
        "max(1, 2)",
    ),
    "comparison-overlap": TypeCode(
        "Two values that are compared can be equal at all.",
        "def free(cents: int) -> bool:\n    return cents == '0'",
        "def free(cents: int) -> bool:\n    return cents == 0",
    ),
    "dict-item": TypeCode(
        "Keys and values of a dictionary have the types that were promised.",
        "limits: dict[str, int] = {'day': '1'}",
        "limits: dict[str, int] = {'day': 1}",
    ),
    "func-returns-value": TypeCode(
        "Nobody uses the result of a function that returns nothing.",
        "def tell() -> None: ...\n\n\nanswer = tell()",
        "def tell() -> None: ...\n\n\ntell()",
    ),
    "import-not-found": TypeCode(
        "A module that is imported is installed.",
        "import a_module_that_is_not_here",
        "import json",
    ),
    "index": TypeCode(
        "What is asked for an item by a key has items, and by such keys.",
        "def first(limits: dict[str, int]) -> int:\n    return limits[0]",
        "def first(limits: dict[str, int]) -> int:\n    return limits['day']",
    ),
    "list-item": TypeCode(
        "The items of a list have the type that was promised.",
        "cents: list[int] = [1, '2']",
        "cents: list[int] = [1, 2]",
    ),
    "misc": TypeCode(
        "What no other code is for: a class or a statement that Python's types don't allow.",
        "from typing import Any\n\n\ndef base() -> Any: ...\n\n\nclass Desk(base()): ...",
        "class Base: ...\n\n\nclass Desk(Base): ...",
    ),
    "name-defined": TypeCode(
        "A name is defined where it is used.",
        "print(cents)",
        "cents = 120\nprint(cents)",
    ),
    "no-any-return": TypeCode(
        "A function that promises a type does not return what could be anything.",
        "import json\n\n\ndef cents(text: str) -> int:\n    return json.loads(text)",
        "import json\n\n\ndef cents(text: str) -> int:\n    return int(json.loads(text))",
    ),
    "no-redef": TypeCode(
        "A function or class is defined once.",
        "def pay() -> None: ...\n\n\ndef pay() -> None: ...",
        "def pay() -> None: ...\n\n\ndef refund() -> None: ...",
    ),
    "no-untyped-call": TypeCode(
        "A function that is called says its types.",
        "def pay(cents):  # type: ignore[no-untyped-def]\n    return cents\n\n\n"
        "def day() -> None:\n    pay(120)",
        "def pay(cents: int) -> int:\n    return cents\n\n\ndef day() -> None:\n    pay(120)",
    ),
    "no-untyped-def": TypeCode(
        "A function says the types of its arguments and of its result.",
        "def pay(cents):\n    return cents",
        "def pay(cents: int) -> int:\n    return cents",
    ),
    "operator": TypeCode(
        "Two values can be added, compared and so on, by what their types allow.",
        "def due(cents: int, more: str) -> int:\n    return cents + more",
        "def due(cents: int, more: str) -> int:\n    return cents + int(more)",
    ),
    "override": TypeCode(
        "A method that replaces another can be called in the same way.",
        "class Desk:\n    def pay(self, cents: int) -> None: ...\n\n\n"
        "class Bank(Desk):\n    def pay(self, cents: str) -> None: ...",
        "class Desk:\n    def pay(self, cents: int) -> None: ...\n\n\n"
        "class Bank(Desk):\n    def pay(self, cents: float) -> None: ...",
    ),
    "redundant-cast": TypeCode(
        "A cast says something that is not known already.",
        "from typing import cast\n\n\ndef pay(cents: int) -> int:\n    return cast(int, cents)",
        "def pay(cents: int) -> int:\n    return cents",
    ),
    "return": TypeCode(
        "A function that promises a result returns one on every way.",
        "def due(cents: int) -> int:\n    if cents > 0:\n        return cents",
        "def due(cents: int) -> int:\n    if cents > 0:\n        return cents\n    return 0",
    ),
    "return-value": TypeCode(
        "What a function returns has the type that it promises.",
        "def due(cents: int) -> str:\n    return cents",
        "def due(cents: int) -> str:\n    return str(cents)",
    ),
    "type-arg": TypeCode(
        "A generic type says of what: `list[int]`, not `list`.",
        "def due(cents: list) -> int:\n    return len(cents)",
        "def due(cents: list[int]) -> int:\n    return len(cents)",
    ),
    "typeddict-item": TypeCode(
        "The fields of a typed dictionary have their types.",
        "from typing import TypedDict\n\n\nclass Refund(TypedDict):\n    cents: int\n\n\n"
        "refund: Refund = {'cents': '120'}",
        "from typing import TypedDict\n\n\nclass Refund(TypedDict):\n    cents: int\n\n\n"
        "refund: Refund = {'cents': 120}",
    ),
    "union-attr": TypeCode(
        "Each type that a value may have knows the attribute; None knows hardly any.",
        "def shout(name: str | None) -> str:\n    return name.upper()",
        "def shout(name: str | None) -> str:\n    return name.upper() if name else ''",
    ),
    "unused-coroutine": TypeCode(
        "What an async function returns is awaited.",
        "async def pay() -> None: ...\n\n\nasync def day() -> None:\n    pay()",
        "async def pay() -> None: ...\n\n\nasync def day() -> None:\n    await pay()",
    ),
    "unused-ignore": TypeCode(
        "A comment that ignores a type error stands where there is one.",
        "cents = 120  # type: ignore[assignment]  # it was text once",
        "cents = 120",
    ),
    "valid-type": TypeCode(
        "What stands where a type belongs is one.",
        "def pay(cents: any) -> None: ...",
        "from typing import Any\n\n\ndef pay(cents: Any) -> None: ...",
    ),
    "var-annotated": TypeCode(
        "An empty collection says what it will hold.",
        "seen = []",
        "seen: list[str] = []",
    ),
}

#: By the code as findings bear it behind `TYPE-`.
TYPE_CODES: Mapping[str, TypeCode] = MappingProxyType(_CODES)
