"""What the engines say, when they say it on the way to another failure."""

import pytest
from sqlalchemy.exc import InterfaceError

from mailtrust.core.model.problem import CouldNotLook
from mailtrust.edge.store.failures import told


def test_what_the_server_said_counts_and_not_that_it_hung_up() -> None:
    # As pg8000 1.31 raises when the server has closed the connection after its refusal.
    closed, network = BrokenPipeError(), ConnectionError("network error")
    closed.__context__ = ValueError({"C": "3D000", "M": 'database "nowhere" does not exist'})
    network.__cause__ = closed
    with pytest.raises(CouldNotLook, match="does not exist"), told("postgresql://here/nowhere"):
        raise InterfaceError("connect", None, network)
