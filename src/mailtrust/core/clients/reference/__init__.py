"""Judges that are no client: standards to the letter, to measure by. `verify` knows them; nobody is judged unasked."""

from collections.abc import Mapping

from mailtrust.core.clients.reference import rfc5280, webpki
from mailtrust.core.model.client import ClientProfile

REFERENCES: tuple[ClientProfile, ...] = (rfc5280.PROFILE, webpki.PROFILE)
"""Every reference profile."""

REFERENCE_BY_ID: Mapping[str, ClientProfile] = {profile.id: profile for profile in REFERENCES}
