"""The review of a change: for a person, for a program, and as GitHub's review comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from waooaw_cli.factory.marks import Mark
from waooaw_cli.factory.reviews import AgentReview, Remark, Review, Side, State
from waooaw_cli.gates.report import Severity, Verdict
from waooaw_cli.render.foreign import intact, readable, visible
from waooaw_cli.render.marking import marked, marked_code
from waooaw_cli.render.page import Page
from waooaw_cli.render.phrases import counted

__all__ = [
    "GithubComment",
    "GithubWords",
    "comment_text",
    "github_comments",
    "print_review",
    "review_github",
    "review_json",
    "review_text",
    "told",
]

#: GitHub refuses more than 65 536 characters.
_MOST_CHARACTERS = 65_000
_MOST_SHOWN = 200
_LONGEST_TITLE = 200
_DECIDE = (
    "Whoever is responsible for the agent decides how it goes on. Close this issue when that is"
    " done; what comes after that is counted anew."
)
_ASKED = (
    "Answer with a comment, `/waooaw approve` (it may go on) or `/waooaw reject`. It counts from"
    " whoever may change this repository; silence for 24 hours rejects."
)
_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_SIDES = {Side.AFTER: "RIGHT", Side.BEFORE: "LEFT"}


@dataclass(frozen=True, slots=True)
class GithubComment:
    """Hold one comment of a review, as GitHub's REST interface takes it.

    Attributes:
        side: `RIGHT` for a line of the new version, `LEFT` for one that was there.
    """

    path: str
    line: int
    side: str
    body: str


def print_review(review: Review, page: Page, *, quiet: bool = False) -> None:
    """Print what is said of each agent, the place first, then one line with the verdict."""
    if not quiet:
        page.paragraph(f"compared with {readable(_base(review))}", "dim")
        for note in review.notes:
            page.paragraph(f"note: {readable(note)}", "yellow")
        for agent in review.agents:
            _print_agent(agent, page)
    style = "green" if review.verdict is Verdict.PASS else "bold red"
    page.whole(_summary(review), style)


def _print_agent(agent: AgentReview, page: Page) -> None:
    page.line()
    page.whole(f"{readable(agent.agent)} ({agent.state})", "bold")
    for note in agent.notes:
        page.paragraph(f"note: {note}", "yellow", hang=2)
    for one in agent.remarks[:_MOST_SHOWN]:
        page.whole(f"  {_place(one)}: {_word(one)} {readable(one.rule)}", _STYLES[one.severity])
        page.paragraph(readable(one.message), hang=4)
        if one.suggestion is not None:
            page.whole(f"    instead: {visible(one.suggestion.strip())}")
        if one.fix:
            page.paragraph(f"fix: {readable(one.fix)}", "dim", hang=4)
    if len(agent.remarks) > _MOST_SHOWN:
        page.paragraph(f"and {len(agent.remarks) - _MOST_SHOWN:,} more; --json has all", hang=2)


def _place(remark: Remark) -> str:
    numbers = (remark.line, remark.column if remark.line is not None else None)
    parts = [visible(str(remark.file)), *(str(one) for one in numbers if one is not None)]
    return ":".join(parts) + (" (as it was)" if remark.side is Side.BEFORE else "")


def _word(remark: Remark) -> str:
    if remark.approver is not None:
        return f"approved by {readable(remark.approver)}:"
    return remark.severity.value


def _base(review: Review) -> str:
    return f"{review.base_name} ({review.base[:10]})" if review.base else review.base_name


def _summary(review: Review) -> str:
    remarks = [one for agent in review.agents for one in agent.remarks]
    errors = sum(one.objects for one in remarks)
    permitted = sum(one.approver is not None for one in remarks)
    advice = len(remarks) - errors - permitted
    parts = [counted(len(review.agents), "agent") + " changed"]
    parts += [counted(errors, "objection")] if errors else []
    parts += [counted(advice, "remark")] if advice else []
    parts += [f"{permitted:,} approved"] if permitted else []
    return f"{review.verdict}: {', '.join(parts)}"


def review_json(review: Review, posted: object = None) -> str:
    """Return one JSON document with sorted keys.

    Args:
        review: The review.
        posted: What was posted, as plain data; left out where nothing was asked for.
    """
    content: dict[str, object] = {
        "schema": "waooaw.vision-review/1",
        "verdict": review.verdict.value,
        "base": {"name": review.base_name, "commit": review.base},
        "head": review.head,
        "notes": list(review.notes),
        "agents": [
            {
                "agent": agent.agent,
                "path": agent.root.as_posix(),
                "state": agent.state.value,
                "rejected": agent.rejected,
                "notes": list(agent.notes),
                "findings": [_content(one) for one in agent.remarks],
            }
            for agent in review.agents
        ],
    }
    if posted is not None:
        content["posted"] = posted
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _content(remark: Remark) -> dict[str, object]:
    return {
        "rule": remark.rule,
        "severity": remark.severity.value,
        "message": remark.message,
        "file": remark.file.as_posix(),
        "side": remark.side.value,
        "line": remark.line,
        "column": remark.column,
        "fix": remark.fix,
        "suggestion": remark.suggestion,
        "fingerprint": remark.fingerprint,
        "approvable": remark.approvable,
        "approved_by": remark.approver,
    }


def review_github(review: Review) -> str:
    """Return what `POST /repos/…/pulls/…/reviews` takes, as one JSON document."""
    pairs = tuple(told(review))
    comments = github_comments(pairs)
    unplaced = [pair for pair in pairs if pair[1].line is None]
    content: dict[str, object] = {
        "event": "COMMENT",
        "body": review_text(review, unplaced),
        "comments": [
            {"path": one.path, "line": one.line, "side": one.side, "body": one.body}
            for one in comments
        ],
    }
    if review.head is not None:
        content["commit_id"] = review.head
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def told(review: Review) -> Iterator[tuple[AgentReview, Remark]]:
    """Yield what a reviewer would say: what nobody has approved."""
    for agent in review.agents:
        for one in agent.remarks:
            if one.approver is None:
                yield agent, one


def github_comments(pairs: Iterable[tuple[AgentReview, Remark]]) -> tuple[GithubComment, ...]:
    """Return a comment for each remark that is about a line."""
    return tuple(
        GithubComment(
            intact(str(one.file)),
            one.line,
            _SIDES[one.side],
            comment_text(agent, one),
        )
        for agent, one in pairs
        if one.line is not None
    )


def comment_text(agent: AgentReview, remark: Remark) -> str:
    """Return one remark as Markdown, with the mark by which it is found again."""
    lines = [f"**{remark.severity}** {marked_code(remark.rule)}: {marked(remark.message)}"]
    if remark.suggestion is not None and remark.side is Side.AFTER:
        fence = _fence(remark.suggestion)
        lines += ["", f"{fence}suggestion", intact(remark.suggestion), fence]
    if remark.fix:
        lines += ["", f"_Fix:_ {marked(remark.fix)}"]
    mark = Mark("finding", remark.fingerprint, remark.rule, agent.root)
    lines += ["", f"`waooaw explain {remark.rule}` says why.", str(mark)]
    return "\n".join(lines)


def _fence(text: str) -> str:
    """Return a fence that nothing in *text* can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def review_text(review: Review, listed: Sequence[tuple[AgentReview, Remark]]) -> str:
    """Return the text above the comments.

    Args:
        review: The review.
        listed: What is told here, since no line of the diff can be commented on.
    """
    parts = [f"## waooaw vision review: {review.verdict}", "", marked(_summary(review)), ""]
    parts += [f"_{marked(note)}_" for note in review.notes]
    parts += [
        f"_{marked(agent.agent)}: {marked(note)}_"
        for agent in review.agents
        for note in agent.notes
    ]
    parts += [
        f"_{marked(agent.agent)} is removed._"
        for agent in review.agents
        if agent.state is State.REMOVED
    ]
    room = _MOST_CHARACTERS - sum(len(part) + 1 for part in parts) - 100
    left = 0
    for agent, one in listed:
        text = f"\n{_where(one)}\n{comment_text(agent, one)}"
        if left or len(text) > room:
            left += 1
            continue
        room -= len(text) + 1
        parts.append(text)
    if left:
        parts.append(f"\n_{counted(left, 'more remark')} left out for want of room._")
    return intact("\n".join(parts).rstrip())


