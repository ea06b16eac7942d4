"""`mailtrust explain`: what a message about a certificate means, what causes it, what to check."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import (
    STANDARD,
    certificates_of,
    expect_one_from_stdin,
    expect_writable,
    read_file,
    write_output,
)
from mailtrust.cli.screen import screen_of
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import language, told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.messages.explanation import Explanation

EXAMPLES: tuple[Example, ...] = (
    ('mailtrust explain "Certificate not trusted. Contact your email provider"', text("words from a screen")),
    ('mailtrust explain "works in Outlook but not on the phone"', text("a symptom")),
    ("mailtrust explain 0x800B0109", text("a code")),
    ("journalctl -u postfix | tail -20 | mailtrust explain -", text("a log")),
    (
        'mailtrust explain "Could not establish trust relationship" --url https://mail.example.com/EWS --cert mail.cer',
        text("and whether the URL fits the certificate"),
    ),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "explain",
        help=told(text("what an error message means, what causes it, what to check")),
        description=told(
            text(
                "Say which program shows a message about a certificate, what can cause it, what it does not tell, and "
                "what to check. English, French, German, Spanish and Chinese messages are known; typing errors, parts "
                "and whole log lines are understood, and so are symptoms."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(text("exit status: 0 the text is known; 1 it is not; 2 usage")),
    )
    parser.add_argument(
        "text",
        metavar="TEXT",
        nargs="+",
        help=told(text("the message or symptom, or - to read it from standard input")),
    )
    parser.add_argument("--url", metavar="URL", help=told(text("the URL or server name that the program was given")))
    parser.add_argument(
        "--cert",
        "--with",
        dest="certificate",
        metavar="FILE",
        type=Path,
        help=told(text("the server's certificate: compare its names with the URL, and say what it confirms")),
    )
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Explain the text; exit 1 when it is not known."""
    expect_writable(options.output)
    explanation = _explained(options)
    write_output(_render(explanation, options), options.output)
    return exit_status.CLEAN if explanation.answers else exit_status.FINDINGS


def _explained(options: argparse.Namespace) -> "Explanation":
    from datetime import UTC, datetime

    from mailtrust.edge.anchors import load_stores
    from mailtrust.flows.explain import Question, answer

    read_from_stdin = STANDARD if options.text == [str(STANDARD)] else None
    expect_one_from_stdin(read_from_stdin, options.certificate)
    given = _text(options)
    if not given.strip():
        raise UserProblem(text("Expected the words of a message or a symptom, got nothing."))
    certificates = certificates_of(options.certificate) if options.certificate is not None else ()
    return answer(Question(given, options.url, certificates), load_stores, datetime.now(UTC))


def _text(options: argparse.Namespace) -> str:
    words: list[str] = options.text
    if words == [str(STANDARD)]:
        return read_file(STANDARD).decode("utf-8", "replace")
    return " ".join(words)


def _render(explanation: "Explanation", options: argparse.Namespace) -> bytes:
    translate = translator(options.lang)
    lang = language(options.lang)
    if options.format == "json":
        from mailtrust.core.report.explanation_json import explanation_to_json

        return explanation_to_json(explanation, translate, lang)
    from mailtrust.core.report.explanation_page import render_explanation

    screen = screen_of(options)
    shown = render_explanation(
        explanation,
        width=screen.width,
        colour=screen.colour,
        translate=translate,
        lang=lang,
        ascii_only=screen.ascii_only,
    )
    return shown.encode(screen.encoding, "replace")
