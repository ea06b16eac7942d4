"""What is assigned, as `Get-ExchangeCertificate | Format-List` shows it, whatever kind of server it is on.

The properties and their order are those of Microsoft's "Assign certificates to Exchange Server services". Each is one
line however long: what is wrapped by a terminal is read back by nobody. Exchange leaves lists unwrapped after sixteen
(its $FormatEnumerationLimit); here they are whole.
"""

from collections.abc import Callable, Iterable, Sequence

from mailtrust.core.model.assignment import Assigned, Served
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.text import text
from mailtrust.core.report.page import Page
from mailtrust.core.services import mailstore
from mailtrust.core.services.assigned import EXCHANGE, presents

_LONGEST = 4000
_LETTERS = (("IMAP", "I"), ("POP", "P"), ("UM", "U"), ("IIS", "W"), ("SMTP", "S"), ("Federation", "F"))
_WIDTH = len("CertificateDomains")
_THUMBPRINT = 40


def format_list(assigned: Sequence[Assigned], served: Sequence[Served], *, looked: bool) -> str:
    """An object a paragraph; `looked`: whether all servers were asked what they present."""
    return _by_server(assigned, lambda mine: "\n\n".join(_object(one, served, looked=looked) for one in mine))


def format_table(assigned: Sequence[Assigned]) -> str:
    """The default view: Thumbprint, Services, Subject; letters for Exchange's services, words for everyone else's."""
    width = max([len("Services"), *(len(_letters(one)) for one in assigned)])

    def rows(mine: Sequence[Assigned]) -> str:
        cells = [("Thumbprint", "Services", "Subject"), ("----------", "--------", "-------")]
        cells += [(one.thumbprint, _letters(one), _safe(one.subject)) for one in mine]
        return "\n".join(f"{print_:<{_THUMBPRINT}}  {words:<{width}}  {name}".rstrip() for print_, words, name in cells)

    return _by_server(assigned, rows)


def _by_server(assigned: Sequence[Assigned], draw: Callable[[Sequence[Assigned]], str]) -> str:
    """The servers one after the other; several are headed as `-GroupBy Server` does it."""
    servers = tuple(dict.fromkeys(one.server for one in assigned))
    drawn = [(server, draw([one for one in assigned if one.server == server])) for server in servers]
    if len(drawn) > 1:
        drawn = [(server, f"   Server: {_safe(server)}\n\n{mine}") for server, mine in drawn]
    return "\n\n".join(mine for _, mine in drawn) + "\n" * bool(drawn)


def draw_findings(page: Page, findings: Iterable[Finding]) -> None:
    """What is wrong with it, below the list."""
    for one in findings:
        page.blank()
        page.paragraph((page.say(text("{rule}: {title}", rule=one.rule, title=one.title)), "bold"))
        page.paragraph((page.say(one.explanation.admin), ""), first=[("  ", "")])


def _object(one: Assigned, served: Sequence[Served], *, looked: bool) -> str:
    rows = [
        ("FriendlyName", _safe(one.friendly_name)),
        ("Subject", _safe(one.subject)),
        ("CertificateDomains", _list(one.domains)),
        ("Thumbprint", one.thumbprint),
        ("Services", ", ".join(map(_safe, one.services)) or ("" if one.unsaid else "None")),
    ]
    if one.named_in:
        rows.append(("NamedIn", _list(one.named_in)))
    if looked or one.product == mailstore.ID:
        rows.append(("Served", _list(presents(one, served))))
    return "\n".join(f"{name:<{_WIDTH}} : {value}".rstrip() for name, value in rows)


def _letters(one: Assigned) -> str:
    if one.unsaid:
        return ""
    if one.product != EXCHANGE:
        return ", ".join(map(_safe, one.services)) or "."
    # 2013 and later: seven places (three public transcripts); nobody shows the seventh's letter.
    letters = "".join(letter if word in one.services else "." for word, letter in _LETTERS)
    return letters + ("U" if "UMCallRouter" in one.services else ".")


def _list(values: Iterable[str]) -> str:
    return "{" + ", ".join(map(_safe, values)) + "}"


def _safe(value: str) -> str:
    return clean(value, _LONGEST)
