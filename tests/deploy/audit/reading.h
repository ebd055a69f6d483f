// A log of 600 entries that a service serves, and copies of its pages: for tests of who reads it as a stranger.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "common/audit/log_pages.h"
#include "common/audit/log_rows.h"
#include "common/base/strings.h"
#include "common/http/http_server.h"
#include "common/store_memory/memory_store.h"
#include "deploy/audit/log_source.h"
#include "deploy/audit/verify.h"
#include "deploy/audit/witness.h"
#include "tests/common/audit/keeper.h"
#include "tests/testing/temp_folder.h"

namespace nwd::audit {

namespace fs = std::filesystem;

// Where the log is said to be, wherever it is read from.
inline constexpr char kAddress[] = "http://log.test/audit";
inline const auto kSilent = [](uint64_t, uint64_t) {};

class Reading : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(keeper_.log().Load().ok());
    ServeLog(server_, keeper_.log());
    ASSERT_TRUE(server_.Start().ok());
    ASSERT_NO_FATAL_FAILURE(keeper_.GrowTo(600));
  }
  std::unique_ptr<LogSource> Served() { return *OpenLog(Cat("http://127.0.0.1:", server_.port(), "/audit")); }

  // Copies every page that a log has into a folder, as it is now.
  static void Copy(const Log& log, const std::string& folder) {
    const auto write = [&](const std::string& path, const std::string& content) {
      fs::create_directories(fs::path(folder) / fs::path(path).parent_path());
      std::ofstream(fs::path(folder) / path, std::ios::binary) << content;
    };
    for (int level = 0; level <= kTileLevelMax; ++level) {
      for (uint64_t index = 0; const int width = WidthIn(log.size(), level, index); ++index) {
        write(TilePath({level, index, width}), **log.ReadTile({level, index, width}));
        if (level == 0) write(BundlePath({index, width}), **log.ReadBundle({index, width}));
      }
    }
    write("checkpoint", log.checkpoint());
  }
  absl::StatusOr<Checkpoint> Verify(const std::string& folder) {
    return VerifyLog(**OpenLog(folder), keeper_.Verifiers(), kSilent);
  }
  // The same log when it had so many entries, as a backup has it.
  std::unique_ptr<store::MemoryStore> BackupOf(uint64_t size) {
    auto store = std::make_unique<store::MemoryStore>();
    Keeper keeper(*store);
    EXPECT_TRUE(keeper.log().Load().ok());
    const std::vector<store::FeedEntry> feed = *store_.ReadFeed(store::Feed::kAudit, 0, static_cast<int>(size));
    const auto append = [&](store::Txn& txn) {
      for (const store::FeedEntry& entry : feed) txn.Append(store::Feed::kAudit, entry.bytes);
      return absl::OkStatus();
    };
    EXPECT_TRUE(testing::Update(*store, append).ok());
    EXPECT_TRUE(keeper.log().Integrate().ok());
    EXPECT_EQ(keeper.log().size(), size);
    return store;
  }
  static void Flip(const std::string& file, size_t at) {
    std::fstream page(file, std::ios::in | std::ios::out | std::ios::binary);
    page.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(page.get() ^ 1);
    page.seekp(static_cast<std::streamoff>(at));
    page.put(byte);
  }

  store::MemoryStore store_;
  Keeper keeper_{store_};
  http::HttpServer server_{{}};
  testing::TempFolder folder_;
};

}  // namespace nwd::audit
