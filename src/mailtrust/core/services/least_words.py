"""A least set in words: why one certificate does not do, what is left aside, and the commands that bring it about."""

import shlex
from collections.abc import Iterable, Sequence

from mailtrust.core.formats.powershell import quoted
from mailtrust.core.formats.thumbprint_text import SHOWN
from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.exchange import CLIENT_SERVICES
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.assigned import EXCHANGE
from mailtrust.core.services.least_set import Candidate, LeastSet, Order, Part, Reuse, serves
from mailtrust.core.services.needs import Need

ON_WINDOWS = (EXCHANGE, "iis", "mailstore")
"""Products that take certificate and key as PFX."""


@frozen
class Least:
    """The least set, and what it is compared with."""

    found: LeastSet
    today: tuple[Assigned, ...]
    """What serves the same services today, each certificate once."""
    assigned: tuple[Assigned, ...]
    """All that is told now: nothing is done twice."""
    remarks: tuple[Text, ...]
    """What had to be left aside in finding out what is needed."""


def why_several(found: LeastSet) -> tuple[Text, ...]:
    """Why one certificate does not serve all; nothing where it does."""
    if len(found.parts) < 2:
        return ()
    reasons: list[Text] = []
    own = [part for part in found.parts if part.ca == "own"]
    if own and len(own) < len(found.parts):
        inside = tuple(dict.fromkeys(name for part in own for need in part.needs for name in need.names))
        reasons.append(
            text(
                "No public CA certifies {names} (internal names, or addresses), and strangers do not know your own CA: "
                "one certificate cannot serve both.",
                names=inside,
            )
        )
    for ca in ("public", "own"):
        ordered = [part for part in found.orders if part.ca == ca]
        names = {name for part in ordered for name in part.names}
        if len(ordered) > 1 and len(names) > found.most_names:
            reasons.append(
                text(
                    "{count} names are more than a CA takes into one certificate ({most}).",
                    count=len(names),
                    most=found.most_names,
                )
            )
    return tuple(reasons)


def remarks_on(least: Least) -> tuple[Text, ...]:
    """What an administrator has to know besides."""
    found = least.found
    remarks = [*least.remarks]
    remarks += [
        text(
            "{service} on {server} is also called {names}, which no public CA certifies: let its URLs and settings "
            "name a public name inside too, and have the DNS inside lead there.",
            service=one.need.service or one.need.server,
            server=one.need.server,
            names=one.names,
        )
        for one in found.left_out
    ]
    for part in found.parts:
        wild = tuple(name for name in part.names if name.startswith("*."))
        wary = [need for need in part.needs if need.product == EXCHANGE and need.service in CLIENT_SERVICES]
        if wild and wary:
            # Microsoft, Set-ImapSettings and Set-PopSettings: -X509CertificateName
            remarks.append(
                text(
                    "{services} take no certificate with {names} by assignment: they find it by X509CertificateName, "
                    "which `services enable` sets.",
                    services=tuple(dict.fromkeys(need.service for need in wary)),
                    names=wild,
                )
            )
    if not found.proven:
        remarks.append(
            text("There are too many services to weigh every way of sharing: a smaller set may do, this one does.")
        )
    return tuple(remarks)


def would_do(found: LeastSet, there: Sequence[Candidate]) -> tuple[Text, ...]:
    """What is there and could take the place of an order, but for whoever stands behind it."""
    return tuple(
        text(
            "{name} ({print}), which is there, holds all that is to be ordered with {first}. But no public CA is known "
            "behind it: where all clients trust its CA, --ca own keeps it.",
            name=one.names[0],
            print=one.thumbprint[:SHOWN],
            first=part.names[0],
        )
        for part in found.orders
        for one in there
        if part.ca == "public" and one.ca == "own" and _could_serve(one, part)
    )


def _could_serve(one: Candidate, part: Order) -> bool:
    there = one.servers is None or {need.server for need in part.needs} <= one.servers
    return there and all(serves(one.names, name) for name in part.names)


def commands_for(part: Part, assigned: Sequence[Assigned]) -> tuple[str, ...]:
    """What brings it about, in this order; nothing where it is so already."""
    match part:
        case Reuse(candidate=candidate):
            waiting = [need for need in part.needs if not _has_it(need, candidate.thumbprint, assigned)]
            return tuple(_enable(f"--thumbprint {candidate.thumbprint}", waiting))
        case Order():
            return tuple(_ordered(part))


def request_in_exchange(part: Order) -> str:
    """The same request made by Exchange itself, where Exchange alone needs it, and how the CA's answer comes in.

    Empty: others need it too.
    """
    servers = list(dict.fromkeys(need.server for need in part.needs))
    if any(need.product != EXCHANGE for need in part.needs) or not part.spec.dns_names:
        return ""
    names = ",".join(map(quoted, part.spec.dns_names))
    subject = quoted(f"CN={part.spec.common_name or part.spec.dns_names[0]}")
    # New-ExchangeCertificate.md: the request is text; without -PrivateKeyExportable no other server gets the key.
    return (
        f"$request = New-ExchangeCertificate -GenerateRequest -Server {quoted(servers[0])} -SubjectName {subject}"
        f" -DomainName {names} -KeySize 2048 -PrivateKeyExportable $true\n"
        f'[IO.File]::WriteAllText("$PWD\\{_stem(part)}.req", $request)\n'
        f"Import-ExchangeCertificate -Server {quoted(servers[0])} -FileData"
        ' ([IO.File]::ReadAllBytes("$PWD\\ANSWER"))'
    )


def _ordered(part: Order) -> Iterable[str]:
    spec, stem = part.spec, _stem(part)
    names = " ".join(map(shlex.quote, part.names))
    yield f"mailtrust cert request {names} --new-key {spec.key} --out {stem}"
    if part.ca == "own":
        yield f"mailtrust ca issue {stem}.csr --out {stem}"
    windows = any(need.product in ON_WINDOWS for need in part.needs)
    answer = f"{stem}.pem" if part.ca == "own" else "ANSWER"
    others = [need for need in part.needs if need.product != EXCHANGE]
    pem = any(need.product not in ON_WINDOWS for need in part.needs)
    forms = ",".join(form for form, wanted in (("pem", pem), ("pfx", windows)) if wanted)
    yield f"mailtrust cert accept {answer} {stem}.key --for {forms} --out {stem}"
    yield from _enable(f"--certificate {stem}.pfx", [need for need in part.needs if need.product == EXCHANGE])
    for host in dict.fromkeys(need.names[0].replace("*.", "www.") for need in others):
        yield f"mailtrust plan {shlex.quote(host)} --with {stem}.{'pem' if pem else 'pfx'} --key {stem}.key"


def _enable(which: str, needs: Iterable[Need]) -> Iterable[str]:
    by_server: dict[str, list[str]] = {}
    for need in needs:
        if need.product == EXCHANGE:
            by_server.setdefault(need.server, []).append(need.service)
    together: dict[str, list[str]] = {}
    for server, services in by_server.items():
        together.setdefault(",".join(dict.fromkeys(services)), []).append(server)
    for listed, servers in together.items():
        where = " ".join(f"--server {shlex.quote(server)}" for server in servers)
        yield f"mailtrust services enable --export exchange.json {which} --services {listed} {where}"


def _has_it(need: Need, thumbprint: str, assigned: Sequence[Assigned]) -> bool:
    return any(
        one.server == need.server and one.thumbprint == thumbprint and need.service in one.services for one in assigned
    )


def _stem(part: Order) -> str:
    return part.names[0].removeprefix("*.").replace(":", "-")
