"""Names under which a LoadMaster keeps certificates, and the paths by which they are asked for here.

No official rule is known. acme.sh keeps to letters and digits, DigiCert advises letters, digits, `-`, `_`, `.` and no
blanks, and Kemp's guide wants no special characters in names of the same kind: this suits all of them.
"""

import re

from mailtrust.core.formats.url import percent_decoded, percent_encoded
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

MOST_NAME = 50
CERTIFICATES = "/certificates"
INTERMEDIATES = "/intermediates"
_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{MOST_NAME}}}")


def kemp_name(given: str) -> str:
    """A name that the LoadMaster takes, as near to this as there is one."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", given)[:MOST_NAME].strip("_") or "certificate"


def tagged(given: str, tag: str) -> str:
    """The same, told from others of that name by a tag of letters and digits."""
    return f"{kemp_name(given)[: MOST_NAME - len(tag) - 1]}-{tag}"


def expect_name(given: str) -> str:
    """The name, if it can be taken. Raises UserProblem, which says what to write instead."""
    if _NAME.fullmatch(given) is None:
        raise UserProblem(
            text(
                "Expected a name of at most {most} letters, digits, hyphens and underscores, without blanks, got "
                "“{given}”. Write {instead} instead.",
                most=MOST_NAME,
                given=clean(given, 100),
                instead=kemp_name(given),
            )
        )
    return given


def path_of(folder: str, name: str) -> str:
    """`/certificates/mail_example_com.pem`; what is strange in names that others gave is written as in a URL."""
    return f"{folder}/{percent_encoded(name)}.pem"


def name_in(path: str) -> str:
    """The name that a path of `path_of` stands for."""
    return percent_decoded(path.rpartition("/")[2].removesuffix(".pem"))
