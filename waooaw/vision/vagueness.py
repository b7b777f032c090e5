"""Whether a text says anything: some only stand where something was never written.

Only the whole of a text is judged. A word such as "todo" may be what the sentence is about, so it
counts alone, before a colon or a verb in the imperative, and with "yet", "later" and their like.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache

__all__ = ["Place", "is_placeholder", "vocabulary", "words_of"]


class Place(Enum):
    """Name what stands in a field: it decides which words are none of it.

    `PERSON`: who is paged. `NAME`: of an agent, a domain. `CITE`: of a policy. `PROSE`: a sentence.
    """

    PERSON = "person"
    NAME = "name"
    CITE = "cite"
    PROSE = "prose"


_WRAPPED = re.compile(
    r"<<?(.*?)>>?|\{\{(.*)\}\}|\$?\{(.*)\}|\$\((.*)\)|\$([a-z_]\w*)|%(.*)%|@@(.*)@@|__(.*)__"
    r"|\[\[(.*)\]\]|\[(.*)\]|\((.*)\)|\*+(.*?)\*+|([\"'`“«])(.*)[\"'`”’»]",
    re.DOTALL,
)
#: These mark a template; the others only set off what they hold.
_TEMPLATE_GROUPS = 9
_EDGES = " @\t\r\n.,;:!?…-–—_*#/\\|~=+•·>"
_APART = re.compile(r"[\s_\-–—/]+")

_MARK = r"(?:to ?do|tb[dac]|fix ?me|wip|x{3,}|change ?me|replace ?me|fill ?me(?: in)?|placeholder)"
_UNSAID = (
    r"n/?a|n\.a|none|null|nil|nope|undefined|unknown|unspecified|not applicable|idk|no idea"
    r"|not sure|(?:i )?(?:do not|don'?t) know"
    # What people write whose words these are.
    r"|unbekannt|noch offen|folgt(?: noch)?|k\.? ?a|platzhalter|inconnue?|desconocid[oa]"
    r"|noch zu (?:klären|definieren|benennen|bestimmen)|(?:à|a|por|da|para) d[ée]finire?"
    r"|por determinar|à déterminer|未定|待定|不明|なし"
)
#: "No owner." may be why a ticket waits, so that it counts where an owner is looked for.
_MISSING = (
    r"|unassigned|unowned|undecided|nobody|no ?one|nothing|no owner|no name|no value|not? set"
    r"|no policy|dev null|some ?body|some ?one|any ?body|any ?one|who ?ever|who knows|niemand"
    r"|jemand|nadie"
)
_WRITTEN = (
    r"written|defined|specified|filled|filled in|decided|determined|announced|described|documented"
    r"|clarified|discussed|completed|added|advised|worked out|figured out"
)
_FOUND = (
    r"|assigned|named|set|found|chosen|selected|appointed|nominated|agreed|agreed on|finali[sz]ed"
    r"|established|provided|done|hired|settled|sorted out|supplied|staffed|confirmed|created|set up"
)
_WHEN = (
    r"(?:yet|later|soon|so far|for now|now|at the moment|at present|at this (?:time|point)"
    r"|right now|currently|as of now|as yet|still|today|tomorrow|next (?:week|month|quarter|sprint)"
    r"|in due course|when ready|asap|eventually|one day|here|please)"
)
_FIELD = {
    Place.PERSON: r"(?:owner|owners? name|team|team name|name|e ?mail|e ?mail address|address"
    r"|contact|person|escalation|department|responsible|user|your team)",
    Place.NAME: r"(?:agent|agent name|name|domain|domain name|collaborator|the other agent"
    r"|(?:an)?other agent|some agent|agent ?x)",
    Place.CITE: r"(?:cite|citation|policy|policy (?:id|number|name|reference)|reference|ref|source"
    r"|rule|document|law|pol|id)",
    Place.PROSE: r"(?:reason|reasons|because|rationale|justification|explanation|purpose"
    r"|description|text|responsibility|responsibilities)",
}
_FILLER = (
    r"(?:foo|bar|baz|qux|quux|foobar|bla|blah|blub|lorem|ipsum|dolor|asdf\w*|asd|sdf|dfg|jkl|qwe"
    r"|qwer|qwerty?\w*|qwertz\w*|zxcv?\w*|yxcv?\w*|hjkl|abc|abcd|xyz|yada|dummy|stuff|whatever"
    r"|something|anything|thing|things|etc|temp|tmp|sample)"
)
_TRIAL = r"(?:test|tests|testing|tested|just|a|this|is|only|hello|world|hi|some|text|try)"
#: Runs of neighbouring keys that are in no word.
_KEYS = re.compile(
    r"asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|rtyu|zxcv|xcvb|cvbn|vbnm|uiop|yxcv|fdsa|gfds|lkjh|kjhg"
    r"|jhgf|poiu|rewq|vcxz|(?:asd|sdf|dfg|fgh|jkl|qwe|zxc){2}|([a-z])\1{3}"
)
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7,}")
_TASK = (
    r"(?:find|ask|write|add|decide|choose|describe|explain|get|figure|replace|clarify|define|complete"
    r"|update|pick|assign|confirm|specify|insert|think|come up|determine|agree|put|make up"
    r"|(?:fill|name|check|document|look|settle|set) (?:the|an?|this|it|in|up|out|for|who|why|what))"
)


def _verbose(part: str) -> str:
    r"""Return a part of a pattern as a verbose one needs it, its spaces kept."""
    return part.replace(" ", r"\ ")


_MARK, _WHEN, _FOUND, _MISSING = (_verbose(part) for part in (_MARK, _WHEN, _FOUND, _MISSING))
_UNSAID, _WRITTEN = _verbose(_UNSAID), _verbose(_WRITTEN)
_FIELD = {place: _verbose(part) for place, part in _FIELD.items()}
#: What is said of a person who is looked for, and may be a reason.
_WAITS = r"|pending|in\ progress|(?:(?:yet|still)\ )?open"


def _phrase(place: Place, field: str) -> re.Pattern[str]:
    """Return what stands for something that is still to be written."""
    sentence = place is Place.PROSE
    absent = f"(?:{_UNSAID}{'' if sentence else _MISSING})"
    written = f"(?:{_WRITTEN}{'' if sentence else _FOUND})"
    # "Not decided yet." may be why something is put off.
    missing = r"(?:written|defined|specified|filled\ in)" if sentence else written
    return re.compile(
        rf"""
        (?:(?:the|an?|our|this|my|your|still|yet|just)\ )*
        (?:{field}\ ?(?:is|are|:|=|-)?\ ?(?:still\ |yet\ )*)?
        (?:
            (?:{_MARK}|{absent})(?:\ (?:and|or|/|,)\ (?:{_MARK}|{absent}))*
          | (?:to\ be|(?:will|shall|must|has|have|needs?|ought)(?:\ still)?(?:\ to)?\ be)\ {written}
          | (?:not|never|isn'?t|hasn'?t\ been|not\ been)\ (?:yet\ |been\ )*{missing}
          | (?:will\ follow|coming|later|soon{"" if sentence else _WAITS})
          | (?:pick|choose|decide|find|name|ask)\ (?:one|this|it|someone|somebody|out)
          | fill(?:\ in)?\ (?:this|it|in|out)
          | (?:a\ )?(?:placeholder|dummy|temporary|temp|sample)\ {field}
        )
        (?:\ {_WHEN})*
        """,
        re.VERBOSE,
    )


_PHRASE = {place: _phrase(place, field) for place, field in _FIELD.items()}
#: What asks its writer to write something.
_ASKED = {
    place: re.compile(
        rf"""
        (?:(?:insert|enter|add|put|write|type|provide|fill\ in|fill|describe|explain|state|specify
            |replace|change|set|choose|pick|name|say)\ (?:with\ )?(?:why\ |what\ )?)?
        (?:(?:an?|the|some|this|agent'?s|team'?s|real|actual|your|own|policy|agent)\ )*
        (?:(?:{field}|this|me|it|something|anything|one|agent)
           (?:\ (?:text|name|goes|comes|belongs))*\ (?:here|below)|(?:why\ )?here)
      | (?:the|an?|your|my|our|some|policy|agent|team)?\ ?{field}
      | (?:insert|enter|type|fill\ in|provide|replace\ with)\ your\ .{{1,40}}
        """,
        re.VERBOSE,
    )
    for place, field in _FIELD.items()
}
_MARKED = re.compile(
    rf"(?:to-?do|fix-?me|x{{3,}}|change-?me)(?:\s*[:;=!\[(]|\s*\.\.|\s+[-–—]\s|\s+{_TASK}\b)"
    rf"|(?:to-?do|fix-?me|change-?me|placeholder)\s+{_WHEN}\W*$"
    r"|(?:to do|placeholder|dummy)\s*:"
    r"|tb[da]\s*(?:[:;(,=]|\s[-–—]\s)"
    r"|tb[dac]\s+(?:by|with|once|after|when|until|in|before)\b"
    r"|(?:n/a|none|unknown)\s*(?:[:(,;]|\s[-–—]\s)\s*"
    r"(?:to be |tb[dac]\b|to-?do\b|yet\b|fix\b|decide\b)"
)
_NO_PERSON = r"(?:some ?one|some ?body|any ?one|any ?body|who ?ever|no ?body|no ?one|none)"
_LATER = re.compile(
    rf"{_NO_PERSON}\s*(?:[:(,;]|\s[-–—]\s)\s*(?:to be|tb[dac]\b|to ?do\b|yet\b|ask|find|not\b"
    r"|decide|later|who\b|we\b|will\b|please)"
    rf"|{_NO_PERSON},? (?:who |that )?(?:is |was |has |were )?(?:still |yet )*"
    rf"(?:to be |will be |not (?:yet )?(?:been )?)?(?:{_WRITTEN}{_FOUND}|volunteers)"
    rf"(?:\s+{_WHEN})*\W*$"
)
_LOREM = re.compile(r"lorem ipsum(?:\W*$|\W+dolor|\W+etc)|dolor sit amet")
_CITES_NOTHING = re.compile(
    r"(?:.*[-_#.: ])?(?:tb[dac]|to-?do|fixme|changeme|\?+|n{2,}|#+)"
    r"|.*[-_#](?:x{2,}|\?+|n{2,}|0x+|_+)|x+|0+|(?:.*\D)?0{3,}"
    r"|(?:a|some|the|which|what|our|any) (?:policy|law|rule|document)(?: somewhere)?"
)

_LEFT_OPEN = re.compile(
    rf".*(?:[,;:(/?]|\s[-–—>]+)\s*(?:{_MARK}|(?:still |yet )*to be (?:{_WRITTEN}{_FOUND})"
    rf"|not (?:{_WRITTEN}{_FOUND})(?: yet)?)[\s).!?]*"
)
# Mailboxes that nobody reads or that stand for one, RFC 2142 knows none of them.
_UNREAD = (
    r"nobody|no-?one|no[-_.]?reply|do[-_.]?not[-_.]?reply|donot[-_.]?reply|dev[-_.]?null|null|none"
    r"|void|black-?hole|discard|trash|mailer-daemon|bounces?|\w+[-_.](?:no-?reply|do-?not-?reply)"
    r"|no-?reply[-_.]?\d+"
)
_ADDRESS = re.compile(r"([^\s@<>]+)@([^\s@<>]+)")
_NO_MAILBOX = re.compile(
    r"to-?do|tb[dac]|fixme|change-?me|replace-?me|someone|somebody|anybody|anyone|unknown|unassigned"
    r"|placeholder|foo|bar|foobar|asdf\w*|x{2,}"
    r"|your(?:[-_.]\w+)+|your(?:team|name|e?mail|company|self)|my[-_.](?:team|name|e?mail)"
    r"|(?:team|owner|user|first|last)?[-_.]?name|first[-_.]?(?:name)?[-_.]last[-_.]?(?:name)?|e-?mail|address"
    r"|undefined|n-?a|example|the[-_.]owner|owner[-_.](?:here|tbd|todo)|insert[-_.]?\w+"
)
_NO_HOST = re.compile(
    r"(?:.*\.)?(?:to-?do|tb[dac]|fixme|change-?me|placeholder|your[-_]?(?:company|domain|org|team)\w*"
    r"|foo|bar|nowhere|none|null|undefined|invalid|x{2,}|n-?a|asdf\w*)(?:\.[a-z]{2,})*"
)
_TEMPLATED = re.compile(r"[>}\])%]@|@[<{\[$%]|\{\{.*\}\}|\$\{?\w+\}?|<[^<>@]+>|%\w+%|\[[\w -]+\]")
_NOWHERE = re.compile(
    r"/?dev[/ ]null|me|you|us|myself|self|itself|this agent|the agent|the bot|agent|ai|n\. ?n|nn"
    r"|(?:a|some|any|the|another) (?:person|human|colleague|team|guy|body|developer|engineer|owner)"
    r"|(?:the|a) (?:right|responsible|appropriate|relevant) (?:person|team|people)"
    r"|(?:some|any|every)(?:body|one)(?: else)?|no (?:one|person|human|team)(?: in particular)?"
    r"|(?:the )?(?:void|ether|bin|trash|black ?hole)|/?dev/zero|nowhere"
)
_NO_REASON = re.compile(
    r"(?:there is |for )?no(?: (?:special|particular|specific|real))? reasons?"
    r"(?: (?:at all|given|needed|yet))?"
    r"|(?:just )?because(?: (?:of )?(?:reasons?|i said so|we said so|it is|it does|why not|i can))?"
    r"|why not|just so|reasons|that'?s why|it is what it is|because because"
)


@lru_cache(maxsize=16_384)
def is_placeholder(text: str, place: Place) -> bool:
    """Tell whether *text* stands for something that was never written."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not any(character.isalnum() for character in plain):
        return True
    inner, templated = _unwrapped(plain)
    if templated:
        return True
    if place is Place.PERSON and _is_nobody(inner):
        return True
    bare = inner.strip(_EDGES)
    if _MARKED.match(inner) or _LOREM.match(bare):
        return True
    if place is Place.CITE and _CITES_NOTHING.fullmatch(inner.rstrip(".! ")):
        return True
    # A slash belongs to n/a and /dev/null, a dash to names.
    forms = {bare, _APART.sub(" ", bare)}
    return any(_says_nothing(form, place) for form in forms)


