"""The only place that reaches behind pypsrp's public names.

A pool of runspaces makes the reader of its messages itself, and takes no other: without this, what a server sends
would be read without bounds of depth and size.
"""

from pypsrp.powershell import RunspacePool
from pypsrp.serializer import Serializer


def read_with(pool: RunspacePool, reader: Serializer) -> None:
    """Have the pool read everything with `reader`.

    Raises AttributeError where the names are gone: nothing is read without bounds then, nothing at all.
    """
    made = pool._serializer  # noqa: SLF001
    if pool._fragmenter.serializer is not made:  # noqa: SLF001
        raise AttributeError("pypsrp reads with more than one Serializer")
    pool._serializer = pool._fragmenter.serializer = reader  # noqa: SLF001
