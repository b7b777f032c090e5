"""Texts, conditions and skills that say nothing or too much, and others that only look like it."""

from __future__ import annotations

import pytest
from fakes.plain_desk import desk_with

from waooaw.expressions import Scope
from waooaw.vision import judge_spec
from waooaw.vision.constancy import constant, holds_always
from waooaw.vision.deeds import loses_work, tells_effect
from waooaw.vision.echoes import is_idle_purpose, repeats
from waooaw.vision.spending import spends_without_limit
from waooaw.vision.vagueness import Place, is_placeholder

TOPICS = ("a.b",)

NEVER_WRITTEN = [
    (Place.PERSON, "someone"),
    (Place.PERSON, "SOMEONE"),
    (Place.PERSON, "todo: find an owner"),
    (Place.PERSON, "nobody@example.com"),
    (Place.PERSON, "<your-team@example.com>"),
    (Place.PERSON, "CHANGEME"),
    (Place.PERSON, "change-me"),
    (Place.PERSON, "not assigned yet"),
    (Place.PERSON, "tbd"),
    (Place.PERSON, "TBD."),
    (Place.PERSON, "[TBD]"),
    (Place.PERSON, "{{ owner }}"),
    (Place.PERSON, "${OWNER}"),
    (Place.PERSON, "<owner>"),
    (Place.PERSON, "<team>@example.com"),
    (Place.PERSON, "{{team}}@example.com"),
    (Place.PERSON, "noreply@example.com"),
    (Place.PERSON, "no-reply@x.org"),
    (Place.PERSON, "Alerts <no-reply@x.org>"),
    (Place.PERSON, "payments-noreply@x.org"),
    (Place.PERSON, "donotreply@x.org"),
    (Place.PERSON, "someone, to be decided"),
    (Place.PERSON, "someone (to be decided)"),
    (Place.PERSON, "to be decided"),
    (Place.PERSON, "to be decided later"),
    (Place.PERSON, "TBD by finance"),
    (Place.PERSON, "tbd - ask Anna"),
    (Place.PERSON, "unknown yet"),
    (Place.PERSON, "None yet"),
    (Place.PERSON, "nobody yet"),
    (Place.PERSON, "yet to be named"),
    (Place.PERSON, "will be assigned later"),
    (Place.PERSON, "somebody"),
    (Place.PERSON, "anyone"),
    (Place.PERSON, "whoever"),
    (Place.PERSON, "n/a"),
    (Place.PERSON, "N.A."),
    (Place.PERSON, "na"),
    (Place.PERSON, "null"),
    (Place.PERSON, "-"),
    (Place.PERSON, "???"),
    (Place.PERSON, "xxx"),
    (Place.PERSON, "owner"),
    (Place.PERSON, "the owner"),
    (Place.PERSON, "Owner TBD"),
    (Place.PERSON, "owner: tbd"),
    (Place.PERSON, "team name"),
    (Place.PERSON, "your name"),
    (Place.PERSON, "Your Team"),
    (Place.PERSON, "your-team@example.com"),
    (Place.PERSON, "your.name@company.com"),
    (Place.PERSON, "foo"),
    (Place.PERSON, "foo@bar.com"),
    (Place.PERSON, "asdf"),
    (Place.PERSON, "x"),
    (Place.PERSON, "/dev/null"),
    (Place.PERSON, "dev-null@example.com"),
    (Place.PERSON, "pending"),
    (Place.PERSON, "TODO"),
    (Place.PERSON, "todo@example.com"),
    (Place.PERSON, "me"),
    (Place.PERSON, "the right person"),
    (Place.PERSON, "fixme"),
    (Place.PERSON, "unassigned"),
    (Place.PERSON, "@todo"),
    (Place.PERSON, "#todo"),
    (Place.PERSON, "not decided"),
    (Place.PERSON, "not yet assigned"),
    (Place.PERSON, "undecided"),
    (Place.PERSON, "to be announced"),
    (Place.PERSON, "TO BE DETERMINED"),
    (Place.PERSON, "tba"),
    (Place.PERSON, "TODO(anna)"),
    (Place.PERSON, "FIXME!"),
    (Place.PERSON, "ops@example.invalid"),
    (Place.PERSON, "xxx@xxx.com"),
    (Place.PERSON, "owner not set"),
    (Place.PERSON, "placeholder"),
    (Place.PERSON, "Placeholder owner"),
    (Place.PERSON, "name@example.com"),
    (Place.PERSON, "insert owner here"),
    (Place.PERSON, "someone else"),
    (Place.PERSON, "a human"),
    (Place.PERSON, "somebody who will be named later"),
    (Place.PERSON, "someone from the team, tbd"),
    (Place.PROSE, "TODO"),
    (Place.PROSE, "todo."),
    (Place.PROSE, "asdf"),
    (Place.PROSE, "asdfasdf"),
    (Place.PROSE, "asdf jkl"),
    (Place.PROSE, "lorem ipsum"),
    (Place.PROSE, "Lorem ipsum dolor sit amet, consectetur"),
    (Place.PROSE, "because"),
    (Place.PROSE, "Because."),
    (Place.PROSE, "No reason"),
    (Place.PROSE, "n/a"),
    (Place.PROSE, "to be written"),
    (Place.PROSE, "To be written."),
    (Place.PROSE, "TODO: describe"),
    (Place.PROSE, "TODO write this"),
    (Place.PROSE, "xxx"),
    (Place.PROSE, "test"),
    (Place.PROSE, "This is a test."),
    (Place.PROSE, "foo"),
    (Place.PROSE, "foo bar"),
    (Place.PROSE, "blah blah"),
    (Place.PROSE, "some text here"),
    (Place.PROSE, "your text here"),
    (Place.PROSE, "reason goes here"),
    (Place.PROSE, "Reason"),
    (Place.PROSE, "Purpose."),
    (Place.PROSE, "Description here"),
    (Place.PROSE, "insert purpose here"),
    (Place.PROSE, "..."),
    (Place.PROSE, "tbd"),
    (Place.PROSE, "TBD"),
    (Place.PROSE, "fill in later"),
    (Place.PROSE, "fill me in"),
    (Place.PROSE, "placeholder"),
    (Place.PROSE, "Placeholder text"),
    (Place.PROSE, "<purpose>"),
    (Place.PROSE, "{{ purpose }}"),
    (Place.PROSE, "will follow"),
    (Place.PROSE, "coming soon"),
    (Place.PROSE, "sdfsdf"),
    (Place.PROSE, "qwerty"),
    (Place.PROSE, "aaaa"),
    (Place.PROSE, "dfghjklmn"),
    (Place.PROSE, "Still to be written."),
    (Place.PROSE, "The purpose is still to be written"),
    (Place.PROSE, "The purpose will be written later."),
    (Place.PROSE, "not written yet"),
    (Place.PROSE, "Not yet defined"),
    (Place.PROSE, "describe your agent here"),
    (Place.PROSE, "why not"),
    (Place.PROSE, "Just because"),
    (Place.PROSE, "FIXME: explain"),
    (Place.PROSE, "(to be defined)"),
    (Place.PROSE, "tbd, ask legal"),
    (Place.PROSE, "Whatever."),
    (Place.PROSE, "hjkl"),
    (Place.PROSE, "reason: tbd"),
    (Place.PROSE, "abc"),
    (Place.PROSE, "none"),
    (Place.PROSE, "unknown"),
    (Place.PROSE, "jjjjj"),
    (Place.PROSE, "To do"),
    (Place.PROSE, "something"),
    (Place.PROSE, "Explain why here"),
    (Place.CITE, "TBD"),
    (Place.CITE, "?"),
    (Place.CITE, "todo"),
    (Place.CITE, "none"),
    (Place.CITE, "n/a"),
    (Place.CITE, "N/A"),
    (Place.CITE, "XXX"),
    (Place.CITE, "POL-XXX"),
    (Place.CITE, "POL-TBD"),
    (Place.CITE, "POL-?"),
    (Place.CITE, "POL-??"),
    (Place.CITE, "to be found"),
    (Place.CITE, "TODO: find policy"),
    (Place.CITE, "policy tbd"),
    (Place.CITE, "-"),
    (Place.CITE, "unknown"),
    (Place.CITE, "<policy>"),
    (Place.CITE, "???"),
    (Place.CITE, "TBD: ask legal"),
    (Place.CITE, "pol-todo"),
    (Place.CITE, "not found yet"),
    (Place.CITE, "POL-NNN"),
    (Place.CITE, "tbc"),
    (Place.CITE, "some policy"),
    (Place.CITE, "policy"),
    (Place.CITE, "Policy number"),
    (Place.NAME, "todo"),
    (Place.NAME, "tbd"),
    (Place.NAME, "to-be-decided"),
    (Place.NAME, "some-agent"),
    (Place.NAME, "none"),
    (Place.NAME, "other-agent"),
    (Place.NAME, "unknown"),
    (Place.NAME, "placeholder"),
    (Place.NAME, "agent-name"),
    (Place.NAME, "foo"),
    (Place.NAME, "changeme"),
    (Place.NAME, "<domain>"),
    (Place.NAME, "domain"),
    (Place.NAME, "to-do"),
]

