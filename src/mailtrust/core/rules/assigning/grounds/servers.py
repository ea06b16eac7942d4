"""The exported servers one by one, and what an export did not tell."""

from collections.abc import Callable, Iterable, Iterator

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer, NotRead
from mailtrust.core.model.finding import NotApplicable, RuleResult, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import exported_there
from mailtrust.core.services.exchange.versions import release

NO_EXCHANGE = text("Nothing of an Exchange server was exported.")


def over_servers(
    evidence: AssignmentEvidence,
    rule: str,
    look: Callable[[AssignmentEvidence, ExchangeOrganisation, ExchangeServer], Iterable[RuleResult]],
    nothing: Text,
) -> Iterator[RuleResult]:
    """What `look` says of each server; `nothing`: why the rule does not apply where it says nothing of any."""
    organisation = evidence.organisation
    if organisation is None or not organisation.servers:
        yield NotApplicable(rule, NO_EXCHANGE)
        return
    results = (result for server in organisation.servers for result in look(evidence, organisation, server))
    yield from or_nothing(rule, results, nothing)


def or_nothing(rule: str, results: Iterable[RuleResult], nothing: Text) -> Iterator[RuleResult]:
    """The results; where there is none, why the rule does not apply."""
    answered = False
    for result in results:
        answered = True
        yield result
    if not answered:
        yield NotApplicable(rule, nothing)


def refusal(organisation: ExchangeOrganisation, server: str, *parts: str) -> NotRead | None:
    """Why one of these cmdlets told nothing; `server` empty: of the organisation."""
    wanted = organisation.server(server) if server else None
    names = {server.lower(), *((wanted.name.lower(), wanted.fqdn.lower()) if wanted else ())}
    return next((one for one in organisation.not_read if one.part in parts and one.server.lower() in names), None)


def not_exported(rule: str, organisation: ExchangeOrganisation, server: str, part: str, subject: str = "") -> Unknown:
    """The rule cannot look, because this cmdlet's answer is missing."""
    refused = refusal(organisation, server, part)
    where = server or text("the organisation")
    if refused is not None:
        why = text("{part} told nothing about {where}: {why}", part=part, where=where, why=refused.why)
    else:
        why = text("The export holds nothing of {part} for {where}.", part=part, where=where)
    return Unknown(rule, why, subject or server)


def services_not_said(rule: str, server: ExchangeServer, subject: str = "") -> Unknown:
    """The rule cannot look, because the export has certificates, and not what they are for, or until when."""
    if release(server.version) in ("2007", "unknown"):
        why = text(
            "The export does not say of every certificate of {server} what it serves and when it ends: on Exchange "
            "2007 {command} writes a file that does, from 2010 on the script of `mailtrust services collect`.",
            server=server.name,
            command=exported_there(server),
        )
    else:
        why = text(
            "The export does not say of every certificate of {server} what it serves and when it ends: let the script "
            "of `mailtrust services collect` export it.",
            server=server.name,
        )
    return Unknown(rule, why, subject or server.name)
