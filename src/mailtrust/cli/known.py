"""What options and mailtrust.toml may name: read where somebody asks, as it is much to import."""


def known_products() -> tuple[str, ...]:
    """What --product takes."""
    from mailtrust.core.targets import ALIASES, TARGETS

    return (*(target.ID for target in TARGETS), *ALIASES)


def known_ways() -> tuple[str, ...]:
    """Every way that reaches some client in some version."""
    from mailtrust.core.clients import BY_ID

    return tuple(sorted({way for client in BY_ID.values() for way in client.reached_by}))
