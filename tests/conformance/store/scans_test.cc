#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/base/strings.h"
#include "tests/conformance/store/engines.h"
#include "tests/testing/store_words.h"

namespace nwd::store {
namespace {

using ::testing::ElementsAre;
using testing::Entries;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::Put;
using testing::Scan;
using testing::Update;

class Scans : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Engine, Scans, ::testing::ValuesIn(Engines()), EngineName);

TEST_P(Scans, MeetKeysInOrderBothWaysWithinTheirBounds) {
  for (const char* key : {"d", "a", "c", "b", "e"}) ASSERT_TRUE(Put(*store_, key, Cat(key, key)).ok());
  EXPECT_THAT(Scan(*store_, {"b", "e"}), ElementsAre(Pair("b", "bb"), Pair("c", "cc"), Pair("d", "dd")));
  EXPECT_THAT(Scan(*store_, {"b", "e"}, Direction::kBackward),
              ElementsAre(Pair("d", "dd"), Pair("c", "cc"), Pair("b", "bb")));
  EXPECT_THAT(Scan(*store_, {"d", ""}), ElementsAre(Pair("d", "dd"), Pair("e", "ee")));
  EXPECT_THAT(Scan(*store_, {"d", ""}, Direction::kBackward), ElementsAre(Pair("e", "ee"), Pair("d", "dd")));
  EXPECT_EQ(Scan(*store_, {"", ""}).size(), 5u);
}

TEST_P(Scans, OfEmptyAndBackwardRangesMeetNothing) {
  ASSERT_TRUE(Put(*store_, "b", "1").ok());
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    EXPECT_THAT(Scan(*store_, {"b", "b"}, direction), IsEmpty());
    EXPECT_THAT(Scan(*store_, {"c", "a"}, direction), IsEmpty());
    EXPECT_THAT(Scan(*store_, {"bbb", "c"}, direction), IsEmpty());
    const auto within = Update(*store_, [&](Txn& txn) -> absl::StatusOr<Entries> {
      txn.Put("bb", "2");
      return Scan(txn, {"c", "a"}, direction);
    });
    EXPECT_THAT(*within, IsEmpty());
  }
}

TEST_P(Scans, StopWhenTheVisitorSaysSo) {
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(Put(*store_, key, "1").ok());
  int met = 0;
  ASSERT_TRUE(testing::View(*store_, [&](const Reader& reader) {
                met = 0;
                return reader.Scan({"", ""}, Direction::kForward, [&](std::string_view, std::string_view) {
                  return ++met == 2 ? Visit::kStop : Visit::kContinue;
                });
              }).ok());
  EXPECT_EQ(met, 2);
}

TEST_P(Scans, OfAPrefixEndWhereItEndsEvenAtTheHighestByte) {
  const std::string high = "p\xff", highest = "\xff\xff";
  for (const std::string& key :
       {std::string("p"), std::string("pa"), high, high + "x", std::string("q"), highest, highest + "z"}) {
    ASSERT_TRUE(Put(*store_, key, "1").ok());
  }
  EXPECT_THAT(Scan(*store_, PrefixRange(high)), ElementsAre(Pair(high, "1"), Pair(high + "x", "1")));
  EXPECT_THAT(Scan(*store_, PrefixRange("p")).size(), 4u);
  EXPECT_THAT(Scan(*store_, PrefixRange(highest)), ElementsAre(Pair(highest, "1"), Pair(highest + "z", "1")));
  EXPECT_THAT(Scan(*store_, PrefixRange(highest), Direction::kBackward),
              ElementsAre(Pair(highest + "z", "1"), Pair(highest, "1")));
}

TEST_P(Scans, InsideATransactionShowItsOwnWritesOverWhatIsThere) {
  for (const char* key : {"a", "c", "e", "g"}) ASSERT_TRUE(Put(*store_, key, "old").ok());
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    auto seen = Update(*store_, [&](Txn& txn) -> absl::StatusOr<Entries> {
      txn.Put("b", "new");
      txn.Put("c", "new");
      txn.Delete("e");
      txn.Put("f", "new");
      txn.Delete("f");
      txn.Put("h", "new");
      return Scan(txn, {"a", "h"}, direction);
    });
    if (direction == Direction::kBackward) std::reverse(seen->begin(), seen->end());
    EXPECT_THAT(*seen, ElementsAre(Pair("a", "old"), Pair("b", "new"), Pair("c", "new"), Pair("g", "old")));
    ASSERT_TRUE(Put(*store_, "e", "old").ok());
    ASSERT_TRUE(Update(*store_, [](Txn& txn) {
                  for (const char* key : {"b", "h"}) txn.Delete(key);
                  txn.Put("c", "old");
                  return absl::OkStatus();
                }).ok());
  }
}

