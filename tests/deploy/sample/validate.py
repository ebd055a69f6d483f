#!/usr/bin/env python3
"""Checks every service of the sample pages against Open Referral UK v3's service.json; exits 77 where that cannot be done."""

import json
import os
import pathlib
import sys

SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[3]
SHARED = pathlib.Path(os.environ.get("NWD_SHARED", ROOT.parent / "shared"))

try:
    import jsonschema
except ImportError:
    print("skipped: python3 has no jsonschema")
    sys.exit(SKIPPED)
schema_file = SHARED / "spec" / "oruk-v3" / "service.json"
if not schema_file.exists():
    print(f"skipped: there is no {schema_file}")
    sys.exit(SKIPPED)

validator = jsonschema.Draft7Validator(
    json.loads(schema_file.read_text("utf-8")), format_checker=jsonschema.FormatChecker()
)
services = 0
mistakes = []
for page in sorted((ROOT / "deploy" / "sample").glob("services-page-*.json")):
    for index, service in enumerate(json.loads(page.read_text("utf-8"))["contents"]):
        services += 1
        for error in validator.iter_errors(service):
            path = ".".join(str(part) for part in error.absolute_path)
            mistakes.append(f"{page.name} [{index}] {path}: {error.message}")
print("\n".join(mistakes))
if mistakes or services < 60:
    sys.exit(f"expected at least 60 valid services, saw {services} with {len(mistakes)} mistakes")
print(f"{services} valid services")
