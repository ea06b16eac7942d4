"""One Windows computer: each certificate into the store it belongs to, by script, by command and by hand."""

from dataclasses import replace

from mailtrust.core.model.remedy import Human, Run
from mailtrust.core.model.rollout import Anchors, Kit, Wish
from mailtrust.core.rollout import windows
from mailtrust.core.x509.thumbprint import thumbprint


def script_of(kit: Kit) -> str:
    (found,) = (file.data for file in kit.files if file.path.endswith(".ps1"))
    return found.decode("utf-8-sig")


def test_roots_and_intermediates_go_where_they_belong(wish: Wish) -> None:
    """A root among the intermediates, or the other way round, is a fault of its own."""
    (root,), (below,) = wish.anchors.roots, wish.anchors.intermediates
    kit = windows.install(wish)
    files = {file.data: file.path for file in kit.files}
    for store, one in (("Root", root), ("CA", below)):
        row = f"Store = '{store}'; Thumbprint = '{thumbprint(one)}'; File = '{files[one.der]}'"
        assert row in script_of(kit)
        assert f"Store = '{store}'; Thumbprint = '{thumbprint(one)}'" in script_of(windows.remove(wish))
        commands = [step.do.command for step in kit.steps if isinstance(step.do, Run)]
        assert f"certutil -addstore -f {store} {files[one.der]}" in commands
        looks = [step.do.command for step in windows.check(wish) if isinstance(step.do, Run)]
        assert f"certutil -store {store} {thumbprint(one)}" in looks
        taken = [step.do.command for step in windows.remove(wish).steps if isinstance(step.do, Run)]
        assert f"certutil -delstore {store} {thumbprint(one)}" in taken
    clicks = [" > ".join(map(str, step.do.path)) for step in kit.steps if isinstance(step.do, Human)]
    assert len(clicks) == 2
    assert "Trusted Root Certification Authorities" in clicks[0]
    assert "Intermediate Certification Authorities" in clicks[1]


def test_a_server_that_vouches_for_itself_is_a_root_to_windows(wish: Wish, server: Anchors) -> None:
    script = script_of(windows.install(replace(wish, anchors=server)))
    assert f"Store = 'Root'; Thumbprint = '{thumbprint(server.servers[0])}'" in script
    assert "Store = 'CA'" not in script
