"""The organisation's file: read once a run, and what it says where the command line says nothing."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mailtrust.cli.files import called_file
from mailtrust.cli.translations import current
from mailtrust.core.model.acceptance import EVERYWHERE, Acceptance, Standing
from mailtrust.core.model.organisation import Organisation
from mailtrust.core.model.renewing import Renewed
from mailtrust.core.model.settings import Server, Settings
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.model.evidence import Assessment


def organisation_of(options: argparse.Namespace) -> Organisation:
    """What `--servers` names, else ./mailtrust.toml, else the user's own; nothing where there is no file.

    Raises UserProblem: for a file that cannot be read, with everything that is wrong in it.
    """
    known = getattr(options, "organisation", None)
    if not isinstance(known, Organisation):
        known = options.organisation = _read(options.servers)
    return known


def settings_of_file(options: argparse.Namespace) -> Settings:
    """How the organisation wants results to be weighed. Clients that were asked for by name all matter."""
    settings = own_settings(organisation_of(options))
    return settings if options.client is None else replace(settings, clients=())


def own_settings(organisation: Organisation) -> Settings:
    """The same where nobody asks for clients."""
    return Settings(
        warn=organisation.warn,
        critical=organisation.critical,
        servers=organisation.servers,
        clients=organisation.clients,
        accepted=organisation.accepted,
        file=organisation.file,
    )


def own_targets(organisation: Organisation) -> tuple[tuple[str, Literal["domain", "host"]], ...]:
    """Every domain and every place of every server, each once; a bare name is taken for what it is there."""
    named: dict[tuple[str, Literal["domain", "host"]], None] = {}
    for domain in organisation.domains:
        named[domain, "domain"] = None
    for server in organisation.servers:
        for place in server.places:
            named[place.target, "host"] = None
    return tuple(named)


def say_stale(organisation: Organisation, assessments: "Iterable[Assessment]") -> None:
    """Tell of what was accepted and is of no use any more. Only after everything of the organisation was looked at."""
    applied = zip(*(assessment.acceptances for assessment in assessments), strict=True)
    for sentence in filter(None, (_stale(organisation, of_one) for of_one in applied)):
        sys.stderr.write(f"mailtrust: {sentence.render(current())}\n")


def _stale(organisation: Organisation, applied: tuple[Acceptance, ...]) -> Text | None:
    """What one acceptance came to in every report; those that a report itself calls unneeded are not told again."""
    accepted, standings = applied[0].accepted, {one.standing for one in applied}
    place = f"{organisation.file}:{accepted.line}"
    if standings == {Standing.ELSEWHERE}:
        return text(
            "{place}: {rule} is accepted at {endpoint}, where nothing was looked at: correct or delete it.",
            place=place,
            rule=accepted.rule,
            endpoint=accepted.endpoint,
        )
    if accepted.endpoint == EVERYWHERE and standings <= {Standing.UNNEEDED, Standing.ELSEWHERE}:
        return text(
            "{place}: {rule} is accepted everywhere and was found nowhere: delete it.", place=place, rule=accepted.rule
        )
    return None


def _read(given: Path | None) -> Organisation:
    from mailtrust.edge.config.organisation_file import find, read

    path = given or find()
    if path is None:
        return Organisation()
    from mailtrust.cli.known import known_products, known_ways
    from mailtrust.core.clients import BY_ID
    from mailtrust.core.formats.organisation_toml import Known, read_organisation
    from mailtrust.edge.lookup.proxies import read_proxy

    known = Known(
        clients=tuple(BY_ID),
        rules=_known_rules,
        products=known_products(),
        ways=known_ways(),
        read_proxy=read_proxy,
    )
    organisation = read_organisation(read(path), _called(path), known)
    return replace(
        organisation,
        roots=tuple(str(path.parent / root) for root in organisation.roots),
        store=_beside(path, organisation.store),
        key_file=_beside(path, organisation.key_file),
        renewed=tuple(_placed(path, one) for one in organisation.renewed),
        servers=tuple(_with_files(path, one) for one in organisation.servers),
    )


def _known_rules() -> tuple[str, ...]:
    from mailtrust.core.rules import RULES
    from mailtrust.core.rules.assigning import ASSIGNMENT_RULES

    return (*(rule.ID for rule in RULES), *(rule.ID for rule in ASSIGNMENT_RULES))


def opened_as_here(server: Server, organisation: Organisation) -> Server:
    """A plan's server, with what opens its admin page: a plan says where it is, and the file of who applies it how.

    So nobody else's plan has a password sent anywhere that this file does not name.
    """
    known = next((one for one in organisation.servers if one.reach == server.reach), None)
    if known is None:
        return server
    return replace(
        server,
        password_file=known.password_file,
        fingerprint=known.fingerprint,
        client_certificate=known.client_certificate,
    )


def _with_files(path: Path, server: Server) -> Server:
    """A server, with its files on this machine as they are meant in the file that names them."""
    return replace(
        server,
        password_file=_whole(path, server.password_file),
        client_certificate=_whole(path, server.client_certificate),
    )


def _placed(path: Path, one: Renewed) -> Renewed:
    """A certificate that is renewed, with its files as they are meant in the file that names them."""
    return replace(
        one,
        by=one.by if one.is_acme else _whole(path, one.by),
        webroot=_whole(path, one.webroot),
        hook=_whole(path, one.hook),
        tsig_file=_whole(path, one.tsig_file),
        account=_whole(path, one.account),
        password_file=_whole(path, one.password_file),
    )


def _whole(path: Path, given: str) -> str:
    """A path as it is meant in the file, good in any folder: another run may have to use it."""
    return str(path.absolute().parent / given) if given else ""


def _beside(path: Path, given: str | None) -> str | None:
    """A path as it is meant in the file; a URL is one everywhere."""
    return given if given is None or "://" in given else str(path.parent / given)


def _called(path: Path) -> str:
    """As the user may type it, and without the user's name where a report is to name it."""
    try:
        return called_file(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return called_file(path)
