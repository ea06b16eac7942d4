"""Where a profile answers otherwise than its engine on purpose, and why; tests find entries that have healed."""

DISAGREEMENTS: dict[tuple[str, str], str] = {
    ("conscrypt", "ipv6-san"): "the verifier compares addresses as text, and Java's libraries, on which it runs here, "
    "write ::1 in full; Android's shorten it, so that a phone accepts",
}
"""(engine, case) -> reason."""

OTHER_CODE: dict[tuple[str, str], str] = {
    ("chromium", "wrong-name-and-client-auth-only"): "of two faults we quote the other one",
    ("firefox", "not-yet-valid-intermediate"): "our code for a date to come is the same for leaf and issuer",
    ("firefox", "version-v1-intermediate"): "no CA by its version, one sentence for all that are none",
    ("firefox", "intermediate-may-not-sign"): "no CA by its key usage, one sentence for all that are none",
    ("firefox", "unknown-critical-in-intermediate"): "it looks for another way and then says that there is none",
    ("firefox", "path-length-with-a-self-issued-ca"): "it looks for another way and then says that there is none",
    ("firefox", "self-signed-trusted-twin-name"): "a namesake in the store gets a code of its own",
    ("firefox", "ed25519-leaf"): "the lab's server hangs up where others would send an alert",
    ("chromium", "ed25519-leaf"): "the lab's server hangs up where others would send an alert",
    ("chromium", "p521-leaf"): "the lab's server hangs up where others would send an alert",
}
"""(engine, case) -> why the sentence that we quote has another code than the engine gave."""
