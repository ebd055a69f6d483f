#include "tests/testing/temp_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "common/base/check.h"

namespace nwd::testing {

TempFolder::TempFolder() : path_(::testing::TempDir() + "nwd-XXXXXX") { NWD_CHECK(mkdtemp(path_.data()) != nullptr); }

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace nwd::testing
