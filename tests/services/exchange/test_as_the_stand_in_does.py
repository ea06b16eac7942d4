"""What our rules accept, the stand-in for Exchange takes; and what they foretell is what it then has."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programs.exchange_cmdlets import Exchange
from tests.services.exchange.test_never_without import done, organisations, wishes
from tests.services.exchange_world import NOW, certificate

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.model.exchange import AuthConfig, ExchangeOrganisation, UmSettings
from mailtrust.core.model.exchange_change import ExchangeStep
from mailtrust.core.services.exchange.enabling.enable import Enable
from mailtrust.core.services.exchange.removing.remove import Remove, remove
from mailtrust.core.services.exchange.removing.tagged import TAGGED
from mailtrust.core.targets.powershell.cmdlets import cmdlets


def told(world: ExchangeOrganisation, steps: tuple[ExchangeStep, ...]) -> ExchangeOrganisation:
    """The organisation after every cmdlet of the steps; a refusal raises."""
    exchange = Exchange(world)
    for step in steps:
        for call in cmdlets(step.act):
            run = exchange.cmdlet(call.name)
            assert run is not None, call.name
            list(run({name: list(value) if isinstance(value, tuple) else value for name, value in call.parameters}))
    return exchange.organisation


def known(world: ExchangeOrganisation) -> ExchangeOrganisation:
    """All is said that the stand-in wants to know, and what only Windows knows is not."""
    return replace(
        world,
        auth=world.auth or AuthConfig("9" * 40),
        servers=tuple(
            replace(
                one,
                certificates=tuple(
                    replace(each, status=each.status or "Valid", friendly_name="") for each in one.certificates
                ),
                bindings=None,
                um=one.um or (UmSettings("UM", "TLS"), UmSettings("UMCallRouter", "TLS")),
                internal_transport=one.internal_transport or "",
            )
            for one in world.servers
        ),
    )


@settings(max_examples=60)
@given(organisations(), st.lists(wishes(), min_size=1, max_size=4))
def test_what_is_foretold_comes_true(world: ExchangeOrganisation, wanted: list[Enable | Remove]) -> None:
    now = known(world)
    for wish in wanted:
        change = done(now, wish)
        after = told(now, change.steps)
        assert after.servers == change.after.servers, wish
        assert after.send_connectors == change.after.send_connectors, wish
        now = change.after


FORMER, RENEWED = (
    certificate(digit, "partners.example.com", services=("SMTP",), days_old=days)
    for digit, days in (("1", 60), ("2", 1))
)


def with_twins(world: ExchangeOrganisation) -> ExchangeOrganisation:
    """Each server has both, and the Send connector names their pair."""
    return replace(
        world,
        servers=tuple(replace(one, certificates=(*one.certificates, FORMER, RENEWED)) for one in world.servers),
        send_connectors=tuple(
            replace(one, tls_certificate_name=str(name_of(FORMER))) for one in world.send_connectors or ()
        ),
    )


@settings(max_examples=60)
@given(organisations().map(with_twins))
def test_the_steps_that_let_a_twin_go_are_taken(world: ExchangeOrganisation) -> None:
    now = known(world)
    change = remove(now, Remove((now.servers[0].name,), FORMER.thumbprint), NOW)
    (tagged,) = (one for one in change.refusals if one.code == TAGGED)
    assert tagged.first
    after = told(now, tagged.first)
    assert after.send_connectors == now.send_connectors
    assert not any(one.certificate(FORMER.thumbprint) for one in after.servers)
    assert all(one.certificate(RENEWED.thumbprint) for one in after.servers)
    at_once = remove(now, Remove((now.servers[0].name,), FORMER.thumbprint, stop_transport=True), NOW)
    if at_once.steps:  # an Edge server is told only at itself: no script keeps the order
        assert told(now, at_once.steps) == after == at_once.after
