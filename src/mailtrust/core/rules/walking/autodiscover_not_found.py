"""A client that looks for the settings of an address comes to the end of its list without any."""

from collections.abc import Iterable

from mailtrust.core.formats.srv import read_srv
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import in_a_row, text
from mailtrust.core.model.walk import Walk
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.walking.grounds.mail_records import dns
from mailtrust.core.rules.walking.grounds.meetings import exchange_walks, titles, users_walks

ID = "autodiscover-not-found"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at where each way ends."""
    walks = users_walks(evidence)
    lost = [walk for walk in walks if walk.found is None]
    if not walks:
        yield NotApplicable(ID, text("No mail program was asked about."))
    elif lost:
        yield _finding(evidence, lost)
    else:
        yield Passed(ID, evidence.address)


def _finding(evidence: WalkEvidence, lost: list[Walk]) -> Finding:
    clients = tuple(walk.client for walk in lost)
    way = lost[0]
    tried = tuple(attempt.detail for attempt in way.attempts if attempt.asked) or (text("Nothing was asked."),)
    return Finding(
        rule=ID,
        severity=_severity(evidence, clients),
        observations=tuple(one.observation for one in way.attempts if one.observation),
        certificates=(),
        clients=clients,
        facts=(("published", _published(evidence)),),
        title=text(
            "For {address} these find no settings: {clients}",
            address=evidence.address,
            clients=titles(evidence, clients),
        ),
        explanation=Explanation(
            admin=text(
                "What {client} met on its way: {tried} A certificate for autodiscover.{domain} with a name in DNS, or "
                "an SRV record that leads to the server by a name of its certificate, is enough.",
                client=titles(evidence, clients[:1]),
                tried=in_a_row(tried),
                domain=evidence.domain,
            ),
            manager=text(
                "These programs cannot set an account up by its address alone: {clients}. Accounts that exist go on, "
                "but in Outlook the out-of-office assistant and free/busy times fail.",
                clients=titles(evidence, clients),
            ),
            user=text(
                "Your program asks for the names of servers, or says that it cannot find your settings. Ask your "
                "administrator for them; until it is mended, Outlook on the web offers what is missing."
            ),
        ),
        subject=evidence.address,
    )


def _severity(evidence: WalkEvidence, lost: tuple[str, ...]) -> Severity:
    """Error: what is published does not lead there. Warning: nothing is. Info: only a lesser way is missing."""
    for_exchange = {walk.client for walk in exchange_walks(evidence)}
    if for_exchange.intersection(lost):
        # Accounts that are set up go on: nobody is cut off, so it is never critical.
        return Severity.ERROR if _published(evidence) else Severity.WARNING
    others = any(walk.found is not None for walk in users_walks(evidence))
    return Severity.INFO if others else Severity.WARNING


def _published(evidence: WalkEvidence) -> bool:
    """Whether anything announces Exchange: an autodiscover host or an SRV record."""
    host = dns(evidence, f"autodiscover.{evidence.domain}", "A")
    srv = dns(evidence, f"_autodiscover._tcp.{evidence.domain}", "SRV")
    offered = [one for one in read_srv(srv.records) if one.target != "."] if srv is not None else []
    return (host is not None and host.status == "found") or bool(offered)