def _where(remark: Remark) -> str:
    return f"### {marked_code(_place(remark))}"


class GithubWords:
    """Answer the port `Words` in GitHub flavoured Markdown."""

    def finding(self, agent: AgentReview, remark: Remark) -> str:
        """Return a comment on one line."""
        return comment_text(agent, remark)

    def review(self, review: Review, listed: Sequence[tuple[AgentReview, Remark]]) -> str:
        """Return what stands above the comments."""
        return review_text(review, listed)

    def rejection(
        self, agent: AgentReview, remarks: Sequence[Remark], pull: int
    ) -> tuple[str, str]:
        """Return title and text of an issue for a rejected specification."""
        rules = ", ".join(dict.fromkeys(one.rule for one in remarks))
        lines = [
            f"The specification of {marked_code(agent.agent)} in pull request #{pull} is rejected.",
            "",
        ]
        lines += [
            f"- {marked_code(_place(one))}: {marked_code(one.rule)} {marked(one.message)}"
            for one in remarks
        ]
        lines += ["", _choice(remarks), ""]
        lines += [str(Mark("rejection", one.fingerprint, one.rule, agent.root)) for one in remarks]
        title = f"{readable(agent.agent)}: the specification is rejected ({rules})"
        return intact(title[:_LONGEST_TITLE]), _bounded(lines)

    def escalation(self, mark: Mark, agent: AgentReview, times: int, pull: int) -> tuple[str, str]:
        """Return title and text of an issue for a repeated violation."""
        title = f"{readable(agent.agent)}: {mark.rule} is violated again and again"
        name, rule = marked_code(agent.agent), marked_code(mark.rule)
        lines = [
            f"{name} violated {rule} {times:,} times in 24 hours, last in pull request #{pull}.",
            "",
            _DECIDE,
            "",
            _ASKED,
            "",
            str(mark),
        ]
        return intact(title[:_LONGEST_TITLE]), _bounded(lines)


def _choice(remarks: Sequence[Remark]) -> str:
    if not any(one.approvable for one in remarks):
        return "Mend the specification: the core can't be approved by anybody."
    rest = (
        ""
        if all(one.approvable for one in remarks)
        else " The others nobody can approve: they have to be mended."
    )
    return (
        "Mend the specification, or answer with a comment: `/waooaw approve` or `/waooaw reject`."
        f" It counts from whoever may change this repository; silence for 24 hours rejects.{rest}"
    )


def _bounded(lines: Sequence[str]) -> str:
    text = intact("\n".join(lines))
    # The marks stand at the end, and are what keeps a second issue from being opened.
    return text if len(text) <= _MOST_CHARACTERS else text[-_MOST_CHARACTERS:]
