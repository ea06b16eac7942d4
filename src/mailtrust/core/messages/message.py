"""What somebody says about a certificate: the words, who says them, and what they can mean."""

from enum import StrEnum

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Utterance


class OriginKind(StrEnum):
    """What sort of thing speaks."""

    CLIENT = "client"
    """One of our client profiles, in the words of its profile."""
    PROGRAM = "program"
    """A program, library or tool that has no profile of its own."""
    SERVER = "server"
    """A mail server, in its log, its event log or its answers."""
    PERSON = "person"
    """Somebody who describes what happens: a symptom."""


class Likelihood(StrEnum):
    """How often a text has this cause, compared with its other causes. An order by experience, not a statistic."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    RARE = "rare"

    @property
    def rank(self) -> int:
        """0 for likely to 2 for rare."""
        return list(Likelihood).index(self)


@frozen
class Origin:
    """Who says something."""

    id: str
    """A client id where the words are a profile's, else a name of the same kind: curl, exchange-events, ..."""
    title: Text
    """The product's name, as people call it."""
    kind: OriginKind
    versions: str = ""
    passes_on: tuple[str, ...] = ()
    """Ids of the origins whose words stand inside its own: curl repeats OpenSSL's reason."""
    clients: tuple[str, ...] = ()
    """Ids of the profiles that judge as it does, or nearest to it; for the next check's --client."""
    scheme: str = ""
    """What its check looks at: https, smtp, ldaps; empty: every mail port."""


@frozen
class Cause:
    """One thing that a text can mean."""

    code: str
    """A reason code or rule id."""
    likelihood: Likelihood
    name: Text
    """A noun phrase: a missing intermediate certificate."""
    why: Text
    """One or two whole sentences."""


@frozen
class Message:
    """One thing that an origin says, in every language that is known, and what it can mean."""

    origin: Origin
    utterances: tuple[Utterance, ...]
    """`{host}`, `{date}` and other names in braces stand for what changes; ` / ` parts lines that are shown apart."""
    causes: tuple[Cause, ...]
    """Most likely first."""
    notes: tuple[Text, ...] = ()
    """What else one must know of it, above all what it hides."""
    title: Text | None = None
    """For a symptom: the symptom in our words."""
    alone: bool = True
    """Whether it means something by itself; False: it only tells who speaks, beside a reason that is passed on."""
    commands: tuple[str, ...] = ()
    """What to run next instead of the origin's check; `{target}` and `{domain}` stand for what the text names."""
