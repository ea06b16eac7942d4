"""Ways that bring out CAs alone, because the programs they reach trust nothing else."""

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.rollout import Anchors
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.naming import called_leaf


def expect_roots(anchors: Anchors, program: str) -> None:
    """Raises UserProblem where there is no root to bring out."""
    if not anchors.roots:
        raise UserProblem(
            text(
                "{program} trusts no server's certificate that vouches for itself, such as {name}, wherever it is put. "
                "Make a root and have the server's certificate issued by it: mailtrust cert self-signed, or mailtrust "
                "ca init.",
                program=program,
                name=called_leaf(anchors.servers[0]),
            )
        )


def left_out(anchors: Anchors, program: str) -> tuple[Text, ...]:
    """What is said of servers' certificates beside roots."""
    return tuple(
        text(
            "{name} is not in this kit: {program} trusts no server's certificate that vouches for itself.",
            program=program,
            name=called_leaf(one),
        )
        for one in anchors.servers
    )
