#!/usr/bin/env python3
"""Every rule of reasons.py fires at what it forbids, and at nothing else. Standard library only."""
import unittest

import checks
import reasons

PAGE = """# Calling

## Errors

| code | details | means |
|---|---|---|
| `NOT_FOUND` | `NO_FEED`, or `NOT_FOUND` | not there |
| | `NO_TEXT` (`WHAT_IS_METADATA`) | not there either |
| `FAILED_PRECONDITION` | below | |

Reasons of `FAILED_PRECONDITION`:

| about | reasons |
|---|---|
| all | `FULL` |

## Limits

| `NOT_READ` | `NOT_READ` |
"""
GOOD = {
    "docs/integrating.md": PAGE,
    "common/status/reasons.h": '// NOT_FOUND.\ninline constexpr char kNoFeed[] = "NO_FEED";\n'
                               'inline constexpr char kNoText[] = "NO_TEXT";\n',
    "common/status/status.cc": 'x = {StatusCode::kNotFound, "NOT_FOUND"};\n',
    "services/a/reasons.h": '// FAILED_PRECONDITION.\ninline constexpr char kFull[] = "FULL";\n\n'
                            '// ABORTED, to our own services only.\ninline constexpr char kLate[] = "LATE";\n',
    "services/a/a.cc": "Error(absl::StatusCode::kNotFound, reasons::kNoFeed);\nreasons::kNoText;\n"
                       "Error(\n    StatusCode::kFailedPrecondition, reasons::kFull);\nreasons::kLate;\n",
}


def plants():
    """(rule, file, its whole text) for each rule."""
    code, own = GOOD["services/a/a.cc"], GOOD["services/a/reasons.h"]
    yield "not a name", "services/a/a.cc", code + 'Error(absl::StatusCode::kNotFound,\n  "NO_FEED");\n'
    yield "other code", "services/a/a.cc", code + "Error(absl::StatusCode::kFailedPrecondition, reasons::kNoFeed);\n"
    yield "not used", "services/a/a.cc", code.replace("reasons::kLate", "kLate")
    yield "not used", "services/a/a.cc", code.replace("reasons::kNoText", "// reasons::kNoText")
    yield "declared twice", "services/b/reasons.h", own
    yield "not on the page", "docs/integrating.md", PAGE.replace("`FULL`", "")
    yield "not on the page", "docs/integrating.md", PAGE.replace("`NO_TEXT`", "")
    yield "not in the code", "docs/integrating.md", PAGE.replace("`FULL`", "`FULL`, `EMPTY`")
    yield "not in the code", "docs/integrating.md", PAGE.replace("`FULL`", "`FULL`, `LATE`")
    yield "other row", "docs/integrating.md", PAGE.replace("`NO_FEED`, ", "").replace("`FULL`", "`FULL`, `NO_FEED`")


def complaints(changes):
    return checks.rules_broken(reasons.check, GOOD, changes)


class ReasonsTest(unittest.TestCase):
    def test_nothing_is_wrong_with_a_good_project(self):
        self.assertEqual(complaints({}), set())

    def test_each_plant_is_found(self):
        for rule, name, text in plants():
            with self.subTest(rule=rule, file=name):
                self.assertIn(rule, complaints({name: text}))

    def test_every_rule_has_a_plant(self):
        self.assertEqual(reasons.RULES, {rule for rule, _, _ in plants()})


if __name__ == "__main__":
    unittest.main()
