"""What is sealed opens with its own key, in its own place, and not otherwise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.x509 import sealing
from mailtrust.core.x509.sealing import SealProblem, make_lock, open_lock, seal, unseal

CHEAP = (4, 8, 1)
KEY, NONCE, SALT = bytes(range(32)), bytes(12), bytes(16)


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_sealed_and_unsealed(plain: bytes, context: bytes) -> None:
    assert unseal(KEY, seal(KEY, plain, context, NONCE), context) == plain


@given(st.binary(max_size=40), st.integers(min_value=0), st.integers(1, 255))
def test_one_changed_octet_closes_it(plain: bytes, at: int, by: int) -> None:
    sealed = bytearray(seal(KEY, plain, b"here", NONCE))
    sealed[at % len(sealed)] ^= by
    with pytest.raises(SealProblem, match=r"is damaged, or belongs to another record\. Restore a backup\."):
        unseal(KEY, bytes(sealed), b"here")


@pytest.mark.parametrize(
    ("key", "context", "cut"), [(bytes(32), b"here", 99), (KEY, b"there", 99), (KEY, b"here", 20), (KEY, b"here", 0)]
)
def test_another_key_place_or_length(key: bytes, context: bytes, cut: int) -> None:
    with pytest.raises(SealProblem):
        unseal(key, seal(KEY, b"plain", b"here", NONCE)[:cut], context)


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=40), st.binary(min_size=16, max_size=16))
def test_a_lock_opens_with_its_secret(secret: bytes, salt: bytes) -> None:
    lock = make_lock(KEY, secret, salt=salt, nonce=NONCE, cost=CHEAP)
    assert KEY not in lock
    assert open_lock(lock, secret) == KEY
    with pytest.raises(SealProblem, match="not the one that the store's keys are encrypted with"):
        open_lock(lock, secret + b"!")


def test_locks_that_are_none() -> None:
    lock = make_lock(KEY, b"secret", salt=SALT, nonce=NONCE, cost=CHEAP)
    for at in range(len(lock)):
        changed = bytearray(lock)
        changed[at] ^= 1
        with pytest.raises(SealProblem):
            open_lock(bytes(changed), b"secret")
    for cut in (b"", lock[:-1], b"MTL2" + lock[4:]):
        with pytest.raises(SealProblem, match="is damaged, or a newer mailtrust has written it"):
            open_lock(cut, b"secret")


@pytest.mark.parametrize("cost", [(31, 255, 1), (4, 8, 255), (0, 8, 1), (4, 0, 1), (255, 8, 1)])
def test_a_lock_that_asks_for_the_world(cost: tuple[int, int, int]) -> None:
    lock = b"MTL1" + bytes(cost) + SALT + NONCE + bytes(48)
    with pytest.raises(SealProblem, match="more memory than is reasonable"):
        open_lock(lock, b"secret")


def test_the_cost_is_what_is_recommended() -> None:
    """OWASP's Password Storage Cheat Sheet: scrypt with N=2^17, r=8, p=1."""
    assert sealing.COST == (17, 8, 1)
