#!/usr/bin/env python3
"""Every rule of retention.py fires at what it forbids, and at nothing else. Standard library only."""
import csv
import io
import unittest

import checks
import retention

TABLE = """service,kind,tables,what,days,kept,why
consent,people,p h,Who,2190,after all,claims
referral,referrals,r,What,,for ever,none
outcome,journeys,j,Steps,30,after the step,none
directory,registry,o,Names,,for ever,none
every,requests,I,Answers,,7 days,none
keys,people,P,Keys,,until erased,none
"""
GOOD = {
    "deploy/data/retention.csv": TABLE,
    "docs/retention.md": retention.page(list(csv.DictReader(io.StringIO(TABLE)))),
    "services/consent/keys.h": "inline constexpr char kPerson = 'p';\nreturn KeyBuilder('h');\n",
    "services/referral/keys.h": "return Table('r', id);\n",
    "services/outcome/keys.h": "return KeyBuilder('j');\n",
    "services/directory/keys.h": "return KeyBuilder('o');\n",
    "common/a/rows.h": "return store::KeyBuilder('I');\ninline constexpr char kKeys = 'P';\n",
}


def plants():
    """(rule, file, its whole text) for each rule."""
    consent = GOOD["services/consent/keys.h"]
    yield "not in the table", "services/consent/keys.h", consent + "return KeyBuilder('z');\n"
    yield "not in the table", "common/b/rows.h", "return store::KeyBuilder('X');\n"
    yield "not in the code", "services/consent/keys.h", "return KeyBuilder('h');\n"
    yield "twice", "deploy/data/retention.csv", TABLE.replace("p h,", "p h p,")
    yield "page", "docs/retention.md", GOOD["docs/retention.md"].replace("2190", "30")


class Rules(unittest.TestCase):
    def test_good_project_has_nothing_wrong(self):
        self.assertEqual(set(), checks.rules_broken(retention.check, GOOD, {}))

    def test_every_rule_fires(self):
        fired = set()
        for rule, file, text in plants():
            with self.subTest(rule=rule, file=file):
                broken = checks.rules_broken(retention.check, GOOD, {file: text})
                self.assertIn(rule, broken)
                fired.add(rule)
        self.assertEqual(retention.RULES, fired)


if __name__ == "__main__":
    unittest.main()
