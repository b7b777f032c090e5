"""What is wrong with a Dockerfile: who runs in it, its bases, and what its layers keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from waooaw_cli.gates.dockerfile import (
    Dockerfile,
    Instruction,
    Stage,
    Unparsable,
    parse,
    replaced,
)

__all__ = ["Fault", "faults"]

_ROOT = re.compile(r"(?i)(root|0+)(:.*)?")
_EXACT = re.compile(r"\d+[._-]\d+|\d{6}|[0-9a-f]{12}")
_SECRET_NAME = re.compile(
    r"(?i)(^|_)(pass(word|wd|phrase)?|pwd|secrets?|token|credentials?|api_?key|private_?key"
    r"|secret_?key|access_?key|auth)(_(id|key|value))?$"
)
_NO_VALUE = re.compile(r"(?i)(true|false|0|1|yes|no|none|null|off|on|/\S*|)")
_SECRET_FILE = re.compile(
    r"(?i)(^|/)(\.env(\.(?!example|sample|template|dist|defaults?)[\w.-]{1,40})?|\.netrc|\.npmrc"
    r"|\.pypirc|\.git-credentials|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|[\w.-]{0,60}\.(pem|p12|pfx|key|jks|keystore)"
    r"|credentials(\.json)?|service[-_]account[\w.-]{0,40}\.json|kubeconfig|\.kube|\.aws|\.ssh|\.docker)/?$"
)
_PUBLIC = re.compile(r"(?i)(ca|cert|chain|pub|public)[\w.-]{0,20}\.(pem|key)$|\.pub$")
_GIVEN_IN_LINE = re.compile(
    r"(?i)\b(?:export\s{1,9})?(\w{0,40}(?:password|passwd|secret|token|api_?key))=(?![\"']?\$\(|[\"']?/)"
    r"[\"']?[^\s\"'$;&|]{3}"
)
_IN_A_HEADER = re.compile(
    r"(?i)authorization:\s{0,9}(?:bearer|basic|token)\s{1,9}(?!\$\(|\\?\$\()[^\s\"']{3}"
)
_FOR_CURL = re.compile(
    r"\b(?:curl|wget)\b[^|;&\n]{0,400}\s"
    r"(?:(?:-u|--user)[= ]?[\"']?[^\s:\"'$]{1,80}:|--password[= ])[\"']?[^\s\"'$]"
)
_MACHINE = re.compile(
    r"(?i)\bmachine\s{1,9}\S{1,100}\s{1,9}login\s{1,9}\S{1,100}\s{1,9}password\s{1,9}[^\s$<]"
)
_RUN_UNSEEN = re.compile(
    r"\b(?:curl|wget|fetch)\b[^;&\n]{0,600}\|\s{0,9}(?:sudo\s{1,9})?(?:env\s{1,9})?(?:/\S{0,40}/)?"
    r"(?:sh|bash|zsh|dash|ash|python3?|perl|ruby|node)\b"
    r"|\b(?:sh|bash|python3?)\b[^;&\n]{0,40}(?:<\(|-c\s{1,9}[\"']?\$\()\s{0,9}(?:curl|wget)\b"
)
_UNCHECKED = re.compile(
    r"\bcurl\b[^|;&\n]{0,300}\s(?:-[a-zA-Z]{0,8}k[a-zA-Z]{0,8}|--insecure)(?=\s|$)"
    r"|--no-check-certificate\b|--trusted-host\b|--allow-unauthenticated\b|--no-gpg-check\b"
)
_OPEN_TO_ALL = re.compile(
    r"\bchmod\s{1,9}(?:-\S{1,20}\s{1,9}){0,4}(?:0?[0-7]?777|0?666|a\+rwx|a\+w|o\+w|ugo\+rwx)\b"
)
_SUDO = re.compile(
    r"(?:^|[;&|\n]|&&)\s{0,9}sudo\s|\b(?:apt-get|apt|apk|yum|dnf)\b[^;&|\n]{0,600}\s(?:install|add)\b[^;&|\n]{0,600}\ssudo\b"
)
_SSH_PORT = re.compile(r"(?:^|\s)22(?:/tcp)?(?=\s|$)")
_URL = re.compile(r"(?i)https?://")


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold one fault.

    Attributes:
        rule: The rule's id.
        reason: What is wrong, in one sentence.
        line: 1-based.
    """

    rule: str
    reason: str
    line: int


def faults(text: str) -> Iterator[Fault]:
    """Yield what is wrong with a Dockerfile."""
    try:
        file = parse(text)
    except Unparsable as error:
        yield Fault("SEC-056", error.reason, error.line)
        return
    yield from _user(file)
    yield from _bases(file)
    yield from _health(file)
    for one in file.arguments:
        yield from _kept(one)
    for stage in file.stages:
        for one in stage.instructions:
            yield from _kept(one)
            yield from _fetched(one)
            yield from _opened(one)


