"""The rules that every gate shares: what it means when one of them could not judge."""

from __future__ import annotations

from waooaw_cli.gates.rule import RuleDoc

__all__ = ["RULES"]

RULES = (
    RuleDoc(
        id="GATE-E001",
        title="A gate and its tool run to their end.",
        why="A tool that crashed has seen nothing, and nothing seen is not nothing wrong.",
        fix=(
            "Read the tool's last words; run it by hand in the package. If the gate itself crashed,"
            " report it, with what `waooaw gate --debug` shows."
        ),
        bad="os.kill(os.getpid(), signal.SIGKILL)    # in a test",
        good="with pytest.raises(StoreBusy): ...    # a fault that the test survives",
        waivable=False,
    ),
    RuleDoc(
        id="GATE-E002",
        title="A gate ends within its time limit.",
        why="A pipeline that waits for ever is red for everyone and says so to no one.",
        fix="Find the test that waits: for input, for the network, for a lock that nobody frees.",
        bad="while True:\n    pass",
        good="async with asyncio.timeout(1): ...",
        waivable=False,
    ),
    RuleDoc(
        id="GATE-E003",
        title="A gate's tool is installed.",
        why="A check that is skipped for want of its tool passes everything.",
        fix="Install waooaw again, with its dependencies; `waooaw doctor` says what is missing.",
        bad="pip install --no-deps waooaw",
        good="pipx install waooaw",
        waivable=False,
    ),
    RuleDoc(
        id="GATE-E004",
        title="A gate's tool prints a report that can be read.",
        why="Output that we do not understand may hold any verdict.",
        fix="Run the tool by hand in the package; a wrapper or a plug-in may print in between.",
        bad='print("hello")    # in a plug-in of the tool',
        good='logging.getLogger(__name__).info("hello")',
        waivable=False,
    ),
    RuleDoc(
        id="GATE-E005",
        title="A package stays as it is while it is judged.",
        why="Where one gate saw it before a change and another after it, neither state has passed.",
        fix="Run the gates again; if it happens each time, find the test that writes into it.",
        bad='Path("src/wow_desk/codes.py").write_text("CODES = ()")    # in a test',
        good='(tmp_path / "codes.py").write_text("CODES = ()")',
        waivable=False,
    ),
    RuleDoc(
        id="GATE-N001",
        title="What a gate builds on holds.",
        why="Where the specification does not hold there is no agent to test or to time.",
        fix="Mend the findings of the gate that is named, then run again.",
        bad="rules: []    # and nothing to test",
        good="rules:\n  - { id: tick, when: 'true', then: approve, because: A tick. }",
        waivable=False,
    ),
    RuleDoc(
        id="GATE-N002",
        title="A package holds files, folders and links, and none that stands in a tool's way.",
        why=(
            "A tool that opens a pipe, a socket or a device waits for ever; one that finds a module"
            " under the name of its own runs that instead. Neither judges the package."
        ),
        fix="Remove what is named, or give the module another name.",
        bad="mkfifo src/wow_desk/pipe.py",
        good="touch src/wow_desk/pipes.py",
        waivable=False,
    ),
    RuleDoc(
        id="GATE-N003",
        title="pyproject.toml can be read.",
        why="It says how the package is laid out, linted, typed and tested; without it nobody can.",
        fix="Mend the line that is named; the gate spec has the same finding.",
        bad="[project\nname = 'wow-desk'",
        good="[project]\nname = 'wow-desk'",
        waivable=False,
    ),
    RuleDoc(
        id="GATE-N004",
        title="A gate finds no more than can be listed: 20 000 findings.",
        why="What is not listed can be neither waived nor known, so it is not passed.",
        fix="Mend what is listed, or keep what is not the package's own outside of it.",
        bad="src/wow_desk/generated.py    # with 30 000 lines of another tool",
        good='dependencies = ["wow-desk-tables>=1,<2"]    # a package of its own',
        waivable=False,
    ),
)
