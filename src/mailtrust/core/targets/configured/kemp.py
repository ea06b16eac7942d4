"""Kemp LoadMaster, by its interface: virtual services name certificates, and the intermediates are one pool for all.

What is uploaded gets a name of its own, and nothing that is there is replaced or deleted: no key can be read back, and
the pool holds what others need for other ends (Kemp's SAML guide puts token-signing certificates there). That the
LoadMaster completes a chain from the pool is what its users say; a chain that was uploaded with the certificate is sent
as it is (acme.sh uploads it so).
"""

import re
from collections.abc import Mapping, Sequence

from mailtrust.core.formats.kemp_name import CERTIFICATES, INTERMEDIATES, kemp_name, name_in, path_of, tagged
from mailtrust.core.formats.kemp_services import read_services
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Disruption, Files, Listening
from mailtrust.core.model.endpoint import Endpoint
from mailtrust.core.model.load_master import VirtualService
from mailtrust.core.model.plan import KeySource, OnServer, RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import (
    FileAt,
    FilesLike,
    Names,
    NoAnswer,
    OutputOf,
    Printed,
    Question,
    ServerFacts,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.remedies.file_names import certificate_file, file_name
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.targets.configured.parts.pem_files import certificates_in
from mailtrust.core.targets.configured.parts.places import all_found_again, shall_be
from mailtrust.core.x509.pem import to_pem, to_pem_chain
from mailtrust.core.x509.withheld_keys import mark_of, withheld

ID = "kemp"

SERVICES = OutputOf(("listvs",))
KEPT = FilesLike(f"{CERTIFICATES}/*")
POOL = FilesLike(f"{INTERMEDIATES}/*")
MOST_READ = 500
"""Intermediates that are read; a pool larger than that is no pool of intermediates."""
TAG = 8
"""Digits of a certificate's SHA-256 at the end of its name."""
_TAGGED = re.compile(rf"-[0-9a-f]{{{TAG}}}\Z")
OLD_OFF, NEW_OFF = 7, 24
"""Bits of TLSType: all that is older than TLS 1.2 is off, TLS 1.2 and 1.3 are ("RESTful API", 3.6.1.4.1)."""


def questions(_server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """Its virtual services, its certificates by name, those that are assigned, and the whole pool."""
    wanted: list[Question] = [SERVICES, KEPT, POOL]
    services = _services(facts)
    if not isinstance(services, Cannot):
        kept = _paths(facts, KEPT)
        assigned = [path_of(CERTIFICATES, name) for one in services for name in one.certificates]
        wanted += [FileAt(path) for path in assigned if path in kept]
    wanted += [FileAt(path) for path in _paths(facts, POOL)[:MOST_READ]]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(_server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """A place for each certificate of each virtual service that ends TLS."""
    services = _services(facts)
    if isinstance(services, Cannot):
        return services
    if services and not any(one.ends_tls for one in services):
        return Cannot(
            text(
                "No virtual service of this LoadMaster ends TLS (SSL Acceleration or Reencrypt): it is passed through, "
                "and the servers behind it have to be mended."
            )
        )
    return tuple(place for one in services for place in _places(facts, one))


def point_to(
    _server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """The whole list of certificates of each service in which one becomes another: it can only be set as a whole."""
    services = _services(facts)
    if isinstance(services, Cannot):
        return services
    there = [(place, one) for one in services for place in _places(facts, one)]
    shall = shall_be(wanted, [place for place, _ in there])
    if isinstance(shall, Cannot):
        return shall
    changes: list[Change] = []
    for service in services:
        own = [(place, files) for (place, one), files in zip(there, shall, strict=True) if one is service]
        former = " ".join(service.certificates)
        latter = " ".join(dict.fromkeys(name_in(files.chain) for _, files in own))
        if any(place.chain_file != files.chain for place, files in own):
            say = text(
                "Let the virtual service {service} present {new}, instead of {old}, which stays on the LoadMaster.",
                service=_called(service),
                new=latter,
                old=former,
            )
            if service.reencrypts:
                say = in_a_row((say, _BOTH))
            changes.append(_modify(service, "CertFile", former, latter, say))
    return tuple(changes)


def upload(
    _server: Server,
    facts: ServerFacts,
    place: ConfiguredCertificate,
    chain: tuple[Certificate, ...],
    key: KeySource | None,
) -> tuple[Files, tuple[Act, ...]] | Cannot:
    """Without a key the intermediates that the pool lacks; with one the chain and the key under a new name."""
    if key is None:
        missing = _intermediates(facts, place, chain)
        return missing if isinstance(missing, Cannot) else (Files(place.chain_file, place.key_file), missing)
    if isinstance(key, OnServer):
        return Cannot(text("No key can be read from a LoadMaster: give it with --key FILE."))
    leaf = chain[0]
    path = own_path(leaf)
    name, files = name_in(path), Files(path, path)
    if path in _paths(facts, KEPT):
        if certificates_in(facts, path)[:1] == (leaf,):
            return files, ()
        return Cannot(text("The LoadMaster has another certificate of the name {name}: rename it there.", name=name))
    say = text(
        "Upload the certificate for {leaf} with its chain and its key to the LoadMaster, under the new name {name}. "
        "The former one is not touched: its key could not be read back.",
        leaf=called_leaf(leaf),
        name=name,
    )
    content = to_pem_chain(chain) + withheld(mark_of(leaf)).decode("ascii")
    back = delete(path, leaf).command
    act = Act(("addcert", f"cert={name}"), content, back, "", say, (key,), needs="Certificate Creation")
    return files, (act,)


def own_path(leaf: Certificate) -> str:
    """A name with the digest of the certificate: no two have the same."""
    return path_of(CERTIFICATES, tagged(file_name(called_leaf(leaf).replace("*", "wildcard")), leaf.fingerprint[:TAG]))


def brought(facts: ServerFacts) -> tuple[str, ...]:
    """Those with something like a digest at the end of their name."""
    return tuple(path for path in _paths(facts, KEPT) if _TAGGED.search(name_in(path)))[:MOST_READ]


def delete(path: str, leaf: Certificate) -> RunCommand:
    """Its name may be another's by now."""
    return RunCommand(("delcert", f"cert={name_in(path)}", f"if={leaf.fingerprint}"))


def passes_through(_server: Server, facts: ServerFacts, endpoint: Endpoint) -> Text | None:
    """Where the virtual services of this address and port, or else of this port, leave TLS to servers behind them."""
    services = _services(facts)
    port = endpoint.connect_port or endpoint.port
    here = [] if isinstance(services, Cannot) else [one for one in services if not one.ports or port in one.ports]
    # Behind an address translation none is met by its own address.
    address = endpoint.connect_address or endpoint.address
    here = [one for one in here if one.address == address] or here
    if not here or any(one.ends_tls for one in here):
        return None
    return text(
        "The virtual service {service} passes TLS through to the servers behind it and has no certificate: mend the "
        "server behind it.",
        service=_called(here[0]),
    )


def set_up(
    _server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    _ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions of TLS; all else is seen on its pages."""
    services = _services(facts)
    if isinstance(services, Cannot):
        return services
    if goal.setting != "tls-version":
        return Cannot(text("The LoadMaster has no single setting for this: follow the steps of the report."))
    found = all_found_again(places, [(place, one) for one in services for place in _places(facts, one)])
    if isinstance(found, Cannot):
        return found
    changes = []
    for one in dict.fromkeys(found):
        if one.tls_type & NEW_OFF or one.tls_type & OLD_OFF != OLD_OFF:
            say = text("Let the virtual service {service} speak TLS 1.2 and 1.3, and nothing older.",
                       service=_called(one))  # fmt: skip
            changes.append(_modify(one, "TLSType", str(one.tls_type), str(OLD_OFF), say))
    return tuple(changes)


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """What is assigned counts for new connections."""
    return "reload"


def test(_server: Server) -> RunCommand | None:
    """It has none: what does not fit is refused when it is uploaded or assigned."""
    return None


def take_up(_server: Server) -> RunCommand | None:
    """Nothing is waiting."""
    return None


def _services(facts: ServerFacts) -> tuple[VirtualService, ...] | Cannot:
    match facts.get(SERVICES):
        case Printed(status=0, output=output) if (services := read_services(output)) is not None:
            return services
        case Printed(errors=errors):
            return Cannot(text("The LoadMaster does not list its virtual services: {words}", words=clean(errors, 300)))
        case NoAnswer(why=why):
            return Cannot(why)
        case _:
            return ()


def _paths(facts: ServerFacts, asked: FilesLike) -> tuple[str, ...]:
    answer = facts.get(asked)
    return answer.paths if isinstance(answer, Names) else ()


def _places(facts: ServerFacts, service: VirtualService) -> list[ConfiguredCertificate]:
    if not service.ends_tls:
        return []
    kept = _paths(facts, KEPT)
    paths = [path for name in service.certificates if (path := path_of(CERTIFICATES, name)) in kept]
    return [
        ConfiguredCertificate(
            product=ID,
            service=_called(service),
            named_in="",
            line=0,
            chain_file=path,
            key_file=path,
            listens=tuple(Listening(port, service.address) for port in service.ports),
            names=tuple(dict.fromkeys(name for leaf in certificates_in(facts, path)[:1] for name in leaf.dns_names)),
            is_default=number == 0,
        )
        for number, path in enumerate(paths)
    ]


def _called(service: VirtualService) -> str:
    where = f"{service.address}:{service.ports[0] if service.ports else '*'}"
    return f"{service.name} ({where})" if service.name else where


def _intermediates(
    facts: ServerFacts, place: ConfiguredCertificate, chain: Sequence[Certificate]
) -> tuple[Act, ...] | Cannot:
    """What lets a certificate that is there be sent with these intermediates."""
    uploaded = certificates_in(facts, place.chain_file)[1:]
    pool = {path: certificates_in(facts, path) for path in _paths(facts, POOL)}
    there = {one for held in pool.values() for one in held} | set(uploaded)
    missing = [one for one in chain[1:] if one not in there]
    if not missing or any(one not in chain for one in uploaded):
        return Cannot(
            text(
                "The LoadMaster has the intermediates of {name} already. What it sends with it comes from the file "
                "that was uploaded, or from the pool of intermediates, which others need too. Import the certificate "
                "again under another name, its chain and its key in one file (mailtrust bundle --for kemp --key FILE), "
                "and assign that.",
                name=name_in(place.chain_file),
            )
        )
    return tuple(_intermediate(one, pool) for one in missing)


def _intermediate(one: Certificate, pool: Mapping[str, object]) -> Act:
    name = kemp_name(certificate_file(one))
    if path_of(INTERMEDIATES, name) in pool:
        name = tagged(name, one.fingerprint[8:16])
    say = text(
        "Add the intermediate {issuer} to the pool of the LoadMaster, under the name {name}. What is there stays.",
        issuer=called(one.subject),
        name=name,
    )
    back = ("delintermediate", f"cert={name}", f"if={one.fingerprint}")
    return Act(("addintermediate", f"cert={name}"), to_pem(one), back, "", say, needs="Intermediate Certificates")


def _modify(service: VirtualService, setting: str, former: str, latter: str, say: Text) -> Act:
    """No two services share address, port and protocol."""
    port = str(service.ports[0]) if service.ports else "*"
    which = ("modvs", f"vs={service.address}", f"port={port}", f"prot={service.protocol}")
    there, back = ((*which, f"{setting}={value}", f"was={was}") for value, was in ((latter, former), (former, latter)))
    return Act(there, "", back, "", say, disruption="reload", needs="Virtual Services")


# Microsoft, Configure Windows Extended Protection in Exchange Server: SSL bridging needs the same certificate.
_BOTH = text(
    "It encrypts again to the servers behind it (Reencrypt): Exchange with Extended Protection must present the very "
    "same certificate, else Outlook asks for the password without end. mailtrust services enable --balancer bridging "
    "writes those steps."
)