WRITTEN = [
    (Place.PERSON, "TBD Holdings GmbH"),
    (Place.PERSON, "no-one-left-behind@example.com"),
    (Place.PERSON, "The no-one-left-behind team"),
    (Place.PERSON, "Todorov, Ivan"),
    (Place.PERSON, "Todo Todorov <todo@todorov.bg>"),
    (Place.PERSON, "unknown-callers@example.com"),
    (Place.PERSON, "Someone Else's Car team"),
    (Place.PERSON, "someone-elses-car@example.com"),
    (Place.PERSON, "None-of-the-above team"),
    (Place.PERSON, "TODO-list team <todo@example.com>"),
    (Place.PERSON, "गणित-team"),
    (Place.PERSON, "QA"),
    (Place.PERSON, "qa@example.com"),
    (Place.PERSON, "O'Neill-team@example.com"),
    (Place.PERSON, "Nobody's Fool Ltd"),
    (Place.PERSON, "x@example.com"),
    (Place.PERSON, "Nonesuch Street office"),
    (Place.PERSON, "Null Island Road 3"),
    (Place.PERSON, "tbd-holdings@example.com"),
    (Place.PERSON, "pager+4711@example.com"),
    (Place.PERSON, "Anne Owner <anne@example.com>"),
    (Place.PERSON, "team-x"),
    (Place.PERSON, "To Do Vui"),
    (Place.PERSON, "on-call"),
    (Place.PERSON, "payments-team"),
    (Place.PERSON, "owner-relations@example.com"),
    (Place.PERSON, "Placeholder Pharmacy Ltd."),
    (Place.PERSON, "noreply-handling@example.com"),
    (Place.PERSON, "The nobody-left-behind rota"),
    (Place.PERSON, "Ops <ops@example.com>"),
    (Place.PERSON, "<ops@example.com>"),
    (Place.PERSON, "Na Li"),
    (Place.PERSON, "TBA Airlines ops"),
    (Place.PERSON, "name-service@example.com"),
    (Place.PERSON, "yourtown-clinic@example.com"),
    (Place.PERSON, "Foo Fighters fan desk"),
    (Place.PERSON, "unknown-sender-desk@example.com"),
    (Place.PERSON, "https://example.com/oncall"),
    (Place.PERSON, "+49 30 1234567"),
    (Place.PERSON, "the duty engineer"),
    (Place.PERSON, "#payments-oncall"),
    (Place.PROSE, "Todo lists are not cash."),
    (Place.PROSE, "It is due."),
    (Place.PROSE, "B."),
    (Place.PROSE, "No."),
    (Place.PROSE, "Because the customer asked for it."),
    (Place.PROSE, "Find lorem ipsum in listings."),
    (Place.PROSE, "Lorem ipsum is filler and is never published."),
    (Place.PROSE, "Dates that are TBD are asked for."),
    (Place.PROSE, "TBD dates are asked for at once."),
    (Place.PROSE, "To be paid within thirty days."),
    (Place.PROSE, "To be confirmed by the customer."),
    (Place.PROSE, "Unknown callers go to a person."),
    (Place.PROSE, "Nobody waits for this copy."),
    (Place.PROSE, "None of the amounts is above the limit."),
    (Place.PROSE, "Someone has to look at it."),
    (Place.PROSE, "数"),
    (Place.PROSE, "Test results go to the doctor."),
    (Place.PROSE, "Testing is free."),
    (Place.PROSE, "It is true of the meter."),
    (Place.PROSE, "The owner is unknown."),
    (Place.PROSE, "Test orders are not paid."),
    (Place.PROSE, "Nothing is paid twice."),
    (Place.PROSE, "Something is wrong with the reading."),
    (Place.PROSE, "TODO comments block a release."),
    (Place.PROSE, "Say why."),
    (Place.PROSE, "Route"),
    (Place.PROSE, "Balance load"),
    (Place.PROSE, "Write descriptions"),
    (Place.PROSE, "Describe products."),
    (Place.PROSE, "Add a description"),
    (Place.PROSE, "Explain one step."),
    (Place.PROSE, "Empty questions have no answer."),
    (Place.PROSE, "A test.  Of strength."),
    (Place.PROSE, "Pay."),
    (Place.PROSE, "Reads a text"),
    (Place.PROSE, "The decision is pending at the court."),
    (Place.PROSE, "Open tickets are closed after a week"),
    (Place.PROSE, "To do lists are kept apart."),
    (Place.PROSE, "In progress orders stay."),
    (Place.PROSE, "Your order is on its way."),
    (Place.PROSE, "N/A values break the report."),
    (Place.PROSE, "Placeholder texts are refused."),
    (Place.PROSE, "ZIP files are refused"),
    (Place.CITE, "TBD-12"),
    (Place.CITE, "POL-7"),
    (Place.CITE, "EU-1169/2011"),
    (Place.CITE, "§ 14 Abs. 2 UStG"),
    (Place.CITE, "https://example.com/policies/7"),
    (Place.CITE, "Article XXX"),
    (Place.CITE, "None Such Act 1999"),
    (Place.CITE, "LAW-1"),
    (Place.CITE, "POL-100"),
    (Place.CITE, "POL-1000"),
    (Place.CITE, "Annex X"),
    (Place.CITE, "GDPR Art. 5"),
    (Place.CITE, "ISO 27001"),
    (Place.CITE, "Unknown Persons Act 4"),
    (Place.NAME, "todo-lists"),
    (Place.NAME, "wow-security"),
    (Place.NAME, "testing"),
    (Place.NAME, "payments"),
    (Place.NAME, "wow-todo"),
    (Place.NAME, "operations"),
    (Place.NAME, "domain-modelling"),
    (Place.NAME, "agents"),
    (Place.NAME, "none-such"),
    (Place.NAME, "names"),
]


