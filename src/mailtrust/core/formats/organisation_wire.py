"""`mailtrust.toml` as it stands in a file: what the published schema and the table of keys are made from.

Keys are called like the options of the command line that they stand for. They are added, never renamed.
"""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from mailtrust.core.model.key_name import KEYS
from mailtrust.core.model.renewing import USUAL_DAYS

TARGETS = "host, host:port or URL such as imaps://mail.example.com"


class ServerWire(Struct, kw_only=True):
    """[[server]]: a program that presents certificates. One host may need several, one for each product."""

    name: Annotated[str, Meta(min_length=1, description="What you call it; each server has another name.")]
    product: (
        Annotated[str, Meta(description="The product that serves the certificate: its steps are shown (--product).")]
        | UnsetType
    ) = UNSET
    endpoints: (
        Annotated[
            list[Annotated[str, Meta(description=f"A {TARGETS}.")]],
            Meta(min_length=1, description=f"Where it is met: each a {TARGETS}. Default: its name, a host."),
        ]
        | UnsetType
    ) = UNSET
    reach: (
        Annotated[
            str,
            Meta(
                description="How `mailtrust plan` and `apply` come by its files: local, ssh://USER@HOST:PORT, or for "
                "a Kemp LoadMaster kemp://USER@HOST:PORT (without USER by API key). Default: not at all; plans then "
                "tell a person what to do."
            ),
        ]
        | UnsetType
    ) = UNSET
    sudo: Annotated[bool, Meta(description="Take rights by sudo there, without a password.")] = False
    configuration: (
        Annotated[
            str,
            Meta(description="Its main configuration file or folder. Default: where the product has it by itself."),
        ]
        | UnsetType
    ) = UNSET
    program: Annotated[str, Meta(description="The product's own program. Default: by its usual name.")] | UnsetType = (
        UNSET
    )
    take_up: (
        Annotated[
            list[str],
            Meta(
                min_length=1,
                description='The command, in words, by which it takes up a changed configuration: ["systemctl", '
                '"reload", "nginx"]. Default: the product\'s own.',
            ),
        ]
        | UnsetType
    ) = UNSET
    password_file: (
        Annotated[
            str,
            Meta(
                description="kemp://: the file whose first line is the password of USER, or the API key. From the "
                "folder of this file."
            ),
        ]
        | UnsetType
    ) = UNSET
    fingerprint: (
        Annotated[
            str,
            Meta(
                description="kemp://: the certificate of the admin page, sha256:... Default: it is verified by this "
                "system's roots and those of `roots`."
            ),
        ]
        | UnsetType
    ) = UNSET
    client_certificate: (
        Annotated[
            str,
            Meta(
                description="kemp://: a PEM file with certificate and key, where the admin page wants one. From the "
                "folder of this file."
            ),
        ]
        | UnsetType
    ) = UNSET


class AcceptWire(Struct, kw_only=True):
    """[[accept]]: a finding that you live with. It is shown apart and does not count."""

    rule: Annotated[str, Meta(description="The rule's id, as reports write it: chain-root-included.")]
    endpoint: Annotated[
        str,
        Meta(description=f"Where: a {TARGETS}, an endpoint's id as JSON reports write it, or * for everywhere."),
    ]
    reason: Annotated[str, Meta(min_length=1, description="Why; it stands in every report.")]
    until: Annotated[date, Meta(description="The last day (UTC) on which it is accepted. Afterwards it counts again.")]


