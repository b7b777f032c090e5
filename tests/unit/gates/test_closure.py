"""What a package needs, and what that needs in turn."""

from __future__ import annotations

from fakes.installations import FakeInventory, installed

from waooaw_cli.gates.closure import Closure, Missing, Root, closure
from waooaw_cli.gates.dependency_ports import Distribution


def reached(*distributions: Distribution, roots: tuple[Root, ...], stop: str = "") -> Closure:
    known = {one.name: one for one in distributions}
    return closure(roots, known.get, stop=frozenset(stop.split()))


def test_requirements_are_followed() -> None:
    """Each once, with the name through which it is needed; circles end."""
    found = reached(
        installed("a", "1", "B>=1", "c"),
        installed("b", "2", "a"),
        installed("c", "3"),
        installed("unasked", "4"),
        roots=(Root("a"), Root("c")),
    )

    assert {name: (one.root, one.needs) for name, one in found.reached.items()} == {
        "a": ("a", ("b", "c")),
        "b": ("a", ("a",)),
        "c": ("c", ()),
    }
    assert found.missing == ()


def test_markers_and_extras_count() -> None:
    """An extra that is asked for later is followed too; another platform's need is not."""
    found = reached(
        installed(
            "a",
            "1",
            "fast ; extra == 'fast'",
            "slow ; extra == 'slow'",
            "old ; python_version < '3'",
            "odd ; os_name ~= 'x'",
            "no requirement",
        ),
        installed("b", "1", "a[fast]"),
        installed("fast"),
        roots=(Root("a"), Root("b")),
    )

    assert set(found.reached) == {"a", "b", "fast"}
    assert found.reached["a"].root == "a"
    assert found.reached["a"].needs == ("fast",)


def test_what_is_not_installed_is_named() -> None:
    """With what needs it; what is stopped at is neither."""
    found = reached(
        installed("a", "1", "gone", "stopped"), roots=(Root("a"), Root("absent")), stop="stopped"
    )

    assert found.missing == (Missing("absent", None, "absent"), Missing("gone", "a", "a"))
    assert set(found.reached) == {"a"}


def test_the_fake_answers_the_port() -> None:
    """What was put in is found."""
    from pathlib import Path

    inventory = FakeInventory([installed("a")])

    assert inventory.find(Path("python"), "a") == installed("a")
    assert inventory.find(Path("python"), "b") is None
