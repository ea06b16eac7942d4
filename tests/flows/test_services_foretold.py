"""Whether Exchange Online goes on taking a server once its certificate is renewed, told before that is done."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.programs.sample_pki import pki
from tests.services.world import border

from mailtrust.core.issuance.recipe import CLIENT_AUTH, SERVER_AUTH, server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.core.services.exchange.enabling.incoming import Incoming
from mailtrust.flows.services_foretold import foretold, rooted

NAMES = ("mail.example.com", "autodiscover.example.com", "example.com")
NOW = datetime.now(UTC)


def list_of(*anchors: TrustAnchor) -> AnchorStore:
    return AnchorStore("microsoft", NOW, "made here", "0" * 64, anchors)


PUBLIC, PRIVATE = list_of(TrustAnchor(pki().root.certificate)), list_of()


def renewed(*names: str, both: bool = True) -> Incoming:
    purposes = (SERVER_AUTH, CLIENT_AUTH) if both else (SERVER_AUTH,)
    recipe = replace(server_recipe(*names), extended_key_usage=purposes)
    leaf, *issuers = pki().leaf(*names, recipe=recipe).chain
    return Incoming("new.pfx", leaf, tuple(issuers))


def told(world: ExchangeOrganisation, incoming: Incoming, store: AnchorStore, *servers: str) -> str:
    """What is said of it."""
    rooted_so = rooted(incoming, store)
    wish = Enable(servers or ("HY1", "HY2"), incoming.thumbprint, ("SMTP", "IIS"), incoming=rooted_so)
    return " ".join(map(str, foretold(world, enable(world, wish, NOW).after, store, NOW)))


@pytest.fixture
def world() -> ExchangeOrganisation:
    return border.classic_hybrid().mended


def test_one_that_suits_is_not_spoken_of(world: ExchangeOrganisation) -> None:
    assert told(world, renewed(*NAMES), PUBLIC) == ""


def test_one_of_a_private_ca_would_stop_the_mail(world: ExchangeOrganisation) -> None:
    assert "it is not of a public CA" in told(world, renewed(*NAMES), PRIVATE)
    unknown = renewed(*NAMES)
    alone = Incoming(unknown.file, unknown.leaf)
    # Nobody knows what stands above: that is not the same. Nor is a public CA's whose upper intermediate is missing.
    public = replace(unknown, leaf=replace(unknown.leaf, policies=("2.23.140.1.2.1",)))
    for one in (alone, public):
        assert (rooted(one, PRIVATE).root_ca_type, told(world, one, PRIVATE)) == ("", "")


def test_one_without_client_auth_is_a_note(world: ExchangeOrganisation) -> None:
    assert "it lacks the purpose clientAuth" in told(world, renewed(*NAMES, both=False), PUBLIC)


def test_on_one_of_two_servers_the_connectors_would_disagree(world: ExchangeOrganisation) -> None:
    assert "HY2 do not have the certificate" in told(world, renewed(*NAMES), PUBLIC, "HY1")


def test_where_there_is_no_hybrid_mail_nothing_is_told(world: ExchangeOrganisation) -> None:
    alone = replace(world, hybrid=None, send_connectors=())
    assert told(alone, renewed(*NAMES), PRIVATE) == ""
