"""Ask the ten questions at this terminal and print the answers as JSON.

python questionnaire_driver.py [--answers FILE] [--set PATH=VALUE]... [--defaults]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from waooaw.errors import InvalidDocument, WaooawError
from waooaw_cli.factory.answers import NOTHING_GIVEN, apply_sets, read_answers
from waooaw_cli.factory.drafts import Draft
from waooaw_cli.factory.question_files import Library
from waooaw_cli.factory.questionnaire import gather
from waooaw_cli.factory.recipes import data_root
from waooaw_cli.prompts.terminal import terminal_asker
from waooaw_cli.settings import read_settings


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--defaults", action="store_true")
    parser.add_argument("--output", type=Path, default=Path("generated"))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        given = NOTHING_GIVEN
        if options.answers:
            given = read_answers(options.answers, sys.stdin.buffer)
        given = apply_sets(given, options.set)
        folder = read_settings(Path.cwd(), os.environ).state_dir / "drafts"
        draft = Draft(folder, output=options.output, name=given.data.get("name"))
        asker = None
        if options.answers != "-":
            asker = terminal_asker(sys.stdin, sys.stderr, os.environ)
        answers = gather(
            Library(data_root() / "questionnaires"),
            given=given,
            asker=asker,
            draft=draft,
            defaults=options.defaults,
        )
    except KeyboardInterrupt:
        return 130
    except InvalidDocument as error:
        for problem in error.problems:
            sys.stderr.write(f"error: {problem.place(error.source)}: {problem.message}\n")
        return 2
    except WaooawError as error:
        sys.stderr.write(f"error: {error.message}\n")
        return 2
    draft.discard()
    sys.stdout.write(json.dumps(answers.data, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
