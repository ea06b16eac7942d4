"""An inspection as text for a terminal. Import it late: it draws with rich."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from mailtrust.core.model.text import Text, text
from mailtrust.core.report import inspection_wire as wire
from mailtrust.core.report.page import Page

MOST_NAMES = 100
_COLUMN = 14

Row = tuple[Text, str | Text, str]
"""Label, value, and the style of the value."""


def render_inspection(
    inspection: wire.InspectionWire,
    *,
    now: datetime,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    ascii_only: bool = False,
) -> str:
    """The whole of it; `now` tells what has expired."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang="")
    called = {one.sha256: one.subject for specimen in inspection.specimens for one in specimen.certificates}
    for specimen in inspection.specimens:
        page.heading(text("{name}", name=specimen.name), specimen.form)
        for certificate in specimen.certificates:
            _entry(page, certificate.role, _of_certificate(certificate, called, now))
        for request in specimen.requests:
            _entry(page, _REQUEST, _of_request(request, called))
        for key in specimen.private_keys:
            _entry(page, _PRIVATE_KEY, _of_private_key(key, called))
        for revocations in specimen.revocation_lists:
            _entry(page, _LIST, _of_list(revocations, called, now))
        for answer in specimen.ocsp_answers:
            _entry(page, _ANSWER, _of_answer(answer, now))
        for other in specimen.others:
            page.paragraph((page.say(text("{file}: {role}", file=other.origin, role=other.role)), ""))
        for problem in specimen.problems:
            page.paragraph((page.say(problem), "yellow"), first=[(f"{page.glyphs.warned} ", "yellow")])
        page.blank()
    return page.print(colour=colour)


_REQUEST = text("a certificate request; the CA answers it with a certificate")
_PRIVATE_KEY = text("a private key")
_LIST = text("a list of revoked certificates")
_ANSWER = text("an OCSP answer")


def _entry(page: Page, title: Text | str, rows: Iterable[Row]) -> None:
    page.blank()
    page.paragraph((page.say(title), "bold"))
    for label, value, style in rows:
        shown = page.say(value)
        if shown:
            page.paragraph((shown, style), first=[(f"  {page.say(label):<{_COLUMN}} ", "dim")])


def _of_certificate(one: wire.CertificateWire, called: dict[str, str], now: datetime) -> Iterable[Row]:
    yield text("subject"), one.subject, ""
    yield text("names"), _names(one.names), ""
    yield text("issuer"), one.issuer, ""
    yield text("issued by"), _issuer(one, called), ""
    yield text("valid"), *_validity(one.not_before, one.not_after, now)
    yield text("key"), _key(one.key), ""
    if one.key_here:
        yield text("private key"), text("found here too"), "green"
    yield text("signature"), one.signature, ""
    yield text("serial"), one.serial, ""
    yield text("SHA-256"), one.sha256, ""
    yield text("SHA-1"), one.sha1, ""
    yield text("thumbprint"), text("{thumbprint} (as Windows shows it)", thumbprint=one.thumbprint), ""
    yield text("key pin"), text("sha256 {print}", print=one.key.sha256), ""
    if one.ca:
        limit = "" if one.path_length is None else text("; {count} below it at most", count=one.path_length)
        yield text("authority"), text("may issue certificates{limit}", limit=limit), ""
    yield text("usages"), _joined((*(one.key_usage or ()), *(one.extended_key_usage or ()))), ""
    yield text("only for"), _names(one.permitted), ""
    yield text("not for"), _names(one.excluded), ""
    yield text("policies"), _joined(one.policies), ""
    if one.must_staple:
        yield text("staple"), text("must be stapled (RFC 7633)"), ""
    if one.timestamps:
        yield text("logged"), text("{count} timestamps of certificate transparency", count=one.timestamps), ""
    yield text("issuer from"), _joined(one.ca_issuers), ""
    yield text("OCSP"), _joined(one.ocsp_urls), ""
    yield text("CRL"), _joined(one.crl_urls), ""
    for problem in one.problems:
        yield text("odd"), problem, "yellow"


