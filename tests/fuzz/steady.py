"""Issuance without chance: the same keys and the same signatures in every process, hence the same seeds."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from types import SimpleNamespace
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import ec

from mailtrust.core.issuance import keys, signing


@contextmanager
def steady() -> Iterator[None]:
    """EC keys are made from 1, 2, 3, ...; ECDSA draws its nonces from key and message (RFC 6979)."""
    numbers = count(1)

    def generate(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(next(numbers), curve)

    deterministic = partial(ec.ECDSA, deterministic_signing=True)
    # Patched where they are used: the library compares classes of its own.
    with (
        patch.object(keys, "ec", SimpleNamespace(generate_private_key=generate)),
        patch.object(
            signing, "ec", SimpleNamespace(ECDSA=deterministic, EllipticCurvePrivateKey=ec.EllipticCurvePrivateKey)
        ),
    ):
        yield
