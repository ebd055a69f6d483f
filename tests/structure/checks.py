"""What the checks of structure share: how one is run, and how its rules are shown to fire on a planted project."""

import pathlib
import sys
import tempfile


def run(check):
    """Prints what `check(root)` finds wrong in the project named on the command line; exits with 1 if anything."""
    complaints = check(pathlib.Path(sys.argv[1]))
    for _, text in complaints:
        print(text)
    print(f"{len(complaints)} wrong")
    sys.exit(1 if complaints else 0)


def rules_broken(check, good, changes):
    """The rules that `check` says are broken in a project of the files `good`, with `changes` in place of some."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**good, **changes}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return {rule for rule, _ in check(root)}