def _of_request(one: wire.RequestWire, called: dict[str, str]) -> Iterable[Row]:
    yield text("subject"), one.subject, ""
    yield text("names"), _names(one.names), ""
    yield text("key"), _key(one.key), ""
    if one.key_here:
        yield text("private key"), text("found here too"), "green"
    if one.answered_by:
        yield text("answered by"), _joined(tuple(called.get(print_, print_) for print_ in one.answered_by)), "green"
    yield text("signature"), one.signature, ""
    if one.signed is False:
        yield text("odd"), text("its signature is not made by its key: it has been changed, or is damaged"), "red"
    yield text("usages"), _joined((*(one.key_usage or ()), *(one.extended_key_usage or ()))), ""
    yield text("SHA-256"), one.sha256, ""
    for problem in one.problems:
        yield text("odd"), problem, "yellow"


def _of_private_key(one: wire.PrivateKeyWire, called: dict[str, str]) -> Iterable[Row]:
    yield text("key"), _key(one.key), ""
    yield text("key pin"), text("sha256 {print}", print=one.key.sha256), ""
    if one.belongs_to:
        yield text("belongs to"), _joined(tuple(called.get(print_, print_) for print_ in one.belongs_to)), "green"
    else:
        yield text("belongs to"), text("no certificate seen here"), "yellow"


def _of_list(one: wire.RevocationListWire, called: dict[str, str], now: datetime) -> Iterable[Row]:
    yield text("issuer"), one.issuer, ""
    yield text("signed by"), _joined(tuple(called.get(print_, print_) for print_ in one.signed_by)), ""
    if one.number is not None:
        yield text("number"), f"{one.number:x}", ""
    yield text("valid"), *_validity(one.this_update, one.next_update, now)
    yield text("revoked"), text("certificates: {count}", count=one.revoked), ""
    for entry in one.entries:
        yield text("serial"), text("{serial}, {date}, {reason}", serial=entry.serial, date=entry.at.date(),
                                   reason=entry.reason or "-"), ""  # fmt: skip
    for problem in one.problems:
        yield text("odd"), problem, "yellow"


def _of_answer(one: wire.OcspAnswerWire, now: datetime) -> Iterable[Row]:
    yield text("responder"), one.responder, ""
    for answer in one.answers:
        style = {"good": "green", "revoked": "red", "unknown": "yellow"}[answer.status]
        yield text("serial"), answer.serial, ""
        yield text("status"), _joined((answer.status, *((answer.reason,) if answer.reason else ()))), style
        yield text("valid"), *_validity(answer.this_update, answer.next_update, now)


def _issuer(one: wire.CertificateWire, called: dict[str, str]) -> str | Text:
    if one.sha256 in one.issued_by:
        return text("itself")
    return _joined(tuple(called.get(print_, print_) for print_ in one.issued_by)) or text("nobody seen here")


def _validity(first: datetime, last: datetime | None, now: datetime) -> tuple[Text, str]:
    if last is None:
        return text("from {first}", first=first), ""
    if now > last:
        return text("from {first} until {last}: past", first=first, last=last), "red"
    if now < first:
        return text("from {first} until {last}: not yet", first=first, last=last), "yellow"
    return text("from {first} until {last}, {days} days more", first=first, last=last, days=(last - now).days), ""


def _key(key: wire.KeyWire) -> str:
    return f"{key.algorithm} {key.curve or key.bits}"


def _names(names: Sequence[wire.NameWire]) -> str:
    shown = tuple(one.value if one.kind == "dns" else f"{one.kind}:{one.value}" for one in names[:MOST_NAMES])
    return _joined((*shown, "…") if len(names) > MOST_NAMES else shown)


def _joined(parts: Sequence[str]) -> str:
    return ", ".join(parts)