def _is_nobody(text: str) -> bool:
    return bool(_LATER.match(text) or _LEFT_OPEN.fullmatch(text)) or _is_no_address(text)


def _says_nothing(text: str, place: Place) -> bool:
    if _PHRASE[place].fullmatch(text) or _ASKED[place].fullmatch(text):
        return True
    if place is Place.PERSON and _NOWHERE.fullmatch(text):
        return True
    if place is Place.PROSE and _NO_REASON.fullmatch(text):
        return True
    return _is_mash(text, place)


def _is_mash(text: str, place: Place) -> bool:
    """Tell whether *text* was typed to have typed something."""
    tokens = re.split(r"[\s,.\-_]+", text)
    if not tokens or not text.isascii():
        return False
    if all(re.fullmatch(r"([x0?])\1*", token) for token in tokens):
        return len("".join(tokens)) > 1 or tokens[0] == "x"
    prose = place is Place.PROSE
    if not prose and _MEANT_ELSEWHERE.issuperset(tokens):
        return False
    if prose and all(re.fullmatch(_TRIAL, token) for token in tokens):
        return any(token.startswith(("test", "hello")) for token in tokens)
    for token in tokens:
        mashed = len(token) <= _LONGEST_MASH and _KEYS.search(token)
        if mashed or re.fullmatch(_FILLER, token):
            continue
        if prose and len(tokens) <= _FEW and _CONSONANTS.fullmatch(token):
            continue
        return False
    return True


