"""What the files hold that a configuration names: certificates, and keys by their marks."""

import re
from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, ConfiguredCertificate, Files
from mailtrust.core.model.server_facts import ServerFacts, content_of
from mailtrust.core.model.text import text
from mailtrust.core.x509.parse import read_pem_certificates
from mailtrust.core.x509.withheld_keys import mark_of, withheld_in

_PLAIN = re.compile(r"/[\w./@%+:~=-]*", re.ASCII)

_NAME = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", re.ASCII)


def certificates_in(facts: ServerFacts, path: str) -> tuple[Certificate, ...]:
    """The certificates of a file that can be read, in its order; none where the file is not known."""
    content = content_of(facts, path)
    return read_pem_certificates(content.octets) if content is not None else ()


def keys_in(facts: ServerFacts, path: str) -> tuple[str, ...]:
    """The marks of the private keys of a file."""
    content = content_of(facts, path)
    return withheld_in(content.octets) if content is not None else ()


def leaf_names(facts: ServerFacts, path: str) -> tuple[str, ...]:
    """The server names of a file's leaf, in small letters; none that a configuration could take for something else."""
    names = (name.lower() for leaf in certificates_in(facts, path)[:1] for name in leaf.dns_names)
    return tuple(dict.fromkeys(name for name in names if _NAME.fullmatch(name)))


def belonging_keys(
    facts: ServerFacts, places: Iterable[ConfiguredCertificate], all_places: Iterable[ConfiguredCertificate]
) -> dict[ConfiguredCertificate, Files] | Cannot:
    """For each place its chain, and the file with the key of its leaf: the one it names, or one that another names."""
    files = tuple(dict.fromkeys(path for one in all_places for path in (one.key_file, one.chain_file)))
    found = {}
    for place in places:
        leaf = next(iter(certificates_in(facts, place.chain_file)), None)
        holders = [path for path in (place.key_file, *files) if leaf and mark_of(leaf) in keys_in(facts, path)]
        if not holders:
            return Cannot(
                text(
                    "None of the files that the configuration names holds the key of the certificate in {file}.",
                    file=clean(place.chain_file),
                )
            )
        found[place] = Files(place.chain_file, holders[0])
    return found


def unwritable(wanted: Iterable[Files]) -> Cannot | None:
    """Why a path is not written into a configuration that has its own meaning for blanks, commas or dollar signs."""
    strange = next((path for one in wanted for path in (one.chain, one.key) if not _PLAIN.fullmatch(path)), None)
    if strange is None:
        return None
    return Cannot(text("Expected a path of letters, digits and -_.:/@%+~=, found {path}.", path=clean(strange)))
