"""Rights on Windows and in Exchange, in their own words: what a step says that it needs."""

ADMINISTRATOR = "Administrator"
"""Local, of the server: whatever is Windows' own, and all on an Edge server."""

# Role groups of Exchange.
ORGANIZATION_MANAGEMENT = "Organization Management"
SERVER_MANAGEMENT = "Server Management"
HYGIENE_MANAGEMENT = "Hygiene Management"
