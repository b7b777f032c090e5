"""One field of agent.yaml changes; comments, order, quotes and line ends stay."""

from __future__ import annotations

import pytest

from waooaw.documents import FieldPath
from waooaw_cli.factory.spec_edits import CannotEdit, Edit, edited

BLOCK = """\
# top
name: wow-desk   # its name
limits:
  # money
  monthly_usd: 80  # a lot
  p95_ms: 100
boundaries:
  approval:
    - pay
    # the last
skills:
  - name: pay
    description: |
      Pay.
  - name: look

# the end
"""


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ("a: 1 # x\n", Edit(("a",), "set", 2), "a: 2 # x\n"),
        (
            "a: 'x'\nb: 1\n",
            Edit(("a",), "set", "on-call@example.com"),
            "a: on-call@example.com\nb: 1\n",
        ),
        ("a:\nb: 1\n", Edit(("a",), "set", 2), "a: 2\nb: 1\n"),
        ("a: |\n  x\nb: 1\n", Edit(("a",), "set", "w"), "a: w\nb: 1\n"),
        ("a: 1", Edit(("b",), "set", True), "a: 1\nb: true"),
        ("a: 1\r\n", Edit(("b",), "set", 2), "a: 1\r\nb: 2\r\n"),
        ("a: {b: 1}\n", Edit(("a", "c"), "set", 2), "a: {b: 1, c: 2}\n"),
        ("a: {}\n", Edit(("a", "c"), "set", 2), "a: {c: 2}\n"),
        ("a:\nz: 1\n", Edit(("a", "c"), "set", 2), "a: {c: 2}\nz: 1\n"),
        ("a: 1\n", Edit(("b", "c"), "set", 2), "a: 1\nb: {c: 2}\n"),
        ("a: 1\n", Edit(("b", "c"), "add", "x"), "a: 1\nb: {c: [x]}\n"),
        ("a: [x]\n", Edit(("a",), "add", "y, z"), 'a: [x, "y, z"]\n'),
        ("a: [x,]\n", Edit(("a",), "add", "w"), "a: [x, w]\n"),
        ("a: []\n", Edit(("a",), "add", "w"), "a: [w]\n"),
        ("a:\n", Edit(("a",), "add", "w"), "a: [w]\n"),
        ("a: [x]\n", Edit(("a",), "add", "x"), "a: [x]\n"),
        ("a: [x, y, z]\n", Edit(("a", 1), "remove"), "a: [x, z]\n"),
        ("a: [x, y]\n", Edit(("a", 1), "remove"), "a: [x]\n"),
        ("a: [x]\n", Edit(("a", 0), "remove"), "a: []\n"),
        ("a:\n- x\n- y\nb: 1\n", Edit(("a", 0), "remove"), "a:\n- y\nb: 1\n"),
        ("a:\n  - x\nb: 1\n", Edit(("a", 0), "remove"), "a: []\nb: 1\n"),
        ('{"a": 1}', Edit(("b",), "set", 2), '{"a": 1, b: 2}'),
        ("\ufeffa: 1\n", Edit(("a",), "set", 2), "\ufeffa: 2\n"),
    ],
)
def test_only_the_field_changes(before: str, edit: Edit, after: str) -> None:
    """In block and in flow style, where it stands and where it is missing."""
    assert edited(before.encode(), [edit]).decode() == after


@pytest.mark.parametrize(
    ("path", "do", "value", "old", "new"),
    [
        (("limits", "monthly_usd"), "set", 50, "80  # a lot", "50  # a lot"),
        (("limits", "decision_usd"), "set", 0, "p95_ms: 100\n", "p95_ms: 100\n  decision_usd: 0\n"),
        (("boundaries", "approval"), "add", "look", "    - pay\n", "    - pay\n    - look\n"),
        (("boundaries", "data"), "set", "none", "    - pay\n", "    - pay\n  data: none\n"),
        (("skills", 0), "remove", None, "  - name: pay\n    description: |\n      Pay.\n", ""),
        (
            ("otherwise",),
            "set",
            "escalate",
            "  - name: look\n",
            "  - name: look\notherwise: escalate\n",
        ),
    ],
)
def test_comments_and_order_stay(
    path: FieldPath, do: str, value: object, old: str, new: str
) -> None:
    """Every other byte is as it was."""
    assert edited(BLOCK.encode(), [Edit(path, do, value)]).decode() == BLOCK.replace(old, new)


@pytest.mark.parametrize(
    ("before", "edit"),
    [
        ("a: &x 1\nb: *x\n", Edit(("b",), "set", 2)),
        ("a: [1]\n", Edit(("a",), "set", 2)),
        ("a: &x [1]\nb: *x\n", Edit(("b",), "add", 2)),
    ],
)
def test_what_would_touch_something_else_is_not_done(before: str, edit: Edit) -> None:
    """An alias stands for more than one place."""
    with pytest.raises(CannotEdit):
        edited(before.encode(), [edit])
