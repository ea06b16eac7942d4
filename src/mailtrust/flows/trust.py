"""Bring an anchor to clients, and take it away again: files in, a kit out; nothing is installed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.rollout import Anchors, Kit, KitFile, Wish
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.report.kit_text import readme
from mailtrust.core.rollout.parts.way import Way
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.validation.ascents import self_signed
from mailtrust.core.x509.containers import Contents, Kind
from mailtrust.core.x509.roles import is_authority

README = "README.txt"

SOON = timedelta(days=365)
"""A root that ends sooner than that is worth a word: the next one has to be everywhere before."""


@frozen
class GivenFile:
    """A file that the administrator named, read."""

    name: str
    contents: Contents


@frozen
class Found:
    """What the files hold, and what is to be said about it."""

    anchors: Anchors
    remarks: tuple[Text, ...]


def anchors_of(
    roots: Sequence[GivenFile],
    intermediates: Sequence[GivenFile],
    *,
    now: datetime,
    self_signed_too: bool = False,
    removing: bool = False,
) -> Found:
    """The anchors in these files. Raises UserProblem for a key, for a file without a root, and for a root that ended.

    `self_signed_too`: a server's self-signed certificate may stand where a root is meant. `removing`: what is taken
    away may be of any age and kind.
    """
    for file in (*roots, *intermediates):
        _expect_no_key(file)
    trusted = tuple(one for file in roots for one in _trusted_in(file, self_signed_too=self_signed_too or removing))
    others = (one for file in roots for one in file.contents.certificates if _is_intermediate(one))
    below = (one for file in intermediates for one in _intermediates_in(file))
    anchors = Anchors(
        roots=_each_once(one for one in trusted if is_authority(one)),
        intermediates=_each_once((*others, *below)),
        servers=_each_once(one for one in trusted if not is_authority(one)),
    )
    if removing:
        return Found(anchors, ())
    for one in anchors.certificates:
        _expect_to_last(one, now)
    return Found(anchors, (*_about(anchors, now), *_left_out(roots, anchors)))


def make_kit(way: Way, wish: Wish, *, remove: bool, remarks: Sequence[Text] = ()) -> Kit:
    """The kit of this way with its README, in the reader's language. `remarks` come before the way's own."""
    made = way.remove(wish) if remove else way.install(wish)
    kit = replace(made, remarks=(*remarks, *made.remarks))
    page = readme(way.ID, way.TITLE, wish, kit, way.check(wish), remove=remove)
    return replace(kit, files=(KitFile(README, page.encode("utf-8"), text("this page")), *kit.files))


def write_kit(folder: Path, kit: Kit) -> None:
    """Write the kit whole or not at all. Raises UserProblem."""
    from mailtrust.edge.files import FolderFile, write_folder

    shown = clean(str(folder), 200)
    files = [FolderFile(file.path, file.data, 0o755 if file.executable else 0o644) for file in kit.files]
    try:
        write_folder(folder, files)
    except FileExistsError as error:
        raise UserProblem(
            text(
                "{folder} is there already and is not empty; nothing was written. Give a new folder with --out.",
                folder=shown,
            )
        ) from error
    except OSError as error:
        raise UserProblem(
            text(
                "Could not write {folder}: {why}. Nothing was written. Give a folder with --out that you may make.",
                folder=shown,
                why=error.strerror or str(error),
            )
        ) from error


def _expect_no_key(file: GivenFile) -> None:
    """A file with a key is on its way to where no key belongs: it is refused rather than read past."""
    if not file.contents.keys and all(other.kind is not Kind.KEY for other in file.contents.others):
        return
    raise UserProblem(
        text(
            "{file} holds a private key, and what is brought to clients never does: who has the key can pass for every "
            "server that they trust because of it. Nothing was written. Take the certificate out by itself, and give "
            "that: mailtrust cert convert {file} --no-key --to pem -o root.pem",
            file=file.name,
        )
    )


def _trusted_in(file: GivenFile, *, self_signed_too: bool) -> tuple[Certificate, ...]:
    own = tuple(one for one in file.contents.certificates if self_signed(one))
    roots = tuple(one for one in own if is_authority(one))
    servers = tuple(one for one in own if not is_authority(one)) if self_signed_too else ()
    if roots or servers:
        return (*roots, *servers)
    if own:
        raise UserProblem(
            text(
                "{file}: {name} is no CA but a server's certificate that vouches for itself. A client that is given it "
                "trusts this one certificate and has to be given the next one too; Firefox, Thunderbird and Java take "
                "some of these not at all. Better: `mailtrust cert self-signed` or `mailtrust ca init` make a root. To "
                "bring it out all the same: --self-signed.",
                file=file.name,
                name=called_leaf(own[0]),
            )
        )
    raise UserProblem(_no_root(file))


def _no_root(file: GivenFile) -> Text:
    contents = file.contents
    if not contents.certificates:
        return in_a_row(
            (text("Expected a root in {file} (PEM, DER, PKCS#7, PFX or JKS), found no certificate.", file=file.name),
             *contents.problems[:3])
        )  # fmt: skip
    first = contents.certificates[0]
    if not is_authority(first):
        return text(
            "Expected a root in {file}, found the certificate of the server {name}. Clients are given the root above "
            "it, which is issued by nobody else; its issuer is {issuer}. Ask whoever runs that CA for its root.",
            file=file.name,
            name=called_leaf(first),
            issuer=called(first.issuer),
        )
    return text(
        "Expected a root in {file}, found the intermediate {name}, issued by {issuer}. Give that one's root with "
        "--root, and this one with --intermediate where servers do not send it.",
        file=file.name,
        name=called(first.subject),
        issuer=called(first.issuer),
    )


def _intermediates_in(file: GivenFile) -> tuple[Certificate, ...]:
    found = tuple(one for one in file.contents.certificates if _is_intermediate(one))
    if found:
        return found
    raise UserProblem(
        text(
            "Expected an intermediate in {file}: a CA's certificate that another CA has issued. Found none.",
            file=file.name,
        )
    )


def _is_intermediate(one: Certificate) -> bool:
    return is_authority(one) and not self_signed(one)


def _expect_to_last(one: Certificate, now: datetime) -> None:
    if one.not_after <= one.not_before:
        raise UserProblem(
            text(
                "{name} counts from {begin} until {end}, which is never: no client trusts it. Nothing was written. Ask "
                "whoever made it for another.",
                name=called(one.subject),
                begin=one.not_before,
                end=one.not_after,
            )
        )
    if one.not_after < now:
        raise UserProblem(
            text(
                "{name} ended on {date}: no client trusts it, whatever store it is in. Nothing was written. Give its "
                "successor. To take the old one away: --remove.",
                name=called(one.subject),
                date=one.not_after.date(),
            )
        )


def _about(anchors: Anchors, now: datetime) -> Iterable[Text]:
    for one in anchors.trusted:
        if one.not_before > now:
            yield text(
                "{name} counts from {date} on; until then clients refuse it.",
                name=called(one.subject),
                date=one.not_before.date(),
            )
        if one.not_after - now < SOON:
            yield text(
                "{name} ends on {date}: bring its successor out before.",
                name=called(one.subject),
                date=one.not_after.date(),
            )
    for one in anchors.roots:
        if one.dns_names or one.ip_addresses:
            yield text(
                "{name} is a server's certificate that says of itself that it is a CA. Whoever gets hold of that "
                "server's key can vouch for every name before these clients. `mailtrust cert self-signed` makes a root "
                "whose key is thrown away.",
                name=called_leaf(one),
            )
        elif one.name_constraints is None:
            yield text(
                "{name} may vouch for every name on the Internet, so whoever gets hold of its key can read along "
                "anywhere. A root that vouches for your domains alone: mailtrust ca init --name NAME --domain "
                "example.com",
                name=called(one.subject),
            )
    for one in anchors.servers:
        yield text(
            "{name} is a server's certificate that vouches for itself. It is trusted as this one certificate: the next "
            "one has to be brought out again, and programs that want a CA refuse it all the same.",
            name=called_leaf(one),
        )


def _left_out(roots: Sequence[GivenFile], anchors: Anchors) -> Iterable[Text]:
    kept = {one.fingerprint for one in anchors.certificates}
    for file in roots:
        for one in file.contents.certificates:
            if one.fingerprint not in kept:
                yield text(
                    "{file}: {name} is left out; it is neither a root nor an intermediate.",
                    file=file.name,
                    name=called_leaf(one),
                )


def _each_once(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    return tuple({one.fingerprint: one for one in certificates}.values())
