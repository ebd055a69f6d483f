#!/usr/bin/env python3
"""The reasons that errors carry, and what docs/integrating.md says of them, are the same.

Usage: reasons.py ROOT

Reasons are declared in common/status/reasons.h and services/*/reasons.h, below a comment with their code ("// NOT_FOUND.");
a comment that ends in "only." says who else sees them, and that integrators do not. Standard library only.
"""
import re

import checks

PAGE = "docs/integrating.md"
CODES = {"CANCELLED", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
         "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
         "DATA_LOSS", "UNAUTHENTICATED"}
RULES = {"not a name", "other code", "not used", "not on the page", "not in the code", "other row", "declared twice"}

GROUP = re.compile(r"^// ([A-Z_]+)(, .* only)?\.$")
REASON = re.compile(r'^inline constexpr char (k\w+)\[\] = "([A-Z_]+)";$')
LITERAL = re.compile(r'StatusCode::k\w+,\s*"([^"]*)"')
USE = re.compile(r"\breasons::(k\w+)")
WITH_CODE = re.compile(r"StatusCode::k(\w+),\s*reasons::(k\w+)")


def headers(root):
    return [root / "common/status/reasons.h", *sorted((root / "services").glob("*/reasons.h"))]


def declared(root, complain):
    """{constant: (reason, code, whether integrators see it)}"""
    found = {}
    for header in headers(root):
        code, seen = None, True
        for line in header.read_text(encoding="utf-8").splitlines():
            if group := GROUP.match(line):
                code, seen = group[1], not group[2]
            if reason := REASON.match(line):
                if reason[1] in found:
                    complain("declared twice", f"{header.relative_to(root)} declares {reason[2]} a second time")
                found[reason[1]] = (reason[2], code, seen)
    return found


def check_code(root, reasons, complain):
    used = set()
    for top in ("common", "services"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cc") or path in headers(root):
                continue
            name, text = path.relative_to(root).as_posix(), re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
            used |= set(USE.findall(text))
            if name != "common/status/status.cc":
                for literal in LITERAL.findall(text):
                    complain("not a name", f'{name} writes out the reason "{literal}": declare it in a reasons.h')
            for code, constant in WITH_CODE.findall(text):
                code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code).upper()
                if constant in reasons and reasons[constant][1] != code:
                    complain("other code", f"{name} answers {code} with {reasons[constant][0]}, of {reasons[constant][1]}")
    for constant in sorted(reasons.keys() - used):
        complain("not used", f"{reasons[constant][0]} is declared and never answered")


def documented(root):
    """{(code, reason)} of the tables of the section on errors."""
    page = (root / PAGE).read_text(encoding="utf-8")
    section = re.search(r"^## Errors$(.*?)(?=^## |\Z)", page, re.M | re.S)[1]
    found, code = set(), None
    for line in section.splitlines():
        if other := re.match(r"Reasons of `([A-Z_]+)`", line):
            code = other[1]
        cells = line.split("|")[1:-1]
        if len(cells) < 2:
            continue
        if of := re.fullmatch(r" `([A-Z_]+)` ", cells[0]):
            code = of[1]
        text = re.sub(r"\([^)]*\)", "", cells[1])  # what is in brackets is about metadata
        found |= {(code, reason) for reason in re.findall(r"`([A-Z][A-Z_]+)`", text)}
    return found


def check_page(root, reasons, complain):
    on_page = documented(root)
    code_of = {reason: code for reason, code, seen in reasons.values() if seen}
    for code, reason in sorted(on_page):
        if reason not in code_of and reason not in CODES:
            complain("not in the code", f"{PAGE} has {reason}, which is not declared for integrators")
        elif reason in code_of and code_of[reason] != code:
            complain("other row", f"{PAGE} has {reason} with {code}; it is {code_of[reason]}")
    for reason in sorted(code_of.keys() - {reason for _, reason in on_page}):
        complain("not on the page", f"{PAGE} does not say what {reason} means")


def check(root):
    """(rule, text) for everything that is wrong."""
    complaints = []

    def complain(rule, text):
        complaints.append((rule, text))

    reasons = declared(root, complain)
    check_code(root, reasons, complain)
    check_page(root, reasons, complain)
    return complaints


if __name__ == "__main__":
    checks.run(check)
