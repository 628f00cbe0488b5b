"""The clone that made this box, brought to what it follows: wholly, or not at all and told why.

Everything that could stop git half way is asked before a file is changed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from appliance.setup.shipped import ROOMS
from appliance.setup.steps import PLAIN, Exit, Refused, say

THERE = "@{upstream}"


def bring_further(source: Path) -> None:
    """Fetch, and go on to the newest; as the clone's owner, so that nothing of root's stays in it.

    Raises:
        Refused: no network, or somebody changed this clone by hand. Its files are as before.
    """
    git = _Git(source)
    if not git.says("symbolic-ref", "--quiet", "HEAD"):
        raise _astray(source, "stands on no branch", f"git -C {source} switch main")
    if not git.says("rev-parse", "--quiet", "--verify", THERE):
        then = f"git -C {source} branch --set-upstream-to=origin/main"
        raise _astray(source, "follows no other repository", then)
    if changed := git.changed():
        raise _astray(source, f"has {changed} changed by hand", f"git -C {source} stash -u")
    say("fetch", f"what {source} follows")
    if not git.says("fetch", "--quiet"):
        raise Refused(
            Exit.UNAVAILABLE,
            f"git could not reach what {source} follows ({git.last_words}); nothing was changed; "
            "is the network there? Without one: update --from FOLDER",
        )
    if git.says("merge-base", "--is-ancestor", THERE, "HEAD"):
        return  # there is nothing newer
    if not git.says("merge-base", "--is-ancestor", "HEAD", THERE):
        then = f"git -C {source} rebase"
        raise _astray(source, "has commits of its own beside the newer ones", then)
    if not git.says("merge", "--quiet", "--ff-only", THERE):
        raise _astray(source, f"cannot take the newer files ({git.last_words})", "as git says")


class _Git:
    """git in *source*, with its owner's rights and settings, asking nobody for a password."""

    def __init__(self, source: Path) -> None:
        self.last_words = ""
        owner = source.stat()
        become = ("setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups")
        self._words = [*(become if owner.st_uid != os.geteuid() else ()), "git", "-C", str(source)]
        self._spoken = PLAIN | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
        if home := _home(owner.st_uid):
            self._spoken |= {"HOME": home}
        if shutil.which("git") is None:
            raise Refused(
                Exit.UNAVAILABLE,
                "git is missing and nothing was changed: sudo apt-get install git, "
                "or update --from FOLDER",
            )

    def says(self, *words: str) -> bool:
        """Whether it succeeds; why it did not is in *last_words*."""
        return self._run(*words).returncode == 0

    def changed(self) -> str:
        """A file that differs from its commit, or is new in a room that a release carries."""
        for line in self._run("status", "--porcelain").stdout.splitlines():
            name = line[3:]
            if not line.startswith("??") or name.startswith(tuple(f"{room}/" for room in ROOMS)):
                return name
        return ""

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self._words, *words], env=self._spoken, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        told = [line for line in done.stderr.splitlines() if line.strip()]
        self.last_words = told[0].removeprefix("fatal: ").strip() if told else "no reason told"
        return done


def _home(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_dir
    except KeyError:
        return ""


def _astray(source: Path, why: str, then: str) -> Refused:
    return Refused(
        Exit.CLONE_CHANGED, f"{source} {why}; nothing was changed; {then}, then update again"
    )
