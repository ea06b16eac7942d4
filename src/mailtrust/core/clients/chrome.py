"""Chrome on the desktop."""

from dataclasses import replace

from mailtrust.core.clients.engines.chromium import CHROMIUM, SINCE
from mailtrust.core.model.client import ClientProfile

__all__ = ["PROFILE", "SINCE", "VERSIONS"]

PROFILE = replace(
    CHROMIUM,
    id="chrome",
    title="Chrome",
    versions="114 and later, desktop",
    # Anchors that were added to the system count on Windows and macOS; on Linux the user's NSS database or a policy.
    reached_by=frozenset({"chromium", "gpo", "windows", "apple", "nss", "android"}),
)

VERSIONS: tuple[ClientProfile, ...] = ()
