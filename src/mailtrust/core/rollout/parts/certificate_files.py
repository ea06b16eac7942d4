"""The anchors themselves as files of a kit: each way names the same certificate alike."""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.rollout import Anchors, KitFile
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.x509.pem import to_pem


def der_files(anchors: Anchors) -> tuple[KitFile, ...]:
    """Each in DER as `NAME.cer`, which Windows, Java and browsers take with a double click."""
    return tuple(KitFile(der_file(one), one.der, what_it_is(one, anchors)) for one in anchors.certificates)


def pem_files(anchors: Anchors, ending: str = ".pem") -> tuple[KitFile, ...]:
    """Each in PEM as `NAME.pem`, or with another ending."""
    return tuple(
        KitFile(f"{certificate_file(one)}{ending}", to_pem(one).encode("ascii"), what_it_is(one, anchors))
        for one in anchors.certificates
    )


def der_file(certificate: Certificate) -> str:
    """The name of its file by `der_files`."""
    return f"{certificate_file(certificate)}.cer"


def what_it_is(certificate: Certificate, anchors: Anchors) -> Text:
    """A certificate's part in the anchors, and its name."""
    name = called(certificate.subject)
    if certificate in anchors.roots:
        return text("the root {name}", name=name)
    if certificate in anchors.servers:
        return text("the self-signed certificate of {name}", name=name)
    return text("the intermediate {name}", name=name)
