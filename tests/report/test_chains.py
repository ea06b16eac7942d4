"""Which way up is drawn where several lead to the same name and key."""

from typing import Any

from mailtrust.core.report.chains import Anchor, branches


def test_the_root_is_drawn_and_not_its_expired_cross_certificate(caseworld: Any) -> None:
    cross = caseworld.cross(caseworld.make_root("Elder Root"), caseworld.root, ends=-1).certificate
    chain = (caseworld.leaf(), caseworld.intermediate.certificate, cross)
    (branch,) = branches(caseworld.judge(caseworld.seen(chain)))
    (anchor,) = (rung for rung in branch.rungs if isinstance(rung, Anchor))
    assert anchor.certificate == caseworld.root.certificate
    assert [idle.certificate for idle in branch.idle] == [cross]
