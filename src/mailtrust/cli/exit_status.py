"""What the command's exit status means."""

CLEAN = 0
FINDINGS = 1
USAGE = 2
COULD_NOT_LOOK = 3
UNDONE = 4
NOT_UNDONE = 5
INTERRUPTED = 130
