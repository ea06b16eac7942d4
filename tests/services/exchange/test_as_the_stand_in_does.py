"""What our rules accept, the stand-in for Exchange takes; and what they foretell is what it then has."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.programs.exchange_cmdlets import Exchange
from tests.services.exchange.test_never_without import done, organisations, wishes

from mailtrust.core.model.exchange import AuthConfig, ExchangeOrganisation, UmSettings
from mailtrust.core.model.exchange_change import ExchangeStep
from mailtrust.core.services.exchange.enabling.enable import Enable
from mailtrust.core.services.exchange.removing.remove import Remove
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


@settings(max_examples=60)
@given(organisations(), wishes())
def test_the_steps_that_let_a_twin_go_are_taken(world: ExchangeOrganisation, wish: Enable | Remove) -> None:
    now = known(world)
    for refusal in done(now, wish).refusals:
        assume(isinstance(wish, Remove))
        after = told(now, refusal.first)
        assert after.send_connectors == now.send_connectors
        if refusal.first:
            assert not any(one.certificate(wish.thumbprint) for one in after.servers if one.name in wish.servers)