@pytest.mark.parametrize(("place", "text"), NEVER_WRITTEN)
def test_what_was_never_written_is_known(place: Place, text: str) -> None:
    """However it is spelled, bracketed or excused."""
    assert is_placeholder(text, place)


@pytest.mark.parametrize(("place", "text"), WRITTEN)
def test_what_only_speaks_of_it_is_not(place: Place, text: str) -> None:
    """Companies, people, to-do lists and sentences about what is open."""
    assert not is_placeholder(text, place)


ALWAYS = [
    'duration("1h") < duration("2h")',
    'event.type.matches("^a") || !event.type.matches("^a")',
    "true",
    "1 < 2",
    "true || event.data.x > 1",
    'event.type != ""',
    "size(event.id) > 0 || event.data.x > 1",
    "event.type == event.type",
    "event.data.x >= 1 || event.data.x < 1",
    "has(event.data.x) || !has(event.data.x)",
    'event.type == "a.b"',
    'event.type.startsWith("a.")',
    'event.type in ["a.b","c"]',
    "!(event.data.a && !event.data.a)",
    "event.data.a != 1 || event.data.a != 2",
    "event.data.a == event.data.b || event.data.a != event.data.b",
    "event.data.a < event.data.b || event.data.b <= event.data.a",
    "size(event.data.l) >= 0",
    "event.data.l.exists(c, c > 1) || !event.data.l.exists(c, c > 1)",
    "!false",
    'event.id.contains("")',
    "event.data.x > 5 ? true : event.data.x <= 5",
    "(event.data.x > 1) == (event.data.x > 1)",
    "event.data.x == null || event.data.x != null",
    'event.type == "a.b" && (event.data.x >= 1 || event.data.x < 1)',
    '!(event.type == "x.y")',
    'event.data.s == "a" || event.data.s != "a"',
    'event.type.contains("b")',
    'event.data["x"] == event.data.x',
]

