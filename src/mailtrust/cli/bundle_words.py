"""What `mailtrust bundle` tells on standard error: what was in the files, what changed, what to mind."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailtrust.cli.translations import current
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.x509.containers import Contents
    from mailtrust.core.x509.private_key import PrivateKey
    from mailtrust.flows.bundle import Completed


def what_is_in(contents: "Contents") -> Iterator[Text]:
    """Each certificate, key and stranger in a file, and what could not be read."""
    for item in contents.items:
        yield text("{file}: {role}", file=item.origin, role=item.role)
    for other in contents.others:
        yield text("{file}: {role}", file=other.origin, role=other.role)
    yield from contents.problems


def changes(done: "Completed", *, with_root: bool) -> Iterator[Text]:
    """What the chain is now, and how it differs from what was there."""
    from mailtrust.edge.lookup.catalogue import ORIGIN

    for addition in done.added:
        name = called(addition.certificate)
        places = tuple(origin for origin in addition.origins if origin != ORIGIN)
        if places:
            yield text("added: {name}, found at {places}", name=name, places=places)
        else:
            yield text("added: {name}, known from an earlier run", name=name)
    for certificate in done.dropped:
        if with_root and done.root is not None and certificate.fingerprint == done.root.fingerprint:
            continue
        if certificate.self_issued:
            yield text("left out: the root {name}; it is for clients to have it", name=called(certificate))
            continue
        yield text(
            "left out: {name}, issued by {issuer}, until {date}",
            name=called(certificate),
            issuer=_issuer(certificate),
            date=certificate.not_after.date(),
        )
    tail = (done.root,) if with_root and done.root is not None and done.root != done.leaf else ()
    yield text(
        "chain: {names}; the server's certificate lasts until {date}",
        names=tuple(called(one) for one in (*done.chain, *tail)),
        date=done.leaf.not_after.date(),
    )


def remarks(
    form: str, done: "Completed", key: "PrivateKey | None", password: bytes | None, *, key_given: bool
) -> Iterator[Text]:
    """What a person must know before this is installed; `key` is the one that was written, if one was given."""
    now = done.assessment.evidence.now
    if done.leaf.not_after < now:
        yield text("The server's certificate has expired: no chain can mend that. Have it renewed.")
    elif done.leaf.not_before > now:
        yield text("The server's certificate is not valid yet: install it after {date}.", date=done.leaf.not_before)
    if done.root is None:
        yield _about_the_missing_root(done)
    if key is None:
        yield from _about_the_absent_key(form, key_given=key_given)
    elif password is None:
        yield text("The private key in it is not encrypted: keep the file to yourself (mode 0600).")
    elif form in ("postfix", "haproxy", "exim", "courier"):
        yield text(
            "The private key in it is encrypted with the password given, and {form} cannot read it so: give a key "
            "without password, or take it off with openssl pkey.",
            form=form,
        )


def _about_the_missing_root(done: "Completed") -> Text:
    issuer = _issuer(done.chain[-1])
    if done.get_from:
        return text(
            "No root is known above this chain: the certificate of {issuer} is missing. If it is an intermediate, "
            "get it ({places}) and give it as a further file; if it is a private root, give it with --roots.",
            issuer=issuer,
            places=done.get_from,
        )
    return text(
        "No root is known above this chain: the certificate of {issuer} is missing. If it is an intermediate, "
        "get it from the CA and give it as a further file; if it is a private root, give it with --roots.",
        issuer=issuer,
    )


def _about_the_absent_key(form: str, *, key_given: bool) -> Iterator[Text]:
    if form.endswith("-script"):
        yield text(
            "The key is not in it: the script takes a PFX with both (-Pfx FILE), or finds both in the machine's store."
        )
    elif key_given:
        yield text("The key is not in it: {form} reads it from a file of its own.", form=form)
    elif form in ("haproxy", "kemp"):
        yield text("The private key is not in it, and {form} wants it there: give --key FILE.", form=form)
    elif form == "exchange":
        yield text("Without a key this is PKCS#7 (.p7b): it completes the request that is pending in Exchange.")


def called(certificate: "Certificate") -> str:
    """A certificate's name for people: its common name, else the first name that it is for."""
    from mailtrust.core.x509.roles import names_of, shown

    return shown(certificate.subject) if certificate.subject.common_names else names_of(certificate)[0]


def _issuer(certificate: "Certificate") -> str:
    from mailtrust.core.x509.roles import shown

    return shown(certificate.issuer)


def say(*sentences: Text) -> None:
    """Tell it on standard error, a sentence a line."""
    for sentence in sentences:
        sys.stderr.write(f"{sentence.render(current())}\n")
