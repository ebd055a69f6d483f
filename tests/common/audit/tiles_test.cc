#include "common/audit/tiles.h"

#include <gtest/gtest.h>

namespace nwd::audit {
namespace {

TEST(Tiles, AreNamedAsTheSpecificationNamesThem) {
  EXPECT_EQ(TilePath({.level = 0, .index = 0}), "tile/0/000");
  EXPECT_EQ(TilePath({.level = 1, .index = 67, .width = 8}), "tile/1/067.p/8");
  EXPECT_EQ(TilePath({.level = 0, .index = 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(BundlePath({.index = 1234067, .width = 255}), "tile/entries/x001/x234/067.p/255");
}

TEST(Tiles, EachNameReadsBack) {
  for (const uint64_t index : {0ul, 1ul, 999ul, 1000ul, 999'999ul, 1'000'000ul, 18'446'744'073'709'551ul}) {
    for (const int width : {1, 255, 256}) {
      const Tile tile{3, index, width};
      EXPECT_EQ(ParseTilePath(TilePath(tile)), tile);
      const Bundle bundle{index, width};
      EXPECT_EQ(ParseBundlePath(BundlePath(bundle)), bundle);
    }
  }
}

TEST(Tiles, ThereIsNoOtherNameForOne) {
  for (const char* path : {"tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000/001",
                           "tile/0/001/002",
                           "tile/0/x1/234",
                           "tile/8/000",
                           "tile/63/000",
                           "tile/-1/000",
                           "tile/00/000",
                           "tile/0/",
                           "tile/0",
                           "tile/",
                           "",
                           "tile/0/001.p/0",
                           "tile/0/001.p/256",
                           "tile/0/001.p/08",
                           "tile/0/001.p/",
                           "tile/0/001.p/-1",
                           "tile/0/001.p/1/",
                           "tile/0/001/",
                           "/tile/0/001",
                           "tile//001",
                           "tile/0/../0/001",
                           "tile/0/%30%30%31",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                           "tile/0/+01",
                           "tile/0/ 01",
                           "tile/0/001.p/1.p/1",
                           "tile/0/x001x234/067"}) {
    EXPECT_FALSE(ParseTilePath(path).has_value()) << path;
  }
  for (const char* path : {"tile/entries/1", "tile/entries/", "tile/entries/x001/1", "tile/entries/001.p/256",
                           "tile/entries/../entries/001", "tile/0/001"}) {
    EXPECT_FALSE(ParseBundlePath(path).has_value()) << path;
  }
}

TEST(Tiles, HaveAsManyHashesAsTheLogMakesFull) {
  EXPECT_EQ(WidthIn(0, 0, 0), 0);
  EXPECT_EQ(WidthIn(1, 0, 0), 1);
  EXPECT_EQ(WidthIn(256, 0, 0), 256);
  EXPECT_EQ(WidthIn(256, 0, 1), 0);
  EXPECT_EQ(WidthIn(257, 0, 1), 1);
  EXPECT_EQ(WidthIn(255, 1, 0), 0);
  EXPECT_EQ(WidthIn(65'537, 1, 0), 256);
  EXPECT_EQ(WidthIn(65'537, 1, 1), 0);
  EXPECT_EQ(WidthIn(65'537, 2, 0), 1);
  EXPECT_EQ(WidthIn(~0ul, kTileLevelMax, 0), 255);
  EXPECT_EQ(WidthIn(65'537, 0, ~0ul), 0);
}

TEST(Tiles, ABundleIsReadAsItWasWrittenOrNotAtAll) {
  std::string bundle;
  const std::string large(kEntryBytesMax, 'x');
  for (const std::string& entry : {std::string("one"), std::string(), large}) AddToBundle(entry, bundle);
  const auto entries = EntriesIn(bundle, 3);
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ((*entries)[0], "one");
  EXPECT_EQ((*entries)[1], "");
  EXPECT_EQ((*entries)[2], large);
  EXPECT_EQ(EntriesIn(bundle, 2).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(EntriesIn(bundle + "\x01", 3).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(EntriesIn(bundle.substr(0, bundle.size() - 1), 3).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace nwd::audit