SOMETIMES = [
    "event.data.x > 1 || event.data.x < 1",
    'event.type != "a.b"',
    'event.source != "/sandbox"',
    'event.subject != ""',
    '!event.source.contains("test")',
    '!event.type.matches("^test")',
    "size(event.subject) < 100",
    "!has(context.blocked)",
    "!has(event.data.blocked)",
    "event.data.paid == false",
    "event.data.paid == true || event.data.paid == false",
    "event.data.a <= event.data.b",
    "has(event.data.x)",
    "has(event.data.x) && (event.data.x > 1 || event.data.x <= 1)",
    'event.type == "a.c"',
    "event.data.flag",
    "event.data.x < 10 || event.data.x > 9999",
    "event.data.a > 1 || event.data.b <= 1",
    "event.data.x in [1,2]",
    'event.time != ""',
    'event.data.s == "a" || event.data.s == "b"',
    'event.data.name < "m" || event.data.name >= "m2"',
    "event.data.amount > 0",
    "context.n < 3 || event.data.x > 3",
    "event.data.l.exists(c, c > 1) || !event.data.l.exists(c, c > 2)",
    "event.data.x in event.data.l",
    '"seo" in event.data.tags',
    'event.data.a.startsWith("x") || event.data.a == "y"',
]


@pytest.mark.parametrize("source", ALWAYS)
def test_a_condition_that_always_holds_is_proven(source: str) -> None:
    """Over every kind of event that it tells apart."""
    assert holds_always(source, TOPICS)


