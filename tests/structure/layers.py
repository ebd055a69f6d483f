#!/usr/bin/env python3
"""Reads every include, every CMake link and the table of layers, and fails where one points the wrong way.

Usage: layers.py ROOT

Standard library only. Each check calls complain(rule, text); layers_test.py plants a violation of every rule there is.
"""
import re

import checks

# Who may include headers from outside: beginnings of headers, however quoted, and of paths. Everything else may not.
OUTSIDE = {
    "grpc": ["common/rpc/", "common/tls/credentials", "common/program/", "tests/", "cmake/"],
    "rocksdb/": ["common/store_rocksdb/", "tests/common/store_rocksdb/"],
    "prometheus/": ["common/metrics/"],
    "httplib": ["common/http/", "tests/"],
    "openssl/": ["common/crypto/", "common/tls/", "deploy/pki/", "deploy/feed/fetch.cc", "tests/common/tls/", "tests/e2e/"],
    "spdlog/": ["common/log/"],
    "CLI/": ["common/config/"],
    "unicode/": ["common/text/"],
    "curl/": ["deploy/audit/", "deploy/feed/"],
    "simdjson": ["services/directory/json_fields", "services/directory/feed_"],
    "nlohmann/": ["common/backup/", "common/receipt/", "deploy/", "tests/"],
}
# Who may include which of our own folders.
INSIDE = {
    "services/": ["services/", "tests/"],
    "deploy/": ["deploy/", "tests/"],
    "tests/": ["tests/"],
    "common/store_rocksdb/": ["common/store_rocksdb/", "tests/", "services/directory/main.cc", "services/consent/main.cc",
                              "services/referral/main.cc", "services/outcome/main.cc"],
    "common/store_memory/": ["common/store_memory/", "tests/"],
}
# Which folders may link which targets, by their beginnings. GRPC is nwd_library's word for gRPC's headers.
LINKS = {
    "gRPC::": ["common/rpc/", "common/tls/", "tests/"],
    "RocksDB::": ["common/store_rocksdb/", "tests/common/store_rocksdb/"],
    "prometheus-cpp::": ["common/metrics/"],
    "httplib::": ["common/http/", "tests/"],
    "OpenSSL::": ["common/crypto/", "common/tls/", "deploy/pki/", "deploy/feed/", "tests/"],
    "spdlog::": ["common/log/"],
    "CLI11::": ["common/config/"],
    "ICU::": ["common/text/"],
    "CURL::": ["deploy/audit/", "deploy/feed/"],
    "simdjson::": ["services/directory/"],
    "nlohmann_json::": ["common/backup/", "common/receipt/", "deploy/", "tests/"],
    "nwd_store_memory": ["tests/"],
    "GRPC": ["common/rpc/", "common/tls/", "common/program/", "deploy/hub/", "tests/"],
}
# What a program may link that the libraries beside it may not.
PROGRAMS_LINK = {"nwd_store_rocksdb", "nwd_program", "GRPC"}
ENGINE_FOLDERS = ["common/store_rocksdb/", "tests/"]

LAYERS = ["main", "rpc", "domain", "repository", "values"]  # each may include itself and what comes after it
_RUNS = ["common/rpc/router.h", "common/rpc/server.h", "common/program/", "common/http/", "common/config/", "common/tls/"]
_CALLS = ["common/rpc/call.h", "common/rpc/client.h", "common/rpc/traceparent.h", "common/metrics/", "rpc::Call",
          "rpc::Client"]
_WAITS = ["common/rpc/", "common/async/", "common/audit/", "common/idempotency/", "common/log/", "common/outbox/",
          "common/replica/", "common/tokens/"]
# What a layer may neither include nor name, unless the table says `except`.
FORBIDDEN = {
    "domain": _RUNS + _CALLS,
    "repository": _RUNS + _CALLS + _WAITS,
    "values": _RUNS + _CALLS + _WAITS + ["common/person_keys/", "common/store/"],
}
# A name in a header the file includes for something else.
GOES_WITH = {"common/rpc/call.h": "rpc::Call", "common/rpc/client.h": "rpc::Client"}

MAIN_LINES_MAX = 100
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"](.+?)[>"]', re.M)
TARGET = re.compile(r"\b(nwd_library|nwd_program|nwd_test|nwd_storage_proto)\(([^)]*)\)")


def rules():
    """Every rule there is, by the name under which it complains."""
    names = {"other service", "no README", "long main", "engine linked", "other folder linked"}
    names |= {f"outside {prefix}" for prefix in OUTSIDE} | {f"inside {prefix}" for prefix in INSIDE}
    names |= {f"link {prefix}" for prefix in LINKS}
    names |= {"no layer", "no file", "no exception", "upwards"}
    return names | {f"{layer} {what}" for layer, forbidden in FORBIDDEN.items() for what in forbidden}


def starts(name, prefixes):
    return any(name.startswith(prefix) for prefix in prefixes)


