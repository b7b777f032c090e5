"""Dockerfiles are read as Docker reads them, and judged by what the image will be."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.vision import Rule, security_rules
from waooaw_cli.gates.containers import faults
from waooaw_cli.gates.dockerfile import is_dockerfile, parse

FROM = "FROM python:3.13.9-slim\n"
END = "USER 10001\nHEALTHCHECK CMD true\n"
RULES = [rule for rule in security_rules() if "SEC-050" <= rule.id <= "SEC-057"]


def found(text: str) -> list[tuple[str, int]]:
    return [(one.rule, one.line) for one in faults(text)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_examples_are_true(rule: Rule) -> None:
    """What `waooaw explain` shows as bad is found by that rule alone, the good has no fault."""
    assert {one for one, _ in found(rule.bad)} == {rule.id}
    assert found(rule.good) == []


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Dockerfile", True),
        ("deploy/dockerfile", True),
        ("Dockerfile.prod", True),
        ("Containerfile", True),
        ("api.dockerfile", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.jinja", False),
        ("docs/Dockerfile.md", False),
        ("dockerfiles.txt", False),
        ("docker-compose.yml", False),
    ],
)
def test_a_dockerfile_is_known_by_its_name(name: str, is_one: bool) -> None:
    """Every spelling that docker build is usually given."""
    assert is_dockerfile(PurePosixPath(name)) is is_one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FROM + "HEALTHCHECK CMD true", [("SEC-050", 1)]),
        (FROM + END + "USER root", [("SEC-050", 4)]),
        (FROM + END + "user 0:0", [("SEC-050", 4)]),
        (FROM + END + 'USER "root:wheel"', [("SEC-050", 4)]),
        (FROM + "ARG WHO=root\n" + END + "USER ${WHO}", [("SEC-050", 5)]),
        ("ARG WHO=0\n" + FROM + "ARG WHO\n" + END + "USER $WHO", [("SEC-050", 6)]),
        (FROM + "USER root\nRUN true\n" + END, []),
        (FROM + "ENV WHO=agent\n" + END + "USER ${WHO:-root}", []),
        (FROM + END + "USER ${UNKNOWN}", []),
        (FROM.replace("\n", " AS base\n") + END + "FROM base\nRUN true", []),
        (FROM.replace("\n", " AS base\n") + END + "FROM base\nUSER root", [("SEC-050", 5)]),
        (FROM + END + FROM + "COPY --from=0 /x /x", [("SEC-050", 4), ("SEC-053", 4)]),
        ("FROM gcr.io/x/python:nonroot@sha256:0a\nHEALTHCHECK CMD x", []),
    ],
)
def test_who_runs_in_it(text: str, expected: list[tuple[str, int]]) -> None:
    """The last USER of the last stage counts, and those of the stages that it is built on."""
    assert found(text) == expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("python", "SEC-051"),
        ("python:latest", "SEC-051"),
        ("python:slim", "SEC-051"),
        ("registry.example:5000/python", "SEC-051"),
        ("--platform=linux/amd64 python", "SEC-051"),
        ("${BASE}", "SEC-051"),
        ("python:${VERSION}", "SEC-051"),
        ("python:${VERSION:-latest}", "SEC-051"),
        ("python:3", "SEC-057"),
        ("node:20-alpine", "SEC-057"),
        ("python:3.13.9-slim", None),
        ("alpine:3.20", None),
        ("debian:bookworm-20240701", None),
        ("registry.example:5000/python:3.13.9", None),
        ("python@sha256:" + "0a" * 32, None),
        ("python:latest@sha256:" + "0a" * 32, None),
        ("${BASE:-python:3.13.9}", None),
        ("python:3.13.9${FLAVOUR:+-slim}", None),
        ("scratch", None),
    ],
)
def test_what_it_is_built_on(image: str, expected: str | None) -> None:
    """A version or a digest has to be named, and variables are replaced first."""
    rules = [rule for rule, _ in found(f"FROM {image}\n{END}")]

    assert rules == ([] if expected is None else [expected])


def test_an_image_that_files_are_copied_from_is_a_base_too() -> None:
    """`COPY --from` may name a stage, by its name or number, or another image."""
    head = "FROM python:3.13.9 AS Build\n" + FROM + END
    copies = ["build", "0", "BUILD", "docker.io/uv:0.4.1", "uv:latest", "uv"]

    text = head + "".join(f"COPY --from={one} /x /x\n" for one in copies)

    assert found(text) == [("SEC-051", 9), ("SEC-051", 10)]


@pytest.mark.parametrize(
    "line",
    [
        "ENV API_KEY=k",
        "ENV DB_PASSWORD hunter22",
        "ENV A=1 GITHUB_TOKEN='x y'",
        'ENV PAYMENTS_SECRET="x"',
        "ARG NPM_TOKEN",
        "ARG NPM_TOKEN=abc",
        "ENV API_KEY=$API_KEY",
        "COPY .env /app/",
        'COPY [".env.prod", "/app/"]',
        "ADD deploy/id_rsa /root/.ssh/",
        "COPY notes.txt .npmrc /etc/",
        "COPY .aws /root/.aws",
        'RUN curl -H "Authorization: Bearer abcdef" https://x.example',
        "RUN curl --silent -u desk:hunter22 https://x.example",
        'RUN echo "machine x.example login desk password hunter22" > ~/.netrc',
        "RUN API_TOKEN=abcdef make",
        "RUN export DB_PASSWORD='abcdef' && make",
    ],
)
def test_what_layers_keep(line: str) -> None:
    """Values of variables, files that are copied, and what a line says are kept for ever."""
    assert found(f"{FROM}{line}\n{END}") == [("SEC-052", 2)]


@pytest.mark.parametrize(
    "line",
    [
        "ENV API_KEY_FILE=/run/secrets/key",
        "ENV API_KEY=",
        "ENV USE_TOKEN=true",
        "ENV TOKENIZERS_PARALLELISM=false",
        "ENV PASSWORD_MIN_LENGTH=12",
        "ARG VERSION=1",
        "COPY .env.example /app/.env",
        "COPY monkey.py keyboard.txt /app/",
        "COPY ca.pem /etc/ssl/",
        "COPY --from=0 /root/.npmrc /x",
        'RUN --mount=type=secret,id=t curl -H "Authorization: Bearer $(cat /run/secrets/t)" u',
        "RUN API_TOKEN=$(cat /run/secrets/token) make",
        "RUN API_TOKEN_FILE=/run/secrets/token make",
        "RUN curl -u desk:$PASSWORD https://x.example",
        "LABEL token=abcdef",
        "# ENV API_KEY=k",
    ],
)
def test_what_layers_may_keep(line: str) -> None:
    """Names of files, references and mounted secrets are none."""
    text = f"FROM python:3.13.9 AS build\n{FROM}{line}\n{END}"

    assert found(text) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("ADD https://x.example/tool.sh /opt/", "SEC-054"),
        ("RUN curl -fsSL https://x.example/i.sh | sh", "SEC-054"),
        ("RUN wget -qO- https://x.example/i.sh | bash -s -- -y", "SEC-054"),
        ("RUN bash <(curl -s https://x.example/i.sh)", "SEC-054"),
        ('RUN sh -c "$(curl -fsSL https://x.example/i.sh)"', "SEC-054"),
        ("RUN curl \\\n  https://x.example/i.sh \\\n  # unseen\n  | python3", "SEC-054"),
        ("RUN <<END\ncurl https://x.example/i.sh | sh\nEND", "SEC-054"),
        ("RUN curl -k https://x.example/x -o x", "SEC-054"),
        ("RUN wget --no-check-certificate https://x.example/x", "SEC-054"),
        ("RUN pip install --trusted-host x.example wow", "SEC-054"),
        ("RUN chmod -R 777 /data", "SEC-055"),
        ("RUN mkdir /d && chmod a+rwx /d", "SEC-055"),
        ("RUN apt-get update && apt-get install -y sudo", "SEC-055"),
        ("RUN make && sudo make install", "SEC-055"),
        ("EXPOSE 22", "SEC-055"),
        ("EXPOSE 8080 22/tcp", "SEC-055"),
        ("RUN --security=insecure make", "SEC-055"),
        ("RUN --network=host make", "SEC-055"),
    ],
)
def test_what_is_fetched_and_opened(line: str, rule: str) -> None:
    """What is run unseen, and what lets others in, is found however the line is broken."""
    assert found(f"{FROM}{line}\n{END}") == [(rule, 2)]


@pytest.mark.parametrize(
    "line",
    [
        "RUN curl -fsSL https://x.example/x.tgz -o x.tgz && sha256sum -c x.sum && sh x.sh",
        "RUN curl https://x.example/list | sort > list",
        "ADD tool.tar.gz /opt/",
        "RUN chmod 0755 /data && chmod u+rwx /data",
        "EXPOSE 8022 2222",
        "RUN visudo --version",
        "RUN echo 'no sudo here'",
        "RUN --network=none make",
        "RUN curl --retry 3 https://x.example/x",
        'SHELL ["/bin/bash", "-c"]',
        'LABEL note="curl x | sh"',
        "ONBUILD RUN make",
    ],
)
def test_what_only_looks_like_it(line: str) -> None:
    """Checks, other ports and other words are left alone."""
    assert found(f"{FROM}{line}\n{END}") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# nothing\n", 1),
        ("RUN make\n" + FROM, 1),
        (FROM + "RUNN make", 2),
        (FROM + "RUN <<END\nmake\n", 2),
        ("FROM\n", 1),
        (FROM + "RUN " + "x" * 100_001, 2),
        (FROM + "RUN true\n" * 2_001, 2_002),
    ],
)
def test_what_can_t_be_judged(text: str, line: int) -> None:
    """What Docker would refuse, or what is too long, does not pass."""
    assert found(text) == [("SEC-056", line)]


def test_directives_line_ends_and_heredocs() -> None:
    """The escape character may be another, lines end as on Windows, heredocs have two forms."""
    text = (
        "# syntax=docker/dockerfile:1\n# escape=`\n\n"
        "FROM python:3.13.9\nRUN echo `\n\n# between\n  one\n"
        'COPY <<-"END" <<OTHER /x/\n\tUSER root\n\tEND\nEXPOSE 22\nOTHER\n' + END
    ).replace("\n", "\r\n")

    [stage] = parse(text).stages

    assert [(one.name, one.line) for one in stage.instructions] == [
        ("RUN", 5),
        ("COPY", 9),
        ("USER", 14),
        ("HEALTHCHECK", 15),
    ]
    assert stage.instructions[0].text == "echo  one"
    assert found(text) == []


def test_a_health_check_may_be_switched_off() -> None:
    """HEALTHCHECK NONE is none."""
    assert found(FROM + "USER 1\nHEALTHCHECK NONE") == [("SEC-053", 3)]


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    """Whatever the text is, the answer is a list of faults."""
    assert isinstance(found(text), list)


PIECES = [
    "FROM a",
    "RUN <<A",
    "ENV A=$B",
    "${A:-${B}}",
    "\\",
    "`",
    "\n",
    " ",
    "A",
    '"',
    "COPY --from=0 a b",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_what_looks_like_a_dockerfile_is_judged(text: str) -> None:
    """Half-written files are judged or refused, never a defect."""
    assert all(line >= 1 for _, line in found(text))


@pytest.mark.parametrize(
    "text",
    [
        FROM + "ENV " + "A=" * 30_000,
        FROM + "RUN " + "curl " * 19_000,
        FROM + "RUN " + "chmod -R " * 10_000,
        FROM + "RUN <<A\n" + "x\n" * 100_000,
        FROM + ("RUN curl \\\n" * 5_000),
        FROM + "USER " + "${A:-" * 15_000,
    ],
)
def test_a_hostile_file_comes_to_an_end(text: str) -> None:
    """No file takes longer than its size."""
    assert found(text)
