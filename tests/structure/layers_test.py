#!/usr/bin/env python3
"""Every rule of layers.py fires at what it forbids, and at nothing else. Standard library only."""
import unittest

import checks
import layers

# A project in which nothing is wrong. Every plant changes or adds a file of it.
GOOD = {
    "common/base/README.md": "What lives here.\n",
    "common/base/base.h": "#include <string>\n",
    "common/base/CMakeLists.txt": "nwd_library(nwd_base SRCS base.cc DEPS absl::strings)  # links no gRPC::grpc++\n",
    "services/a/README.md": "What lives here.\n",
    "services/a/CMakeLists.txt": "nwd_storage_proto(a)\n"
                                 "nwd_library(nwd_service_a SRCS work.cc DEPS nwd_a_storage nwd_base)\n"
                                 "nwd_program(nwd-a GRPC SRCS main.cc DEPS nwd_service_a nwd_store_rocksdb)\n",
    "services/a/main.cc": '#include "services/a/handlers.h"\n#include "common/http/http_server.h"\n',
    "services/a/handlers.h": '#include "services/a/work.h"\n#include "common/rpc/router.h"\n',
    "services/a/work.h": '#include "services/a/rows.h"\n// Not rpc::Call.\n#include "common/async/task.h"\n',
    "services/a/rows.h": '#include "services/a/sums.h"\n#include "common/store/store.h"\n',
    "services/a/sums.h": '#include "common/base/base.h"\nusing rpc::CallOptions;\n',
    "services/a/excused.h": '#include "common/rpc/call.h"\nvoid F(rpc::Call& call);\n',
    "services/b/README.md": "What lives here.\n",
    "services/b/CMakeLists.txt": "nwd_library(nwd_service_b SRCS b.cc)\n",
    "services/b/b.h": "",
    "deploy/CMakeLists.txt": "nwd_library(nwd_deploy SRCS d.cc DEPS nwd_base nlohmann_json::nlohmann_json)\n",
    "tests/CMakeLists.txt": "nwd_test(nwd_a_test SRCS a_test.cc DEPS nwd_service_a nwd_store_memory nwd_store_rocksdb)\n",
    "tests/structure/service_layers.txt": "# A comment.\na main main\na rpc handlers\na domain work excused\n"
                                          "a repository rows\na values sums\nb values b\n\n"
                                          "except a rpc::Call excused: it has its reasons\n",
}
FILE_OF = {"domain": "services/a/work.h", "repository": "services/a/rows.h", "values": "services/a/sums.h"}
TABLE = "tests/structure/service_layers.txt"


def knows(what):
    """A line of code that knows it."""
    if "::" in what:
        return f"void F({what}& it);\n"
    return f'#include "{what if what.endswith(".h") else what + "x.h"}"\n'


def plants():
    """(rule, file, what is written at its end) for each rule."""
    for prefix in layers.OUTSIDE:
        yield f"outside {prefix}", "services/b/b.h", f'#include "{prefix}x.h"\n'
        yield f"outside {prefix}", "services/b/b.h", f"  #  include <{prefix}x.h>\n"
    for prefix in layers.INSIDE:
        yield f"inside {prefix}", "common/base/base.h", f'#include "{prefix}x.h"\n'
    for prefix in layers.LINKS:
        yield f"link {prefix}", "services/b/CMakeLists.txt", f"nwd_library(nwd_x DEPS\n  {prefix}x)\n"
        yield f"link {prefix}", "services/b/CMakeLists.txt", f"nwd_program(nwd_x PRIVATE_DEPS {prefix}x)\n"
    for layer, forbidden in layers.FORBIDDEN.items():
        for what in forbidden:
            yield f"{layer} {what}", FILE_OF[layer], knows(what)
    yield "link gRPC::", "services/a/CMakeLists.txt", "nwd_program(nwd_x DEPS gRPC::grpc++)\n"
    yield "link nwd_store_memory", "services/a/CMakeLists.txt", "nwd_program(nwd_x DEPS nwd_store_memory)\n"
    yield "engine linked", "services/a/CMakeLists.txt", "nwd_library(nwd_a_states DEPS nwd_store_rocksdb)\n"
    yield "engine linked", "common/base/CMakeLists.txt", "nwd_library(nwd_x DEPS nwd_store_rocksdb)\n"
    yield "other folder linked", "services/b/CMakeLists.txt", "nwd_library(nwd_b_states DEPS nwd_a_storage)\n"
    yield "other folder linked", "common/base/CMakeLists.txt", "nwd_library(nwd_x DEPS nwd_service_a)\n"
    yield "other folder linked", "deploy/CMakeLists.txt", "nwd_program(nwd_x DEPS nwd_service_a)\n"
    yield "other folder linked", "services/a/CMakeLists.txt", "nwd_library(nwd_x DEPS nwd_deploy)\n"
    yield "other service", "services/a/main.cc", '#include "services/b/b.h"\n'
    yield "no layer", "services/a/new.cc", ""
    yield "no file", TABLE, "a values old\n"
    yield "no exception", TABLE, "except a common/metrics/ excused: it had its reasons\n"
    yield "no exception", TABLE, "except a rpc::Call work: it had its reasons\n"
    yield "upwards", "services/a/sums.h", '#include "services/a/rows.h"\n'
    yield "upwards", "services/a/rows.h", '#include "services/a/work.h"\n'
    yield "upwards", "services/a/work.h", '#include "services/a/handlers.h"\n'
    yield "upwards", "services/a/handlers.h", '#include "services/a/main.h"\n'
    yield "no README", "common/new/new.h", ""
    yield "long main", "services/a/main.cc", "\n" * layers.MAIN_LINES_MAX


def complaints(changes):
    return checks.rules_broken(layers.check, GOOD, changes)


class LayersTest(unittest.TestCase):
    def test_nothing_is_wrong_with_a_good_project(self):
        self.assertEqual(complaints({}), set())

    def test_each_plant_is_found(self):
        for rule, name, text in plants():
            with self.subTest(rule=rule, file=name, text=text):
                self.assertIn(rule, complaints({name: GOOD.get(name, "") + text}))

    def test_every_rule_has_a_plant(self):
        self.assertEqual(layers.rules(), {rule for rule, _, _ in plants()})


if __name__ == "__main__":
    unittest.main()
