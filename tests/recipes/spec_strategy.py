"""Random specifications that are valid, as hostile to a template as the specification allows."""

from __future__ import annotations

import keyword
from typing import Any

from hypothesis import strategies as st

from waooaw.documents import Document
from waooaw.names import agent_name_problem, skill_name_problem
from waooaw.spec import AgentSpec, FieldType
from waooaw.specfile import check_spec

__all__ = ["SKILL_NAMES", "json_values", "plain_specs", "specs", "texts"]

_SNIPPETS = (
    '"""',
    "'''",
    '"',
    "'",
    "\\",
    "\\\\",
    "\\N{BULLET}",
    "\\u0041",
    "{{ 7*7 }}",
    "{% raw %}",
    "{# gone #}",
    "${HOME}",
    "$(id)",
    "`id`",
    "%s",
    "# noqa",
    "# type: ignore",
    "# mypy: ignore-errors",
    "# coding: latin-1",
    "---",
    "- item",
    "1. item",
    "> quote",
    "| cell |",
    "[link](x)",
    "<b>",
    "&amp;",
    "~~~",
    "```",
    "=====",
    ":",
    "no",
    "1.0",
    "1e3",
    "12:30",
    "0o17",
    "~",
    "\t",
    "\n",
    "\n\n",
    " ",
    "गणित शिक्षक",
    "👩‍👩‍👧‍👦",
    "日本語のとても長い文章です。",
    "العربية",
    "й",
    "é",
    "–",
    "’",
    "“x”",
    "\u00a0",
    "\u2028",
    "\u200b",
    "\u3000",
    "word",
    "pragma: no cover",
    "x" * 120,
    "https://example.com/" + "path/" * 30,
)

SKILL_NAMES = (
    "str",
    "list",
    "dict",
    "object",
    "print",
    "int",
    "float",
    "bool",
    "Str",
    "STR",
    "Task",
    "TaskOf",
    "SkillTask",
    "NotWritten",
    "Skills",
    "TypedDict",
    "waooaw",
    "self",
    "task",
    "match",
    "type",
    "_",
    "_1",
    "async_",
    "super",
    "property",
    "issue_refund",
    "issueRefund",
    "Issue_Refund",
    "IssueRefundInput",
    "IssueRefund",
    "StrInput",
    "ListOutput",
    "प्रश्न",
    "größe",
    "ß",
    "x" * 60,
    "é" * 60,
    "漢" * 60,
)
_FIELD_NAMES = (
    "str",
    "list",
    "dict",
    "int",
    "object",
    "class",
    "None",
    "def",
    "order id",
    "x-y",
    '"',
    "'",
    "'\"",
    "\\",
    "it's",
    '"quoted"',
    "{{ 7*7 }}",
    "# noqa",
    "__private",
    "__dunder__",
    "_x",
    "1st",
    "ﬁeld",
    "प्रश्न",
    "日" * 60,
    "é" * 60,
    "x" * 60,
    "👍",
    "password",
    "token",
    "match",
    "TypedDict",
    "total",
    "self",
    "IssueRefundInput",
    "a: b",
    "a\\nb",
)


_unicode = st.characters(codec="utf-8")
_characters = st.characters(
    exclude_categories=("Cs", "Cc"),
    # Direction overrides, which the specification refuses.
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


def texts(limit: int = 4_000, *, lines: bool = True) -> st.SearchStrategy[str]:
    """Return free text that the specification accepts."""
    pieces = st.one_of(st.sampled_from(_SNIPPETS), st.text(_characters, max_size=8))
    joined = st.tuples(st.lists(pieces, min_size=1, max_size=6), st.sampled_from((" ", "")))
    made = joined.map(lambda parts: parts[1].join(parts[0])[:limit])
    if not lines:
        made = made.map(lambda text: text.replace("\n", " ").replace("\t", " "))
    return made.filter(lambda text: bool(text.strip()))


def json_values() -> st.SearchStrategy[Any]:
    """Return JSON as an event's data may hold it."""
    strings = st.one_of(st.sampled_from(_SNIPPETS), st.text(_unicode))
    keys = st.one_of(strings, st.just("k" * 1_500))
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        # A condition can look at no larger ones.
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        strings,
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=8,
    )


_agent_names = st.one_of(
    st.sampled_from(
        ("wow-x", "agent", "path", "skills", "main", "exception", "a", "x" + "-y" * 29, "w" * 60)
    ),
    st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,4}", fullmatch=True),
).filter(lambda name: agent_name_problem(name) is None)

_identifiers = st.one_of(
    st.sampled_from(SKILL_NAMES),
    st.text(st.characters(categories=("Ll", "Lu", "Lo", "Nd", "Pc")), min_size=1, max_size=12),
).filter(lambda name: skill_name_problem(name) is None)

_fields = st.dictionaries(
    st.one_of(
        st.sampled_from((*_FIELD_NAMES, *keyword.kwlist[:6])),
        st.text(_characters, min_size=1, max_size=12).filter(
            lambda name: name.isprintable() and bool(name.strip())
        ),
    ),
    st.sampled_from([kind.value for kind in FieldType]),
    max_size=5,
)

_versions = st.sampled_from(
    (
        "0.1.0",
        "10.20.30",
        "0.1.0-rc.1",
        "1.0.0-alpha",
        "1.0.0-5",
        "1.0.0-foo.7+build.001",
        "1.0.0+sha-abc",
        "1.0.0--",
        "1.0.0-x-y-z.--",
        "2.0.0-BETA.2",
    )
)


@st.composite
def plain_specs(draw: st.DrawFn) -> dict[str, Any]:
    """Return what an answers file might hold: fields that mean something together."""
    skills = draw(st.lists(_identifiers, max_size=5, unique=True))
    outcomes = ["approve", "reject", "escalate", "defer", *skills]
    rules = [
        {
            "id": f"rule-{index}",
            "when": f"event.data.n == {index}",
            "then": draw(st.sampled_from(outcomes)),
            "because": draw(texts()),
        }
        for index in range(draw(st.integers(1, 3)))
    ]
    spec: dict[str, Any] = {
        "name": draw(_agent_names),
        "title": draw(texts(400, lines=False)),
        "version": draw(_versions),
        "purpose": draw(texts()),
        "domain": draw(texts(400, lines=False)),
        "owner": draw(texts(400, lines=False)),
        "responsibilities": draw(st.lists(texts(), max_size=3)),
        "wake": [{"topic": "a.b"}],
        "skills": [
            {
                "name": name,
                "description": draw(texts()),
                "effect": draw(st.sampled_from(("none", "internal"))),
                "input": draw(_fields),
                "output": draw(_fields),
            }
            for name in skills
        ],
        "rules": rules,
        "otherwise": draw(st.sampled_from(("escalate", "defer", "model"))),
        "boundaries": {"approval": skills[:1]},
        "collaborators": {"escalates_to": draw(texts(400, lines=False))},
        "examples": [
            {
                "event": {"type": "a.b", "data": {"n": 0, "more": draw(json_values())}},
                "expect": {"wakes": True, "rule": "rule-0", "outcome": rules[0]["then"]},
            },
            {
                "event": {"type": "other", "data": {"more": draw(json_values())}},
                "expect": {"wakes": False},
            },
        ],
    }
    if spec["otherwise"] == "model" and draw(st.booleans()):
        spec["model"] = {"prompt": draw(st.sampled_from(("a/b/c.txt", "agent.md", "prompts/x.md")))}
    return spec


def specs() -> st.SearchStrategy[AgentSpec]:
    """Return specifications that pass every check."""
    return plain_specs().map(lambda plain: check_spec(Document("strategy", plain)))
