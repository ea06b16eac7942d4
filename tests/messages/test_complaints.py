"""What a client can complain of comes from its own strategies, and agrees with what is known of it."""

import pytest

from mailtrust.core.clients import CLIENTS, client_by_id
from mailtrust.core.messages.causes import KINDS
from mailtrust.core.messages.complaints import complaints


@pytest.mark.parametrize("client", [client.id for client in CLIENTS])
def test_every_client_refuses_the_plain_faults(client: str) -> None:
    found = complaints(client_by_id(client))
    assert {"chain-incomplete", "self-signed", "anchor-unknown", "expired", "not-yet-valid", "name-mismatch"} <= found
    assert found <= KINDS.keys()


@pytest.mark.parametrize(
    ("client", "code", "minds"),
    [
        ("dotnet-windows", "name-only-in-common-name", False),
        ("openssl", "name-only-in-common-name", False),
        ("gmail-android", "name-only-in-common-name", True),
        ("chrome", "name-only-in-common-name", True),
        ("dotnet-windows", "signature-weak", False),
        ("gmail-android", "signature-weak", True),
        ("openssl", "key-weak", True),
        ("gmail-android", "key-weak", False),
        ("apple-mail-ios", "validity-too-long", True),
        ("thunderbird", "validity-too-long", False),
        ("firefox", "ct-missing", True),
        ("java-mail", "ct-missing", False),
        ("thunderbird", "leaf-is-ca", True),
        ("java-mail@1.6", "name-mismatch", False),
    ],
)
def test_clients_differ_as_their_profiles_say(client: str, code: str, minds: bool) -> None:
    assert (code in complaints(client_by_id(client))) is minds