def _user(file: Dockerfile) -> Iterator[Fault]:
    for stage in file.lineage():
        users = [one for one in stage.instructions if one.name == "USER"]
        if users:
            user = replaced(users[-1].text.strip("\"'"), _variables(file, stage))
            if user is not None and _ROOT.fullmatch(user.strip()):
                yield Fault("SEC-050", f"the container runs as {user}", users[-1].line)
            return
    last = file.lineage()[-1]
    if "nonroot" not in (last.base or ""):
        yield Fault("SEC-050", "no USER in the last stage: it runs as root", file.stages[-1].line)


def _variables(file: Dockerfile, stage: Stage) -> dict[str, str]:
    outer = {name: value for one in file.arguments for name, value in one.pairs}
    values: dict[str, str] = {}
    for one in stage.instructions:
        if one.name in {"ARG", "ENV"}:
            for name, value in one.pairs:
                found = outer.get(name) if value is None else value
                if found is not None:
                    values[name] = found
    return values


def _bases(file: Dockerfile) -> Iterator[Fault]:
    for number, stage in enumerate(file.stages):
        if stage.base is None:
            yield Fault("SEC-051", "the base can't be told: a variable has no value", stage.line)
        elif file.named(stage.base, number) is None:
            yield from _image(stage.base, stage.line)
        for one in stage.instructions:
            source = one.flags.get("from", "")
            if source and file.named(source, number) is None and "$" not in source:
                yield from _image(source, one.line)


def _image(image: str, line: int) -> Iterator[Fault]:
    if image == "scratch" or "@sha256:" in image or image.isdigit():
        return
    tag = image.rsplit("/", 1)[-1].partition(":")[2]
    if not tag:
        yield Fault("SEC-051", f"{image} names no version", line)
    elif not any(letter.isdigit() for letter in tag):
        yield Fault("SEC-051", f"{image} is another image tomorrow", line)
    elif not _EXACT.search(tag):
        yield Fault("SEC-057", f"{image} names a major version only", line)


def _health(file: Dockerfile) -> Iterator[Fault]:
    for stage in file.lineage():
        checks = [one for one in stage.instructions if one.name == "HEALTHCHECK"]
        if checks:
            if checks[-1].text.strip().upper() == "NONE":
                yield Fault("SEC-053", "the health check is switched off", checks[-1].line)
            return
    yield Fault("SEC-053", "there is no health check", file.stages[-1].line)


def _kept(one: Instruction) -> Iterator[Fault]:
    """Yield what stays in the image, or in its history, for everyone who has it."""
    match one.name:
        case "ENV" | "ARG":
            for name, value in one.pairs:
                if _SECRET_NAME.search(name) and (value is None or not _NO_VALUE.fullmatch(value)):
                    yield Fault("SEC-052", _WHERE[one.name].format(name), one.line)
        case "COPY" | "ADD" if "from" not in one.flags:
            for source in one.text.split("\n", 1)[0].strip("[]").replace(",", " ").split()[:-1]:
                plain = source.strip("\"'")
                if _SECRET_FILE.search(plain) and not _PUBLIC.search(plain):
                    yield Fault("SEC-052", f"{plain} is copied into a layer", one.line)
        case "RUN" if any(pattern.search(one.text) for pattern in _IN_LINES):
            yield Fault("SEC-052", "a secret stands in the line that is run", one.line)


_WHERE = {
    "ARG": "the build argument {} stays in the history",
    "ENV": "the variable {} stays in the image",
}
_IN_LINES = (_IN_A_HEADER, _FOR_CURL, _MACHINE, _GIVEN_IN_LINE)


def _fetched(one: Instruction) -> Iterator[Fault]:
    if one.name == "ADD" and _URL.search(one.text) and "checksum" not in one.flags:
        yield Fault("SEC-054", "ADD fetches a file whose bytes nobody checks", one.line)
    elif one.name in {"RUN", "ONBUILD"}:
        if _RUN_UNSEEN.search(one.text):
            yield Fault("SEC-054", "what is fetched is run unseen", one.line)
        elif _UNCHECKED.search(one.text):
            yield Fault("SEC-054", "what is fetched may come from anyone", one.line)


def _opened(one: Instruction) -> Iterator[Fault]:
    if one.name == "EXPOSE" and _SSH_PORT.search(one.text):
        yield Fault("SEC-055", "port 22 lets people into the container", one.line)
    elif one.name == "RUN":
        if _OPEN_TO_ALL.search(one.text):
            yield Fault("SEC-055", "everyone in the container may write there", one.line)
        if _SUDO.search(one.text):
            yield Fault("SEC-055", "sudo makes root of the agent's user", one.line)
        if one.flags.get("security") == "insecure" or one.flags.get("network") == "host":
            yield Fault("SEC-055", "the build runs without its walls", one.line)