class RenewWire(Struct, kw_only=True):
    """[[renew]]: a certificate that `mailtrust renew` renews, brings to its servers, and proves there."""

    name: Annotated[str, Meta(min_length=1, description="What you call it; each has another name.")]
    names: Annotated[
        list[str], Meta(min_length=1, description="The names that it is for: hosts, *.domain, IP addresses.")
    ]
    by: Annotated[
        str,
        Meta(
            description="Who issues it: letsencrypt, letsencrypt-staging, the HTTPS URL of an ACME directory; or the "
            "folder of your own CA (`mailtrust ca`), from the folder of this file."
        ),
    ]
    servers: (
        Annotated[
            list[str],
            Meta(
                min_length=1,
                description="The [[server]]s that serve it. Default: all with `reach` that are met under one of its "
                "names.",
            ),
        ]
        | UnsetType
    ) = UNSET
    http: Annotated[str, Meta(description="Prove control by http-01, answered at this [ADDR:]PORT.")] | UnsetType = (
        UNSET
    )
    webroot: (
        Annotated[str, Meta(description="Prove control by http-01, by files below this folder of a web server.")]
        | UnsetType
    ) = UNSET
    hook: Annotated[str, Meta(description="Prove control by dns-01, by this program.")] | UnsetType = UNSET
    dns_update: (
        Annotated[
            str,
            Meta(
                description="The server ADDR[:PORT] at which the zone is changed (RFC 2136): TLSA records follow the "
                "certificate there, and control is proven by dns-01 where no other way is given."
            ),
        ]
        | UnsetType
    ) = UNSET
    tsig_file: Annotated[str, Meta(description="The TSIG key for dns_update.")] | UnsetType = UNSET
    account: (
        Annotated[str, Meta(description="The folder of the ACME account. Default: your own for that server.")]
        | UnsetType
    ) = UNSET
    profile: Annotated[str, Meta(description="The ACME server's profile, where it offers several.")] | UnsetType = UNSET
    key: Annotated[str, Meta(description=f"The kind of a new key: {', '.join(KEYS)}.")] = "rsa-2048"
    keep_key: Annotated[bool, Meta(description="Use the same key again: TLSA records of the key stay as they are.")] = (
        False
    )
    at: (
        Annotated[
            str,
            Meta(
                description="Renew when so much is left, in days or part of the lifetime: 30d, 33%. Default: when the "
                "ACME server suggests it, else at a third; below ten days of life at half."
            ),
        ]
        | UnsetType
    ) = UNSET
    days: Annotated[int, Meta(ge=1, le=825, description="How many days your own CA makes it last.")] = USUAL_DAYS
    password_file: (
        Annotated[str, Meta(description="The file whose first line opens the keys of your own CA.")] | UnsetType
    ) = UNSET


class ApplyWire(Struct, kw_only=True):
    """[apply]: what a plan needs before it is carried out."""

    approvals: Annotated[
        int,
        Meta(
            ge=0,
            le=20,
            description="So many people must have approved a plan (`mailtrust approve`), none of whom made or applies "
            "it.",
        ),
    ] = 0


class OrganisationWire(Struct, kw_only=True):
    """Keys of the whole file stand before the first [[server]], [[renew]], [apply] or [[accept]]."""

    domains: Annotated[
        list[str], Meta(description="Your mail domains: `mailtrust check` without a TARGET looks at each.")
    ] = []
    clients: Annotated[
        list[str],
        Meta(
            description="The clients that matter. All are judged and shown; what hurts only others is a warning at "
            "most. Default: all matter."
        ),
    ] = []
    warn: Annotated[
        str, Meta(description="Warn this long before expiry, in days or part of the lifetime (--warn).")
    ] = "20%"
    critical: Annotated[str, Meta(description="Critical this long before expiry (--critical).")] = "10d"
    proxy: (
        Annotated[str, Meta(description="HTTP proxy for downloads (--proxy). Default: from the environment.")]
        | UnsetType
    ) = UNSET
    roots: Annotated[
        list[str],
        Meta(
            description="Files with your own anchors, as if present in every client's store (--roots). From the folder "
            "of this file."
        ),
    ] = []
    deployed: Annotated[
        list[str], Meta(description="The ways by which they come to clients (--deployed). Default: to all.")
    ] = []
    store: (
        Annotated[
            str,
            Meta(
                description="Where `mailtrust store` keeps certificates (--store): a file, from the folder of this "
                "file, or postgresql://USER@HOST/DATABASE. Default: store.db in your data folder."
            ),
        ]
        | UnsetType
    ) = UNSET
    key_file: (
        Annotated[
            str,
            Meta(
                description="The file whose first line opens the store's private keys (--key-file). Default: beside "
                "the store."
            ),
        ]
        | UnsetType
    ) = UNSET
    server: Annotated[
        list[ServerWire], Meta(description="Your servers: `mailtrust check` without a TARGET looks at each.")
    ] = []
    renew: Annotated[
        list[RenewWire], Meta(description="The certificates that `mailtrust renew` keeps from running out.")
    ] = []
    apply: Annotated[ApplyWire, Meta(description="What a plan needs before it is carried out.")] = field(
        default_factory=ApplyWire
    )
    accept: Annotated[list[AcceptWire], Meta(description="What you have accepted.")] = []