@pytest.mark.parametrize("source", SOMETIMES)
def test_a_condition_that_decides_something_is_taken_at_its_word(source: str) -> None:
    """What is not proven is not said."""
    assert not holds_always(source, TOPICS)


@pytest.mark.parametrize(
    ("source", "topics", "always"),
    [
        ('event.type.startsWith("m.")', ("m.*",), True),
        ('event.type.startsWith("m.")', ("m.**",), False),
        ('event.type.startsWith("m")', ("m.**",), True),
        ('event.type == "m.a"', ("m.*",), False),
        ('event.type == "m.a" || event.type == "n"', ("m.a", "n"), True),
        ('event.type == "m.a"', ("m.a", "n"), False),
        ('event.type != "m.z"', ("m.a", "n"), True),
        ('event.type.endsWith("a")', ("m.a", "n.a"), True),
        ('event.type == "a.b"', (), False),
        ("event.data.x >", (), False),
    ],
)
def test_the_topics_say_which_events_there_are(
    source: str, topics: tuple[str, ...], always: bool
) -> None:
    """A condition on the one topic that wakes the agent is none."""
    assert holds_always(source, topics) is always


CONSTANT = [
    ('decision.tier == "llm"', False),
    ("decision.confidence > 1.0", False),
    ('decision.outcome != ""', True),
    ("decision.cost_usd < 0.0", False),
    ("event.data.hour < 6 && event.data.hour > 22", False),
    ("false", False),
    ("1==2", False),
    ("event.data.x > 1 && false", False),
    ("decision.confidence >= 0.0", True),
    ("decision.confidence <= 1.0", True),
    ("decision.cost_usd >= 0.0", True),
    ('decision.tier in ["rules","cache","model","otherwise"]', True),
    ('decision.outcome == "pay" && event.data.c == "a" && event.data.c == "b"', False),
    ("size(decision.outcome) > 0", True),
    ('decision.tier != "x"', True),
    ("size(event.data.l) < 0", False),
    ('event.data.a == "x" && event.data.a != "x"', False),
    ("!(decision.confidence >= 0.0 && decision.confidence <= 1.0)", False),
    ("has(event.data.a) && !has(event.data.a)", False),
    ("event.data.n == 5 && event.data.n > 10", False),
]
FREE = [
    "event.data.n > 9223372036854775807",
    "(event.data.vip ? 900 : 100) < 500",
    "[1, 2].exists(one, one > event.data.x)",
    "timestamp(event.time).getHours() < 6",
    'decision.tier == "model"',
    "decision.confidence < 0.5",
    'decision.outcome != "approve"',
    "decision.cost_usd > 0.0",
    "decision.cost_usd == 0.0",
    "event.data.hour < 6 || event.data.hour > 22",
    'event.data.a == "x" && event.data.b == "y"',
    'event.data.a in ["x"] && event.data.a in ["x","y"]',
    'decision.rule == ""',
    "decision.confidence == 1.0",
    "decision.confidence < 1.0",
    "event.data.flag == false",
    "event.data.x > 5 && event.data.x < 6",
    "size(event.data.l) > 1 && size(event.data.l) < 3",
    'event.data.a.contains("x") && event.data.a.contains("y")',
    'event.data.a != "x" && event.data.a != "y"',
    'event.data.x == 1 && event.data.x != "1"',
    'event.data.a.startsWith("x") && event.data.a.endsWith("xx")',
    'event.data.roles.exists(r, r == "a") && event.data.roles.exists(r, r == "b")',
    '"a" in event.data.l && "b" in event.data.l',
    'decision.tier == "cache" || decision.tier == "model"',
]


