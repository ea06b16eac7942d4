"""The name by which clients reach the server does not stand in its certificate (RFC 9525 6)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, RuleResult
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.hosts import Met, is_address, over_hosts, weigh_name, wrongly_named
from mailtrust.core.rules.grounds.naming import called_leaf, presented_names, titles
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.spelling import near_miss
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import Hurt, hurt_by, reach
from mailtrust.core.validation.names.internal import is_internal
from mailtrust.core.validation.names.rfc9525 import names_rfc9525

ID = "name-mismatch"

MOST_NAMES = 12


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each name by which a server was met."""
    return over_hosts(evidence, ID, lambda met: _look(evidence, met))


def _look(evidence: Evidence, met: Met) -> Iterable[RuleResult]:
    wrong = wrongly_named(evidence, met, ID)
    if wrong is None:
        return
    # One cause, one finding: where a more telling rule speaks of this name, this one is silent.
    if is_internal(met.host):
        yield NotApplicable(ID, text("{host}: see name-internal.", host=met.host))
    elif any(near_miss(met.host, leaf.dns_names) for leaf in wrong.leaves()):
        yield NotApplicable(ID, text("{host}: see name-near-miss.", host=met.host))
    else:
        yield _finding(evidence, wrong)


def _finding(evidence: Evidence, met: Met) -> Finding:
    hurt = hurt_by(evidence, {ID}, met.ids)
    leaves = met.leaves()
    names = tuple(dict.fromkeys(name for leaf in leaves for name in presented_names(leaf)))
    return Finding(
        rule=ID,
        severity=weigh_name(met, hurt),
        observations=met.ids,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", met.host), ("presented", names[:MOST_NAMES]), ("presented_count", len(names))),
        title=_title(met),
        explanation=Explanation(
            admin=_peculiar(evidence, met, hurt, names)
            if _there(met)
            else text(
                "Clients reach the server as {host} ({places}), but its certificate {leaf} is made out to: {names}. "
                "{way}",
                host=met.host,
                places=places(seen for seen, _ in met.observations),
                leaf=tuple(called_leaf(leaf) for leaf in leaves),
                names=_some(names),
                way=_way(met.host),
            ),
            manager=text(
                "The mail server's certificate is made out to another name than the one that people use. {reach} "
                "Either people's settings or the certificate must change.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the name in the certificate does not match the server, or that the "
                "server's identity cannot be verified. That is also what an attack looks like. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=met.host,
    )


def _there(met: Met) -> bool:
    """Whether the standard finds the name in every certificate, so that only some clients' habits do not."""
    return not any(tuple(names_rfc9525(leaf, met.host, None)) for leaf in met.leaves())


def _title(met: Met) -> Text:
    if _there(met):
        return text("Some clients do not find the name {host} in the certificate, although it is there", host=met.host)
    return text("The certificate does not carry the name {host}", host=met.host)


def _peculiar(evidence: Evidence, met: Met, hurt: Hurt, names: tuple[str, ...]) -> Text:
    return text(
        "The certificate for {host} ({places}) carries {names}, and by RFC 9525 that is enough. These clients compare "
        "in ways of their own, for instance the first name only, or no wildcard of this kind: {clients}. Put {host} "
        "into the certificate as its first name, without a wildcard.",
        host=met.host,
        places=places(seen for seen, _ in met.observations),
        names=_some(names),
        clients=titles(evidence, hurt.clients),
    )


def _way(host: str) -> Text:
    if is_address(host):
        return text(
            "The server is reached by its address. Use one of its names instead: hardly a public CA certifies "
            "addresses (Let's Encrypt does, for less than a week at a time)."
        )
    return text(
        "Use one of these names in the clients' settings and URLs (also Autodiscover, Autoconfig and the profiles of "
        "programs such as the Dynamics CRM E-mail Router), or have the certificate issued again with {host} added.",
        host=host,
    )


def _some(names: tuple[str, ...]) -> tuple[str, ...] | Text:
    if not names:
        return text("no name at all")
    return names if len(names) <= MOST_NAMES else (*names[:MOST_NAMES], "…")
