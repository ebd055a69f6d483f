// The engines under test.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "common/store/store.h"
#include "tests/testing/temp_folder.h"

namespace nwd::store {

struct Engine {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const std::string& folder)> open;
  // What a test that needs it is skipped for.
  bool durable = true;  // what was acknowledged is there after the store was closed and opened
  bool checkpoints = true;

  friend void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }
};

std::vector<Engine> Engines();
std::string EngineName(const ::testing::TestParamInfo<Engine>& info);

// A fresh store of the engine under test.
class StoreTest : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    absl::StatusOr<std::unique_ptr<Store>> opened = GetParam().open(folder_ / "store");
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  void Reopen() {
    store_.reset();
    Open();
  }

  testing::TempFolder folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace nwd::store
