"""How endpoints are called before people: `imaps 993`, many of one host on one line."""

from collections.abc import Iterable, Sequence

from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page

_OFFERS: dict[Offer, Text] = {
    Offer.NO_SNI: text("without server name"),
    Offer.RSA: text("RSA"),
    Offer.ECDSA: text("ECDSA"),
    Offer.LEGACY: text("old TLS"),
}


def port_label(endpoint: Endpoint) -> str:
    """Scheme and port."""
    return f"{endpoint.id.partition('://')[0]} {endpoint.port}"


def places(page: Page, seen: Iterable[Observation], *, hosts: bool) -> str:
    """The ports of these observations, each once; with `hosts` sorted under their hosts."""
    by_host: dict[str, list[str]] = {}
    for one in seen:
        offer = _OFFERS.get(one.offer)
        label = port_label(one.endpoint) + (f" ({page.say(offer)})" if offer else "")
        labels = by_host.setdefault(page.name(one.endpoint.host), [])
        if label not in labels:
            labels.append(label)
    if not hosts:
        return ", ".join(dict.fromkeys(label for labels in by_host.values() for label in labels))
    by_labels: dict[str, list[str]] = {}
    for host, labels in by_host.items():
        by_labels.setdefault(", ".join(labels), []).append(host)
    return "; ".join(f"{', '.join(alike)}: {labels}" for labels, alike in by_labels.items())


def addresses(page: Page, seen: Iterable[Observation], most: int = 4) -> str:
    """The addresses behind these observations; of many the first and a count."""
    every = list(dict.fromkeys(page.name(one.endpoint.place) for one in seen if one.endpoint.address))
    if len(every) <= most:
        return ", ".join(every)
    rest = page.say(text("{count} more", count=len(every) - most))
    return ", ".join([*every[:most], rest])


def labelled(page: Page, seen: Sequence[Observation], among: Sequence[Observation], *, hosts: bool) -> str:
    """Ports and hosts, and the addresses where these ports were met at others as well: one node of several."""
    services = {one.endpoint.service for one in seen}
    here = {one.endpoint.place for one in seen}
    elsewhere = {one.endpoint.place for one in among if one.endpoint.service in services} - here
    label = places(page, seen, hosts=hosts)
    return f"{label} ({addresses(page, seen)})" if elsewhere else label


def several_hosts(seen: Sequence[Observation]) -> bool:
    """Whether the host must be said."""
    return len({one.endpoint.host for one in seen}) > 1
