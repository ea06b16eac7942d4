"""Scripts for Windows machines without Exchange: stores, a site of IIS, MailStore.

Each script is whole: it says with -WhatIf what it would do, does nothing twice, notes what it did, looks at the end
whether it worked, and with -Undo takes it back. A root is never brought in: the server needs none to send its chain.
"""

import base64
from collections.abc import Sequence
from typing import Literal, get_args

from mailtrust.core.formats.powershell import quoted, script
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.targets.parts.context import safe_host
from mailtrust.core.targets.powershell.windows_parts import HEAD, MAIN, STORES
from mailtrust.core.targets.powershell.windows_products import IIS, MAILSTORE
from mailtrust.core.x509.thumbprint import thumbprint

WindowsForm = Literal["iis-script", "mailstore-script"]
WINDOWS_FORMS: tuple[WindowsForm, ...] = get_args(WindowsForm)


def windows_script(form: WindowsForm, leaf: Certificate, intermediates: Sequence[Certificate], host: str) -> bytes:
    """The script that brings `leaf` and its `intermediates` to a machine that is known as `host`, as a file.

    A name that is no host's is not put in: what the script prints is copied into command lines.

    The private key is not in it: the script imports a PFX and asks for its password, or finds the certificate with its
    key in the store.
    """
    rows = [f"    '{base64.b64encode(one.der).decode('ascii')}'" for one in intermediates if not one.self_issued]
    parts = {"iis-script": IIS, "mailstore-script": MAILSTORE}[form]
    head = HEAD.replace("@SYNOPSIS@", parts.synopsis).replace("@EXAMPLES@", parts.examples)
    main = MAIN.replace("@INSTEAD@", parts.instead).replace("@UNDO@", parts.undo)
    body = head.replace("@PARAMETERS@", parts.parameters) + STORES + parts.functions + main + parts.body
    # What comes from a certificate or a person is put in last, and cannot be taken for one of our own places.
    return script(
        body.replace("@INTERMEDIATES@", ",\n".join(rows))
        .replace("@THUMBPRINT@", quoted(thumbprint(leaf).upper()))
        .replace("@HOST@", quoted(safe_host(host)))
    )
