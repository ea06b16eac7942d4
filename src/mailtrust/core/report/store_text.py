"""What a store holds, for people."""

from collections.abc import Iterable
from datetime import datetime

from mailtrust.core.model.kept import Change, ChangeKind, Holdings, KeptCertificate, KeptRequest
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page, Span
from mailtrust.core.services.choice import Candidate, Choice
from mailtrust.core.x509.roles import is_authority, names_of, shown

_SHORT = 16
"""Digits of a thumbprint that are shown where it need not be whole."""


def show_list(
    page: Page, holdings: Holdings, chosen: Iterable[KeptCertificate], requests: Iterable[KeptRequest], now: datetime
) -> None:
    """A certificate a paragraph, the first to end first; then the requests."""
    empty = True
    for one in chosen:
        empty = False
        it = one.certificate
        page.paragraph(
            (_title(page, one), "bold"),
            ("  ", ""),
            _until(page, one, now),
            (f"  {it.fingerprint[:_SHORT]}", "dim"),
            *_spans(page, _facts(one, holdings)),
        )
    for request in requests:
        empty = False
        page.paragraph(
            (page.say(text("a request for {name}", name=shown(request.request.subject))), "bold"),
            (f"  {request.request.fingerprint[:_SHORT]}", "dim"),
            *_spans(page, [_about_key(request.has_key)]),
        )
    if empty:
        page.paragraph((page.say(text("Nothing that was asked for is in the store.")), "dim"))


def show_one(page: Page, holdings: Holdings, one: KeptCertificate, now: datetime, sha1: str) -> None:
    """All that is known of one certificate."""
    it = one.certificate
    page.heading(text("{name}", name=_title(page, one)))
    rows: list[Text] = [
        text("names: {names}", names=(*it.dns_names, *it.ip_addresses) or (it.subject.text,)),
        text("issued by: {issuer}", issuer=shown(it.issuer)),
        text("from {first} to {last}", first=it.not_before, last=it.not_after),
        text("SHA-256: {thumbprint}", thumbprint=it.fingerprint),
        text("SHA-1, as Windows shows it: {thumbprint}", thumbprint=sha1),
        _about_key(one.has_key),
        text("chain: {chain}", chain=tuple(shown(issuer.subject) for issuer in one.issuers))
        if one.issuers
        else text("chain: no issuer is kept"),
        text("kept since: {at}", at=one.added),
        *(
            text("assigned to {server}, {service}, since {at}", server=at.server, service=at.service, at=at.since)
            for at in holdings.assigned(it.fingerprint)
        ),
        *(text("seen at {endpoint}, {at}", endpoint=at.endpoint, at=at.at) for at in holdings.seen(it.fingerprint)),
    ]
    if it.not_after < now:
        rows.insert(0, text("It has expired."))
    for row in rows:
        page.paragraph((page.say(row), ""))


def show_choice(page: Page, choice: Choice) -> None:
    """The best first, each with what speaks for and against it."""
    if not choice.candidates:
        page.paragraph((page.say(text("No certificate in the store is for {host}.", host=choice.host)), ""))
    for number, one in enumerate(choice.candidates):
        word = text("take this one") if one is choice.best else text("no better") if not one.faults else text("no use")
        style = "green" if one is choice.best else "yellow" if not one.faults else "red"
        if number:
            page.blank()
        page.paragraph(
            (page.say(word), style),
            (f"  {_title(page, one.kept)}", "bold"),
            (f"  {one.kept.certificate.fingerprint[:_SHORT]}", "dim"),
        )
        for reason in _reasons(one):
            page.paragraph((f"  {page.say(reason)}", ""))


_WORDS: dict[ChangeKind, Text] = {
    "certificate-kept": text("kept a certificate"),
    "key-kept": text("kept a private key"),
    "key-given-out": text("gave out a private key"),
    "request-kept": text("kept a request"),
    "observed": text("saw"),
    "assigned": text("assigned"),
    "released": text("took back"),
    "removed": text("removed"),
    "rekeyed": text("encrypted all private keys anew"),
    "restored": text("took in another store"),
}


def show_changes(page: Page, changes: Iterable[Change]) -> None:
    """A change a line."""
    for one in changes:
        page.paragraph(
            (f"{one.number}  {one.at:%Y-%m-%d %H:%M:%S}Z  {page.name(one.by, 40)}", "dim"),
            (f"  {page.say(_WORDS[one.kind])}", ""),
            (f"  {page.name(one.detail)}", ""),
            (f"  {page.name(one.subject[:_SHORT])}", "dim"),
        )


def _title(page: Page, one: KeptCertificate) -> str:
    if is_authority(one.certificate):
        return page.name(shown(one.certificate.subject))
    return ", ".join(page.name(name) for name in names_of(one.certificate))


def _until(page: Page, one: KeptCertificate, now: datetime) -> Span:
    last = one.certificate.not_after
    if last < now:
        return page.say(text("expired on {date}", date=last.date())), "red"
    return page.say(text("until {date}", date=last.date())), ""


def _facts(one: KeptCertificate, holdings: Holdings) -> list[Text]:
    if is_authority(one.certificate):
        return []
    places = tuple(f"{at.server}:{at.service}" for at in holdings.assigned(one.certificate.fingerprint))
    return [_about_key(one.has_key), *([text("assigned to {places}", places=places)] if places else [])]


def _about_key(there: bool) -> Text:
    return text("with its private key") if there else text("without a private key")


def _reasons(one: Candidate) -> Iterable[Text]:
    yield from (text("- {fault}", fault=it) for it in (*one.faults, *one.drawbacks))
    yield from (text("+ {merit}", merit=it) for it in one.merits)


def _spans(page: Page, facts: Iterable[Text]) -> list[Span]:
    return [(f"  {page.say(fact)}", "") for fact in facts]
