#!/usr/bin/env python3
"""Reads every include and every CMake link, and fails where one points the wrong way. Standard library only.

Usage: layers.py ROOT
"""
import pathlib
import re
import sys

# Who may include headers from outside. Prefixes of paths; everything else may not.
OUTSIDE = [
    (r"<grpc", ["common/rpc/", "common/tls/credentials", "common/program/", "tests/", "cmake/"]),
    (r"<rocksdb/", ["common/store_rocksdb/", "tests/common/store_rocksdb/", "tests/crash/", "tests/conformance/"]),
    (r"<prometheus/", ["common/metrics/"]),
    (r"<httplib", ["common/http/", "tests/"]),
    (r"<openssl/", ["common/crypto/", "common/tls/", "deploy/pki/", "deploy/feed/fetch.cc", "tests/common/tls/", "tests/common/crypto/", "tests/deploy/", "tests/e2e/"]),
    (r"<spdlog/", ["common/log/"]),
    (r"<CLI/", ["common/config/"]),
    (r"<unicode/", ["common/text/"]),
    (r"<curl/", ["deploy/"]),
]
# Who may include which of our own folders.
INSIDE = [
    (r'"services/', ["services/", "tests/"]),
    (r'"deploy/', ["deploy/", "tests/"]),
    (r'"tests/', ["tests/"]),
    (r'"common/store_rocksdb/', ["common/store_rocksdb/", "tests/", "services/directory/main.cc", "services/consent/main.cc",
                                  "services/referral/main.cc", "services/outcome/main.cc"]),
    (r'"common/store_memory/', ["common/store_memory/", "tests/"]),
]
MAIN_LINES_MAX = 100
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"].+?[>"])', re.M)


def sources(root):
    for top in ("common", "services", "deploy", "tests", "cmake"):
        yield from (p for p in (root / top).rglob("*") if p.suffix in (".h", ".cc"))


def check_includes(root, complain):
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        for header in INCLUDE.findall(path.read_text(encoding="utf-8")):
            for pattern, allowed in OUTSIDE + INSIDE:
                if header.startswith(pattern) and not any(name.startswith(prefix) for prefix in allowed):
                    complain(f"{name} includes {header}, which only {', '.join(allowed)} may")
            other = re.match(r'"services/(\w+)/', header)
            own = re.match(r"services/(\w+)/", name)
            if other and own and other[1] != own[1]:
                complain(f"{name} includes {header}: services know each other only by their protos")


def check_links(root, complain):
    for path in list((root / "services").rglob("CMakeLists.txt")) + list((root / "common").rglob("CMakeLists.txt")):
        name = path.relative_to(root).as_posix()
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        for call in re.findall(r"(nwd_library|nwd_program)\(([^)]*)\)", text):
            target, words = call[1].split()[0], call[1].split()
            if call[0] == "nwd_library" and "nwd_store_rocksdb" in words and target != "nwd_store_rocksdb":
                complain(f"{name}: {target} links the engine, which only a program may")
            for word in words[1:]:
                if name.startswith("common/") and word.startswith("nwd_service_"):
                    complain(f"{name}: {target} links {word}: common knows no service")
                if name.startswith("services/") and word.startswith("nwd_service_") and word != f"nwd_service_{name.split('/')[1]}":
                    complain(f"{name}: {target} links {word}: services know each other only by their protos")


def check_folders(root, complain):
    for top in ("common", "services"):
        for folder in (root / top).iterdir():
            if folder.is_dir() and not (folder / "README.md").exists():
                complain(f"{folder.relative_to(root)} has no README.md")
    for main in (root / "services").glob("*/main.cc"):
        lines = len(main.read_text(encoding="utf-8").splitlines())
        if lines >= MAIN_LINES_MAX:
            complain(f"{main.relative_to(root)} has {lines} lines; under {MAIN_LINES_MAX} is the rule")


def main():
    root = pathlib.Path(sys.argv[1])
    complaints = []
    for check in (check_includes, check_links, check_folders):
        check(root, complaints.append)
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} wrong")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