@pytest.mark.parametrize(("source", "answer"), CONSTANT)
def test_a_boundary_that_is_the_same_for_every_decision_is_known(source: str, answer: bool) -> None:
    """By what a decision can be, and by what one field can't be at once."""
    assert constant(source, Scope.BOUNDARY) is answer


@pytest.mark.parametrize("source", FREE)
def test_a_boundary_that_can_hold_and_let_pass_is_left_alone(source: str) -> None:
    """Two fields, two ends of a text, a number between two others."""
    assert constant(source, Scope.BOUNDARY) is None


def test_too_much_to_try_is_said_nothing_of() -> None:
    """A condition over many fields takes no time, proven or not."""
    wide = " || ".join(f"event.data.f{number} > {number}" for number in range(60))

    assert not holds_always(wide)
    assert constant(wide, Scope.BOUNDARY) is None


REPEATING = [
    ("small-claim", "small-claim", "settle"),
    ("Small claim.", "small-claim", "settle"),
    ("The rule small-claim.", "small-claim", "x"),
    ("The rule matched.", "a-b", "x"),
    ("Rule matched", "a", "approve"),
    ("The condition is met.", "a", "approve"),
    ("Condition is true", "a", "x"),
    ("Matched.", "a", "x"),
    ("This rule applies.", "a", "x"),
    ("Because the rule says so.", "a", "x"),
    ("The event matches the rule.", "a", "x"),
    ("The rule small-claim applies", "small-claim", "x"),
    ("Approved.", "a", "approve"),
    ("It is approved", "a", "approve"),
    ("Must be escalated.", "a", "escalate"),
    ("Escalate", "a", "escalate"),
    ("It matches.", "a", "x"),
    ("criteria met", "a", "x"),
    ("The conditions of the rule hold.", "a", "x"),
    ("All criteria are fulfilled", "a", "x"),
    ("As per rule", "a", "x"),
    ("By rule", "a", "x"),
    ("Rule", "a", "approve"),
    ("small_claim", "small-claim", "x"),
    ("The small claim rule", "small-claim", "x"),
    ("The rule fired because its condition was true.", "a", "approve"),
]
REASONS = [
    ("It is due.", "due", "pay"),
    ("Small sums are within the desk's authority.", "small", "approve"),
    ("The customer is blocked.", "blocked-customer", "reject"),
    ("No.", "a", "reject"),
    ("B.", "a", "approve"),
    ("The reading matches the forecast.", "a", "approve"),
    ("It is true of the meter.", "a", "x"),
    ("The addresses match.", "address", "approve"),
    ("Fraud rules forbid it.", "a", "reject"),
    ("The rules of the league are met by both teams.", "a", "approve"),
    ("A tick needs no thought.", "tick", "approve"),
    ("Blocked customers are decided by the risk team.", "blocked-customer", "reject"),
    ("The order is free.", "free", "approve"),
    ("The match is over.", "match-over", "approve"),
    ("Escalated by the night shift.", "a", "escalate"),
    ("The claim holds water.", "a", "approve"),
    ("The rule of law applies to claims", "a", "approve"),
    ("Later than thirty days.", "late", "defer"),
    ("Accepted by the customer.", "a", "approve"),
    ("Yes, the customer paid.", "a", "approve"),
]
IDLE = [
    "Does stuff.",
    "An agent.",
    "This is an agent.",
    "It is an AI agent that helps people.",
    "Refund Desk",
    "The refund desk.",
    "wow-refund-desk",
    "Do things",
    "Be helpful.",
    "To do work",
    "Agent for everything",
    "A bot",
    "Handle tasks",
    "An agent called Refund Desk.",
    "Refund desk agent",
    "Helps users.",
    "It does what it does.",
    "To be a good assistant.",
]
PURPOSES = [
    "Decide refund requests.",
    "Be measured.",
    "Say that the platform is alive.",
    "Pay.",
    "Help customers with refunds.",
    "Run the refund desk.",
    "Process refunds",
    "Support test teams with data",
]


