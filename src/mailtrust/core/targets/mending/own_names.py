"""The files of a certificate that a plan brings to a server: told from the former one's by a tag."""

import re
from posixpath import splitext

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import ConfiguredCertificate, Files

TAG = 8
"""Digits of a certificate's SHA-256 in the names of its files."""
_TAGGED = re.compile(rf"-[0-9a-f]{{{TAG}}}\Z")


def own_names(place: ConfiguredCertificate, leaf: Certificate) -> Files:
    """A new certificate and a new key get files of their own: at no moment does one meet another's."""
    tag = leaf.fingerprint[:TAG]
    stem, ending = splitext(place.chain_file)
    key_stem, key_ending = splitext(place.key_file)
    # The tag that the former one got in this way is no part of the next one's name.
    stem, key_stem = _TAGGED.sub("", stem), _TAGGED.sub("", key_stem)
    files = Files(f"{stem}-{tag}{ending or '.pem'}", f"{key_stem}-{tag}{key_ending or '.key'}")
    return files if files.chain != files.key else Files(files.chain, f"{key_stem}-{tag}.key")