def sources(root, tops=("common", "services", "deploy", "tests", "cmake")):
    for top in tops:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cc"):
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def check_includes(root, complain):
    for name, text in sources(root):
        for header in INCLUDE.findall(text):
            for kind, table in (("outside", OUTSIDE), ("inside", INSIDE)):
                for prefix, allowed in table.items():
                    if header.startswith(prefix) and not starts(name, allowed):
                        complain(f"{kind} {prefix}", f"{name} includes {header}, which only {', '.join(allowed)} may")
            other = re.match(r"services/(\w+)/", header)
            own = re.match(r"services/(\w+)/", name)
            if other and own and other[1] != own[1]:
                complain("other service", f"{name} includes {header}: services know each other only by their protos")


def targets(root):
    """(kind, name, the words it is given, its folder with a slash at the end) of every target of ours."""
    for top in ("common", "services", "deploy", "tests"):
        for path in sorted((root / top).rglob("CMakeLists.txt")):
            folder = path.parent.relative_to(root).as_posix() + "/"
            for kind, given in TARGET.findall(re.sub(r"#.*", "", path.read_text(encoding="utf-8"))):
                name, *words = given.split()
                yield kind, f"nwd_{name}_storage" if kind == "nwd_storage_proto" else name, words, folder


def may_link(folder, other):
    """common links common; a service links itself and common; deploy links deploy and common; tests link all."""
    if folder.startswith("tests/") or other.startswith("common/"):
        return True
    depth = 2 if folder.startswith("services/") else 1
    return folder.split("/")[:depth] == other.split("/")[:depth]


def check_links(root, complain):
    found = list(targets(root))
    homes = {name: folder for _, name, _, folder in found}
    for kind, target, words, folder in found:
        program = kind == "nwd_program"
        for word in words:
            if word == "nwd_store_rocksdb" and not program and not starts(folder, ENGINE_FOLDERS):
                complain("engine linked", f"{folder}: {target} links the engine, which only a program may")
            for prefix, allowed in LINKS.items():
                if word.startswith(prefix) and not starts(folder, allowed) and not (program and word in PROGRAMS_LINK):
                    complain(f"link {prefix}", f"{folder}: {target} links {word}, which only {', '.join(allowed)} may")
            if word in homes and not may_link(folder, homes[word]):
                complain("other folder linked", f"{folder}: {target} links {word} of {homes[word]}")


def read_table(root):
    """({(service, file): layer}, {(service, file, what)} of the exceptions)."""
    layers, exceptions = {}, set()
    for line in (root / "tests/structure/service_layers.txt").read_text(encoding="utf-8").splitlines():
        words = re.sub(r"^#.*|: .*", "", line).split()  # without comments, and without the reasons of exceptions
        if words and words[0] == "except":
            _, service, what, *files = words
            exceptions |= {(service, file, what) for file in files}
        elif words:
            service, layer, *files = words
            layers.update({(service, file): layer for file in files})
    return layers, exceptions


def check_layers(root, complain):
    layers, exceptions = read_table(root)
    seen, used = set(), set()
    for name, text in sources(root, ("services",)):
        _, service, rest = name.split("/", 2)
        file = re.sub(r"\.\w+$", "", rest)
        layer = layers.get((service, file))
        seen.add((service, file))
        if layer is None:
            complain("no layer", f"{name}: say in tests/structure/service_layers.txt which layer it is")
            continue
        headers = INCLUDE.findall(text)
        for header in headers:
            other = re.match(rf"services/{service}/(.+)\.h$", header)
            below = layers.get((service, other[1])) if other else None
            if below and LAYERS.index(below) < LAYERS.index(layer):
                complain("upwards", f"{name}, which is {layer}, includes {header}, which is {below}")
        code = re.sub(r"//.*|^\s*#.*", "", text, flags=re.M)
        for what in FORBIDDEN.get(layer, []):
            if not any(h.startswith(what) for h in headers) and not re.search(rf"\b{what}\b", code):
                continue
            excused = {(service, file, what), (service, file, GOES_WITH.get(what))} & exceptions
            used |= excused
            if not excused:
                complain(f"{layer} {what}", f"{name}, which is {layer}, knows {what}")
    for service, file in sorted(layers.keys() - seen):
        complain("no file", f"service_layers.txt names {service}/{file}, which is not there")
    for service, file, what in sorted(exceptions - used):
        complain("no exception", f"service_layers.txt excuses {service}/{file} from {what}, which it does not need")


def check_folders(root, complain):
    for top in ("common", "services"):
        for folder in sorted((root / top).iterdir()):
            if folder.is_dir() and not (folder / "README.md").exists():
                complain("no README", f"{folder.relative_to(root)} has no README.md")
    for main in sorted((root / "services").glob("*/main.cc")):
        lines = len(main.read_text(encoding="utf-8").splitlines())
        if lines >= MAIN_LINES_MAX:
            complain("long main", f"{main.relative_to(root)} has {lines} lines; under {MAIN_LINES_MAX} is the rule")


def check(root):
    """(rule, text) for everything that is wrong."""
    complaints = []
    for part in (check_includes, check_links, check_layers, check_folders):
        part(root, lambda rule, text: complaints.append((rule, text)))
    return complaints


if __name__ == "__main__":
    checks.run(check)
