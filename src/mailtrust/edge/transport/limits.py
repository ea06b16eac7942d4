"""What every way to a server reads at most, and where programs are looked for there."""

LARGEST = 4 * 2**20
"""Octets of a file that is read."""
MOST_NAMES = 10_000
MOST_PRINTED = 2**20
"""Octets of each stream of a program that are kept; the rest is read and forgotten."""
MOST_ANSWERED = 64 * 2**10
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where servers' programs are; not every user's PATH has it."""