_LONGEST_MASH = 40
#: Fill a sentence, and name people, places and trades.
_MEANT_ELSEWHERE = frozenset(
    (
        "bar",
        "abc",
        "abcd",
        "xyz",
        "etc",
        "stuff",
        "thing",
        "things",
        "sample",
        "temp",
        "tmp",
        "anything",
    )
)
_FEW = 3


def _unwrapped(text: str) -> tuple[str, bool]:
    """Return what stands in brackets or quotes, and whether those mark a place to be filled."""
    text = text.strip()
    for _ in range(4):
        found = _WRAPPED.fullmatch(text.rstrip(".! "))
        if found is None:
            break
        group = found.lastindex or 1
        if found[13] is not None:
            group = 14
        inner = (found[group] or "").strip()
        if group <= _TEMPLATE_GROUPS and not _is_meant(inner):
            return inner, True
        if not inner:
            break
        text = inner
    return text, False


def _is_meant(inner: str) -> bool:
    """Tell whether what stands between angle brackets is there for itself: an address, a number."""
    return "@" in inner or "://" in inner or any(character.isdigit() for character in inner)


def _is_no_address(text: str) -> bool:
    """Tell whether a place to be filled or a mailbox is named that is none which somebody reads."""
    found = _ADDRESS.search(text)
    if _TEMPLATED.search(text):
        return True
    if found is None:
        return False
    box, host = found[1].strip("<>\"'(),;:").removeprefix("mailto:"), found[2].strip("<>\"'(),;.")
    box = box.split("+", 1)[0]
    if re.fullmatch(_UNREAD, box) or host.endswith(".invalid") or host == "invalid":
        return True
    if re.match(r"(abc|xyz|test|asd\w*|foo|x)@\1\.", f"{box}@{host}"):
        return True
    named = bool(re.search(r"[^\W\d_]", text[: found.start()].replace("mailto:", "")))
    return not named and bool(_NO_MAILBOX.fullmatch(box) or _NO_HOST.fullmatch(host))


def words_of(text: str) -> list[str]:
    """Return the words of *text* in small letters, those of names in kebab and snake case too."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())