@pytest.mark.parametrize(("reason", "name", "outcome"), REPEATING)
def test_a_reason_that_repeats_its_rule_is_known(reason: str, name: str, outcome: str) -> None:
    """The id, that it matched, or what it decides."""
    assert repeats(reason, name, outcome)


@pytest.mark.parametrize(("reason", "name", "outcome"), REASONS)
def test_a_short_reason_is_one(reason: str, name: str, outcome: str) -> None:
    """Also where it holds words of the id, or speaks of rules."""
    assert not repeats(reason, name, outcome)


@pytest.mark.parametrize("purpose", IDLE)
def test_a_purpose_that_fits_any_agent_is_none(purpose: str) -> None:
    """It is an agent, it helps, it is called so."""
    assert is_idle_purpose(purpose, "wow-refund-desk", "Refund Desk")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_short_purpose_is_one(purpose: str) -> None:
    """A verb and what it is done to are enough."""
    assert not is_idle_purpose(purpose, "wow-refund-desk", "Refund Desk")


SKILL = (
    "skills: [{name: %s, description: '%s', effect: external,"
    " input: {order_id: string, amount: number}}]\n"
)
REFUND = SKILL % ("issue_refund", "Pay the money back.")
LARGE = "{id: large, when: event.data.amount > 500, then: escalate, because: Too large.}, "


def spends(when: str, *, skill: str = REFUND, before: str = "", more: str = "") -> bool:
    name = skill.split("name: ")[1].split(",", maxsplit=1)[0]
    rule = f"{{id: due, when: '{when}', then: {name}, because: It is due.}}"
    spec = desk_with(f"{skill}rules: [{before}{rule}]\n{more}")
    return spends_without_limit(spec, len(spec.rules) - 1)


@pytest.mark.parametrize(
    "when",
    [
        "event.data.amount > 0",
        "has(event.data.amount)",
        'event.data.currency == "EUR"',
        "event.data.amount >= 1000",
        "event.data.amount != 0",
        'event.data.amount > 10 && event.data.channel == "card"',
        "event.data.amount < 5 || event.data.vip == true",
        "!(event.data.amount <= 0)",
    ],
)
def test_any_amount_is_no_authority(when: str) -> None:
    """A lower bound, a currency or a reason does not hold the amount down."""
    assert spends(when)


@pytest.mark.parametrize(
    "when",
    [
        "event.data.amount <= 500",
        "500 >= event.data.amount",
        "event.data.amount < 500 && event.data.x > 1",
        "event.data.amount in [10, 20]",
        "event.data.amount <= event.data.paid",
        "event.data.amount + event.data.fee <= 100",
        "event.data.vip ? event.data.amount < 900 : event.data.amount < 100",
        'event.data.approved_by != ""',
        "!(event.data.amount > 500)",
    ],
)
def test_an_amount_that_is_bounded_is_spent(when: str) -> None:
    """Whichever way round it is written, by a number, another field or a person."""
    assert not spends(when)


