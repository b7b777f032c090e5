"""Sentences that try to tell the triage what to decide, in the languages that customers write.

Nothing in a request is an instruction; such a sentence is marked, so that it lowers nothing. The
words of our own routing (`P3`, `backlog`) are the same in every language, so a language that is
missing here is caught by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["Traces", "is_directive", "traces_in", "without_orders"]

_OURS = (
    r"\bP[0-4]\b(?!\.)",
    r"\bbacklog\b",
    r"\bL[123]\b",
    r"\btriage(?:r|s|d)?\b",
    r"\bsev(?:erity)?[ _:=-]{0,3}[0-4]\b",
    r"\b(?:page_oncall|respond_within|loc_class|outside_vision|data_exposed|service_state)\b",
    r"^\s*(?:system|assistant|developer|instruction|admin)s?\s*(?:message|prompt|override)?\s*:",
    r"<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|###\s*(?:system|instruction)",
    r"\byou are (?:now|no longer)\b",
)
#: "Ignore … rules", in several languages and either order.
_IGNORE = (
    r"ignor\w*|disregard|forget|overrid\w*|bypass|vergiss|vergessen|missacht\w*|übergeh\w*"
    r"|oublie\w*|olvid\w*|esquec\w*|esqueç\w*|dimentic\w*|negeer|vergeet|zignoruj|ignoruj"
    r"|игнорир\w*|забудь\w*|yoksay|unut|ignorera|glöm|ignorieren"
)
_RULES = (
    r"rules?|instructions?|prompts?|directives?|guidelines?|policy|policies|regeln?|anweisung\w*"
    r"|vorgaben|règles?|consignes?|reglas?|instrucciones|regras?|instruções|regole|istruzioni"
    r"|regels|instructies|zasad\w*|instrukcj\w*|правил\w*|инструкц\w*|kurallar\w*|talimat\w*"
    r"|regler|instruktioner|diretrizes|direttive|directivas?|normas"
)
#: "Set, classify, route this as …".
_CLASSIFY = (
    r"(?:classif\w*|categori[sz]e|prioriti[sz]e|mark|label|tag|rate|treat|route|set|assign"
    r"|downgrade|lower|einstuf\w*|einordn\w*|stufe|setze|klassifizier\w*|behandle|markier\w*"
    r"|class(?:er|ez|ifie\w*)|traite[rz]?|marque[rz]?|clasific\w*|trata\w*|marca\w*|asign\w*"
    r"|classific\w*|imposta|assegna|классифиц\w*|отмет\w*|indstil)"
)
_AS = (
    r"(?:severity|priority|ticket|request|triage|question|cosmetic|harmless|low|minor|trivial"
    r"|resolved|closed|non-?urgent|not urgent|priorität|schweregrad|anfrage|frage|harmlos|niedrig"
    r"|priorité|gravité|demande|basse|faible|prioridad|gravedad|solicitud|baja|pregunta"
    r"|prioridade|gravidade|baixa|pergunta|priorità|bassa|domanda|приоритет\w*|низк\w*|вопрос\w*)"
)
_PLEASE = "please |bitte |por favor |s'il vous plaît "
_THIS = r"this|it|the (?:ticket|request|severity|priority)|dies\w*|cela|ceci|esto|isto|questo|это"
#: Scripts without spaces, and those whose vowel signs are no word characters.
_ELSEWHERE = (
    r"(?:忽略|无视|無視|忘记|忘掉).{0,20}(?:指令|规则|規則|指示|提示)",
    r"(?:指示|ルール|命令|規則).{0,10}(?:無視|忘れ)",
    r"(?:이전|모든).{0,10}(?:지시|규칙).{0,10}(?:무시|잊)",
    r"(?:निर्देश|नियम).{0,40}(?:अनदेखा|अनदेखी|नज़रअंदाज़|नजरअंदाज|भूल|उपेक्षा)",
    r"(?:अनदेखा|अनदेखी|नज़रअंदाज़|नजरअंदाज|भूल|उपेक्षा).{0,40}(?:निर्देश|नियम)",
    r"(?:تجاهل|انس).{0,30}(?:التعليمات|القواعد|الأوامر)",
    r"(?:நிராகரி|புறக்கணி)",
    r"התעלם.{0,30}(?:הוראות|כללים)",
)
_MARKS = re.compile("|".join(_OURS), re.IGNORECASE)
_FOREIGN_MARKS = re.compile("|".join(_ELSEWHERE))
# Beginnings of what the patterns look for, in small letters: looking for them is fifty times
# faster, and most sentences have none.
_HINTS = (
    *("p0", "p1", "p2", "p3", "p4", "backlog", "l1", "l2", "l3", "triage", "sev", "page_oncall"),
    *("respond_within", "loc_class", "outside_vision", "data_exposed", "service_state", "system"),
    *("assistant", "developer", "instruction", "admin", "<", "inst]", "###", "you are"),
)
_STEMS = (
    *("ignor", "disreg", "forget", "overr", "bypass", "verg", "missacht", "überg", "oubli"),
    *("olvid", "esque", "dimen", "neg", "vergeet", "игнор", "забуд", "yoksay", "unut", "glöm"),
    *("class", "categ", "prior", "mark", "label", "tag", "rate", "treat", "route", "set"),
    *("assign", "downgr", "lower", "einst", "einord", "stufe", "klass", "behand", "trait"),
    *("marque", "clasif", "trata", "marca", "asign", "impost", "класс", "отмет"),
)


@cache
def _overrides() -> tuple[re.Pattern[str], ...]:
    """Return "ignore … rules", then the other order, which other languages have."""
    return (
        re.compile(rf"\b(?:{_IGNORE})\b.{{0,60}}\b(?:{_RULES})\b", re.IGNORECASE),
        re.compile(rf"\b(?:{_RULES})\b.{{0,40}}\b(?:{_IGNORE})\b", re.IGNORECASE),
        _FOREIGN_MARKS,
    )


@cache
def _orders() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            (
                rf"\b(?:{_IGNORE})\b.{{0,60}}\b(?:{_RULES})\b",
                rf"\b(?:{_RULES})\b.{{0,40}}\b(?:{_IGNORE})\b",
                rf"^\W*(?:{_PLEASE})?\b{_CLASSIFY}\b.{{0,60}}\b{_AS}\b",
                rf"\b{_CLASSIFY}\b.{{0,30}}\b(?:{_THIS})\b.{{0,40}}\b{_AS}\b",
            )
        ),
        re.IGNORECASE,
    )


@dataclass(frozen=True, slots=True)
class Traces:
    """Hold the beginnings of directives that are worth looking for.

    Attributes:
        marks: Of the words of our own routing.
        stems: Of orders.
    """

    marks: tuple[str, ...] = _HINTS
    stems: tuple[str, ...] = _STEMS


_ALL = Traces()


def traces_in(text: str) -> Traces:
    """Return the traces in *text*, which is on one line: sentences of it can have no others."""
    small = text.lower()
    marks = tuple(hint for hint in _HINTS if hint in small)
    return Traces(marks, tuple(stem for stem in _STEMS if stem in small))


def is_directive(sentence: str, traces: Traces = _ALL) -> bool:
    """Tell whether *sentence* is addressed to whoever judges the request.

    Args:
        sentence: On one line.
        traces: Those of the text that it stands in.
    """
    small = sentence.lower()
    if _one_of(traces.marks, small) and _MARKS.search(sentence):
        return True
    if not sentence.isascii() and _FOREIGN_MARKS.search(sentence):
        return True
    return _one_of(traces.stems, small) and _orders().search(sentence) is not None


def _one_of(parts: tuple[str, ...], text: str) -> bool:
    # Twice as fast as `any` with a generator, and asked of every sentence.
    for part in parts:  # noqa: SIM110 - said above
        if part in text:
            return True
    return False


def without_orders(sentence: str) -> tuple[str, str]:
    """Return what a directive says before it orders rules to be ignored, and the rest.

    What stands before is the sender's report, and is believed where it raises.
    """
    for pattern in _overrides():
        if (match := pattern.search(sentence)) is not None:
            return sentence[: match.start()], sentence[match.start() :]
    return sentence, ""
