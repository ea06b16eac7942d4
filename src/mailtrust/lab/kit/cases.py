"""The cases, one list: docs/unconfirmed.md names each of them, and a test holds the two together."""

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.lab.kit import chains
from mailtrust.lab.kit.case import Case, Question

GMAIL = ("gmail-android",)
OUTLOOK = ("outlook-windows",)
WINDOWS = ("outlook-windows", "dotnet-windows", "mailstore-addin")
APPLE = ("apple-mail-ios", "apple-mail-macos")
MAC = ("outlook-mac",)
APPLE_TOO = (*APPLE, *MAC)
OPENSSL = ("openssl@1.1",)

CASES: tuple[Case, ...] = (
    Case(
        "good",
        text("Nothing is wrong, below the kit's root"),
        chains.good,
        (
            Question(GMAIL, text("Does the app trust a root that a user, or device management, has installed?")),
            Question(("thunderbird",), text("Is a root of the operating system used without a policy?")),
            Question(
                (*WINDOWS, *APPLE_TOO, *OPENSSL), text("Does the kit work at all? Everything must be quiet here.")
            ),
        ),
    ),
    Case(
        "missing-intermediate",
        text("The intermediate is not sent, but can be downloaded"),
        chains.missing_intermediate,
        (
            Question(WINDOWS, text("Does it let Windows download the intermediate?")),
            Question(APPLE_TOO, text("Does it allow trustd to download the intermediate?")),
            Question(GMAIL, text("What do the dialog and its Advanced say, in the phone's language?")),
            Question(OPENSSL, text("Are the texts those of this version?")),
        ),
        do=text(
            "Use a device that never saw this kit's intermediate (on Windows first: certutil -urlcache * delete). The "
            "page's journal shows whether the device asked for it."
        ),
    ),
    Case(
        "unreachable-intermediate",
        text("The intermediate is not sent, and cannot be downloaded"),
        chains.unreachable_intermediate,
        (Question(WINDOWS, text("What does the warning say when the intermediate cannot be fetched?")),),
    ),
    Case(
        "expired-leaf",
        text("The certificate ended two days ago"),
        chains.expired,
        (
            Question(GMAIL, text("What stands behind Advanced?")),
            Question(WINDOWS, text("What does the Security Alert say, all three lines, in the computer's language?")),
            Question(APPLE_TOO, text("What does the dialog say, and what do its details say?")),
        ),
    ),
    Case(
        "wrong-name",
        text("The certificate is for another host"),
        chains.wrong_name,
        (
            Question(GMAIL, text("What stands behind Advanced? Does an IMAP account compare names at all?")),
            Question(WINDOWS, text("What does the warning say, in the computer's language?")),
            Question(APPLE_TOO, text("What does the dialog say, and what do its details say?")),
        ),
    ),
    Case(
        "self-signed",
        text("Self-signed, and known to nobody"),
        chains.self_signed,
        (
            Question(
                GMAIL, text("Is going on (unsafe) remembered after a restart, and does it survive a new certificate?")
            ),
            Question((*APPLE_TOO, *WINDOWS), text("What does the dialog say, in the device's language?")),
            Question(OPENSSL, text("Are the texts those of this version?")),
            Question(("mta-opportunistic",), text("Is mail delivered to port 25 all the same?")),
        ),
        root="absent",
        do=text("Go on past the warning, close the program, open it. Then present the case again: it is a new one."),
    ),
    Case(
        "key-encipherment-only",
        text("The key usage allows keyEncipherment alone, TLS 1.3"),
        chains.key_encipherment_only,
        (Question(GMAIL, text("From which Android release on does this break the handshake?")),),
    ),
    Case(
        "intermediate-for-clients",
        text("The intermediate is for clients only"),
        chains.intermediate_for_clients,
        (
            Question(GMAIL, text("From which update on are the purposes of intermediates read?")),
            Question(WINDOWS, text("Are purposes nested?")),
        ),
    ),
    Case(
        "underscore-name",
        text("The server's name has an underscore"),
        chains.underscore,
        (Question((*GMAIL, "mailstore-addin"), text("Is such a server refused?")),),
        label="my_mail",
    ),
    Case(
        "ipv6-address",
        text("The account names the server by an IPv6 address, which the certificate holds"),
        chains.ipv6_address,
        (Question(GMAIL, text("Does it match?")),),
        address="ipv6",
    ),
    Case(
        "address-as-dns-name",
        text("The account names the server by its address, which the certificate holds as a DNS name"),
        chains.address_as_dns_name,
        (Question(WINDOWS, text("Does it match?")),),
        address="ipv4",
    ),
    Case(
        "common-name-beside-address",
        text("The host stands in the common name, and the subjectAltName holds another address only"),
        chains.common_name_beside_address,
        (Question(WINDOWS, text("Does the common name count?")),),
    ),
    Case(
        "client-auth-only",
        text("The certificate is for clients only"),
        chains.client_auth_only,
        (Question(WINDOWS, text("Is it refused, and in which words?")),),
    ),
    Case(
        "name-constraint-violated",
        text("The intermediate may not speak for this domain"),
        chains.name_constraint_violated,
        (Question(WINDOWS, text("Is it refused, and in which words?")),),
    ),
    Case(
        "path-length-exceeded",
        text("An intermediate stands below one that may have none below it"),
        chains.path_length_exceeded,
        (Question(WINDOWS, text("Is it refused, and in which words?")),),
    ),
    Case(
        "unknown-critical-extension",
        text("The certificate has a critical extension that nobody knows"),
        chains.unknown_critical_extension,
        (Question(WINDOWS, text("Is it refused, and in which words?")),),
    ),
    Case(
        "nine-hundred-days",
        text("The certificate lasts 900 days, below the installed root"),
        chains.nine_hundred_days,
        (Question(APPLE_TOO, text("What is offered: a question, or nothing?")),),
    ),
    Case(
        "revoked",
        text("The certificate was revoked; a responder and a list say so"),
        chains.revoked,
        (
            Question((*WINDOWS, *APPLE_TOO), text("Is it asked about at all, and what happens then?")),
            Question(("mta-verified",), text("Does Exchange with DomainValidation ask, and defer?")),
        ),
        do=text("The journal shows whether the device asked for the list, or asked the responder."),
    ),
    Case(
        "rsa-512",
        text("The key has 512 bits"),
        chains.rsa_512,
        (Question(APPLE_TOO, text("Is there a way on?")),),
    ),
    Case(
        "rsa-1024",
        text("The key has 1024 bits"),
        chains.rsa_1024,
        (
            Question(APPLE_TOO, text("Is there a way on, as there is none below 1024 bits?")),
            Question(WINDOWS, text("Is it accepted?")),
        ),
    ),
    Case(
        "sha-1",
        text("The certificate is signed with SHA-1"),
        chains.sha_1,
        (
            Question(APPLE_TOO, text("Is there a way on?")),
            Question(WINDOWS, text("Is it accepted below an installed root?")),
        ),
    ),
)


class UnknownCaseError(UserProblem):
    """There is no case of that id."""


def case_by_id(name: str) -> Case:
    """The case of that id; UnknownCaseError names those that there are."""
    for case in CASES:
        if case.id == name:
            return case
    known = tuple(case.id for case in CASES)
    raise UnknownCaseError(text("Expected a case of the kit, got {name}; there are {known}.", name=name, known=known))


def cases_for(clients: tuple[str, ...]) -> tuple[Case, ...]:
    """The cases that ask something of one of the clients, whatever its version; all of them when none is named."""
    wanted = {client.partition("@")[0] for client in clients}
    return tuple(
        case
        for case in CASES
        if not wanted or wanted & {asked.partition("@")[0] for one in case.questions for asked in one.clients}
    )
