"""What the command's exit status means."""

CLEAN = 0
FINDINGS = 1
USAGE = 2
COULD_NOT_LOOK = 3
INTERRUPTED = 130