// Many updates at once, so that an engine that batches has earlier ones still pending: each must see exactly those
// before it.
TEST_P(Scans, ShowTheEffectsOfEveryTransactionBefore) {
  constexpr int kUpdates = 200;
  testing::RunTogether(kUpdates, [&](int i) -> async::Task<void> {
    auto body = [i](Txn& txn) -> absl::StatusOr<size_t> {
      const Entries found = Scan(txn, PrefixRange("seat-"), i % 2 == 0 ? Direction::kForward : Direction::kBackward);
      txn.Put(Cat("seat-", absl::Dec(found.size(), absl::kZeroPad5)), Cat(i));
      return found.size();
    };
    const absl::StatusOr<size_t> result = co_await store_->Update(body);
    EXPECT_TRUE(result.ok()) << result.status();
  });
  EXPECT_EQ(Scan(*store_, PrefixRange("seat-")).size(), static_cast<size_t>(kUpdates));
}

TEST_P(Scans, MayDeleteWhatTheyMeet) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Put(*store_, Cat("k", absl::Dec(i, absl::kZeroPad2)), "1").ok());
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    const auto met = Update(*store_, [&](Txn& txn) -> absl::StatusOr<int> {
      int count = 0;
      txn.Put("k05", "mine");
      NWD_RETURN_IF_ERROR(txn.Scan({"k", "l"}, direction, [&](std::string_view key, std::string_view) {
        ++count;
        txn.Delete(key);
        return Visit::kContinue;
      }));
      if (!Scan(txn, {"k", "l"}).empty()) return absl::InternalError("something was left");
      if (direction == Direction::kForward) return absl::AbortedError(Cat(count));
      return count;
    });
    if (direction == Direction::kForward) {
      EXPECT_EQ(met.status(), absl::AbortedError("20"));
    } else {
      EXPECT_EQ(*met, 20);
    }
  }
  EXPECT_THAT(Scan(*store_, {"", ""}), IsEmpty());
}

// An ordered map is the oracle: random writes and deletions, in transactions some of which fail, with scans in between.
TEST_P(Scans, AgreeWithAnOrderedMapWhateverIsWritten) {
  std::mt19937 random(20240607);
  std::map<std::string, std::string> expected;
  auto any_key = [&] { return Cat("k", absl::Dec(random() % 40, absl::kZeroPad2)); };
  for (int round = 0; round < 150; ++round) {
    const uint32_t seed = random();
    std::map<std::string, std::string> after;
    bool agreed = true;
    const absl::Status result = Update(*store_, [&](Txn& txn) -> absl::Status {
      random.seed(seed);  // the same body whenever it runs
      after = expected;
      for (int step = 0; step < 12; ++step) {
        const std::string key = any_key();
        if (random() % 3 == 0) {
          txn.Delete(key);
          after.erase(key);
        } else {
          txn.Put(key, Cat(round, "-", step));
          after[key] = Cat(round, "-", step);
        }
        const Range range{any_key(), random() % 4 == 0 ? "" : any_key()};
        Entries model;
        for (const auto& [k, v] : after) {
          if (k >= range.begin && (range.end.empty() || k < range.end)) model.emplace_back(k, v);
        }
        agreed = agreed && Scan(txn, range) == model;
        std::reverse(model.begin(), model.end());
        agreed = agreed && Scan(txn, range, Direction::kBackward) == model;
      }
      if (seed % 5 == 0) return absl::AbortedError("given up");
      return absl::OkStatus();
    });
    ASSERT_TRUE(agreed) << "round " << round << ", seed " << seed;
    if (result.ok()) expected = after;
    ASSERT_EQ(Scan(*store_, {"", ""}), Entries(expected.begin(), expected.end())) << "round " << round;
  }
}

}  // namespace
}  // namespace nwd::store