def test_what_is_decided_elsewhere_bounds_an_amount_too() -> None:
    """An earlier rule, a boundary, the wake or an approval."""
    boundary = "{id: b, when: event.data.amount > 500, because: Too much at once.}"
    when = "event.data.x > 1"

    assert spends(when)
    assert spends(when, more="wake: [{topic: a, when: event.data.amount > 0}]")
    assert not spends(when, before=LARGE)
    assert not spends(when, more=f"boundaries: {{never: [{boundary}]}}")
    assert not spends(when, more="wake: [{topic: a, when: event.data.amount <= 50}]")
    assert not spends(when, more="boundaries: {approval: [issue_refund]}")


def test_what_is_no_money_has_no_limit() -> None:
    """An amount of water, a letter."""
    assert not spends("event.data.x > 1", skill=SKILL % ("dispense", "Dispense the water."))
    assert not spends("event.data.x > 1", skill=SKILL % ("send_letter", "Send a letter."))


@pytest.mark.parametrize(
    ("name", "description", "told"),
    [
        ("send_invoice", "Mail the invoice.", "send"),
        ("delete_account", "Close it for good.", "delete"),
        ("pay_supplier", "Release the money.", "pay"),
        ("publish_post", "Put it on the site.", "publish"),
        ("send_time_estimate", "Guess when to send.", ""),
        ("draft_invoice", "Write the text.", ""),
        ("transfer_learning_score", "Score it.", ""),
        ("remove_background", "Cut out the product.", ""),
        ("refund_check", "Look whether it is due.", ""),
        ("pay", "Work out what would be paid.", ""),
    ],
)
def test_a_name_that_says_that_it_acts_is_taken_at_its_word(
    name: str, description: str, told: str
) -> None:
    """Figures, drafts and checks act on nothing."""
    assert tells_effect(name, description) == told


def loses(name: str, description: str, when: str = "event.data.x > 1") -> bool:
    spec = desk_with(
        "kind: customer\nskills:\n"
        "  - {name: write_menu, description: Write a menu., input: {dishes: array}}\n"
        f"  - {{name: {name}, description: '{description}', effect: internal}}\n"
        f"rules: [{{id: a, when: '{when}', then: {name}, because: It is so.}}]\n"
    )
    return loses_work(spec, spec.skills[1])


@pytest.mark.parametrize(
    ("name", "description", "when"),
    [
        ("delete_work", "Delete everything that was made during the trial.", "true"),
        ("purge_menus", "Delete the menus of a restaurant that has cancelled.", "true"),
        ("wipe_workspace", "Wipe all content of customers who leave.", "true"),
        ("erase_menus", "Erase the menus.", 'event.type == "subscription.ended"'),
        ("remove_all", "Remove all drafts when the trial is over.", "true"),
    ],
)
def test_a_skill_that_takes_work_away_is_known(name: str, description: str, when: str) -> None:
    """Because the customer leaves, and without being asked."""
    assert loses(name, description, when)


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("cancel_appointment", "Remove the appointment of the customer from the calendar."),
        ("delete_order", "Delete an order that was cancelled."),
        ("delete_draft", "Delete a draft that the customer has thrown out."),
        ("delete_data", "Delete all data when they ask for it after the contract ended."),
        ("clear_scratch_audio", "Clear the scratch audio, the menus stay."),
        ("delete_contract_draft", "Delete a contract draft."),
    ],
)
def test_daily_work_and_wishes_take_nothing_away(name: str, description: str) -> None:
    """Orders end, drafts are thrown out, and customers may ask for it."""
    assert not loses(name, description)


def test_two_halves_that_call_one_skill_are_one_condition() -> None:
    """Together they match everything; with two skills each decides something."""
    halves = (
        "skills:\n"
        "  - {name: open_valve, description: Open the valve., effect: external}\n"
        "  - {name: shut_valve, description: Shut the valve., effect: external}\n"
        "rules:\n"
        "  - {id: dry, when: event.data.moisture < 0.2, then: open_valve, because: Roots suffer.}\n"
        "  - {id: wet, when: event.data.moisture >= 0.2, then: %s, because: It is moist.}\n"
    )

    same = [one.rule for one in judge_spec(desk_with(halves % "open_valve"))]

    assert same == ["VIS-C005"]
    assert judge_spec(desk_with(halves % "shut_valve")) == ()
