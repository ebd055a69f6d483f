#!/usr/bin/env python3
"""Every kind of row that a service keeps is in the retention table, deploy/data/retention.csv, and docs/retention.md is that
table.

Usage: retention.py ROOT            compares
       retention.py ROOT --write    prints docs/retention.md anew

The tables of a service are the letters in its keys.h; those of common libraries are capitals. Standard library only.
"""
import csv
import pathlib
import re
import sys

import checks

TABLE = "deploy/data/retention.csv"
PAGE = "docs/retention.md"
RULES = {"not in the table", "not in the code", "twice", "page"}
SERVICES = ["consent", "referral", "outcome", "directory"]
NAMES = {"every": "Every service, in its own store", "keys": "The stores of keys of the consent, referral and outcome services"}

LETTER = re.compile(r"(?:KeyBuilder\(|Table\(|constexpr char k\w+ = )'(.)'")
BUILDER = re.compile(r"KeyBuilder\('([A-Z])'\)|constexpr char k\w+ = '([A-Z])'")

INTRO = """# What is kept, and for how long

For a data protection officer: every kind of thing that the four services keep (UK GDPR, Article 5(1)(e)). It is printed from [deploy/data/retention.csv](../deploy/data/retention.csv), by which
the services let go of what has had its time: a hub that keeps things for another time changes the days there, with its reasons. A test holds the table to the code: a kind of row that is not in it
fails.

Where there is a number of days, a job in the service goes through the rows, a bit every minute, and deletes what is past it. A clock that jumps deletes nothing: after a jump of more than 45 days, a
set-back, or the first start, the job waits until the service has run for a day. What a person's *own* erasure takes away at once is in [rights.md](rights.md).

The periods are a proposal, and nobody's legal advice: your partnership decides them.
"""


def rows(root):
    with open(root / TABLE, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def letters_of(root, service):
    return set(LETTER.findall((root / "services" / service / "keys.h").read_text(encoding="utf-8")))


def capitals(root):
    found = set()
    for path in sorted((root / "common").rglob("*")):
        if path.suffix in (".h", ".cc"):
            found |= {one or other for one, other in BUILDER.findall(path.read_text(encoding="utf-8"))}
    return found


def check_tables(root, table, complain):
    for service in [*SERVICES, "common"]:
        mine = [row for row in table if (row["service"] == service or (service == "common" and row["service"] in NAMES))]
        listed = [letter for row in mine for letter in row["tables"].split()]
        code = capitals(root) if service == "common" else letters_of(root, service)
        for letter in sorted(code - set(listed)):
            complain("not in the table", f"{service} keeps rows under '{letter}', of which {TABLE} says nothing")
        for letter in sorted(set(listed) - code):
            complain("not in the code", f"{TABLE} has '{letter}' of {service}, which keeps no such rows")
        for letter in sorted({one for one in listed if listed.count(one) > 1}):
            complain("twice", f"{TABLE} has '{letter}' of {service} twice")


def page(table):
    text = INTRO
    for service in [*SERVICES, *NAMES]:
        text += f"\n## {NAMES.get(service, f'The {service} service')}\n\n| kind | what | kept | why |\n|---|---|---|---|\n"
        for row in table:
            if row["service"] == service:
                kept = f"{row['days']} days {row['kept']}" if row["days"] else row["kept"]
                text += f"| {row['kind']} | {row['what']} | {kept} | {row['why']} |\n"
    return text


def check(root):
    """(rule, text) for everything that is wrong."""
    complaints = []

    def complain(rule, text):
        complaints.append((rule, text))

    table = rows(root)
    check_tables(root, table, complain)
    written = root / PAGE
    if not written.exists() or written.read_text(encoding="utf-8") != page(table):
        complain("page", f"{PAGE} is not what {TABLE} says: python3 tests/structure/retention.py . --write")
    return complaints


if __name__ == "__main__":
    if sys.argv[2:] == ["--write"]:
        here = pathlib.Path(sys.argv[1])
        (here / PAGE).write_text(page(rows(here)), encoding="utf-8")
    else:
        checks.run(check)
