"""What renewing a certificate meets outside: the wire, the CA, DNS, the servers."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mailtrust.core.forecast.renewal_time import Window
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.plan import Plan
from mailtrust.core.model.text import Text
from mailtrust.core.targets.mending.work import Material
from mailtrust.core.validation.tlsa_switch import Beside, Place
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.flows.renewal_plan import RenewalPlan


@frozen
class Around:
    """Everything outside, each replaceable in a test."""

    now: Callable[[], datetime]
    look: Callable[[], Assessment]
    """What the servers serve."""
    window: Callable[[Certificate], Window | None]
    """When the CA would have it renewed. Raises UserProblem."""
    order: Callable[[PrivateKey, Certificate], tuple[Certificate, ...]]
    """The chain for this key, instead of this certificate. Raises UserProblem."""
    places: Callable[[Sequence[Observation]], tuple[Place, ...]]
    """The TLSA records of the ports. Raises CouldNotLook."""
    publish: Callable[[Sequence[Beside]], None] | None
    """None: only a person can."""
    take_away: Callable[[Sequence[tuple[str, str]]], None] | None
    plan: Callable[[Assessment, Material], RenewalPlan]
    stand_in: Callable[[], Material]
    """In place of a certificate that nobody has ordered yet."""
    written: Callable[[Plan], tuple[bytes, Plan]]
    """A plan as a file, and as it is read from there."""
    kept: Callable[[], tuple[bytes, Plan] | None]
    """The plan that waited for approval; None: there is none."""
    apply: Callable[[Plan, bytes], int]
    """The exit status. Raises UserProblem when nothing was begun."""
    clear_away: Callable[[], None]
    """Pairs of former renewals go, once their certificate has ended; what stays is told, and is no trouble."""
    finished: Callable[[str], bool]
    """Whether a plan is applied and proven."""
    tell: Callable[[Text], None]
