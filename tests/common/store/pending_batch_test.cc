#include "common/store/pending_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/store/limits.h"

namespace nwd::store {
namespace {

// An engine with nothing in it whose reads can be made to fail.
class Nothing final : public Committed {
 public:
  absl::StatusOr<bool> Get(std::string_view, std::string*) const override {
    if (!health.ok()) return health;
    return false;
  }
  std::unique_ptr<Cursor> Open(const Range&, Direction) const override { return std::make_unique<End>(health); }
  absl::Status health;

 private:
  class End final : public Cursor {
   public:
    explicit End(absl::Status health) : health_(std::move(health)) {}
    bool Valid() const override { return false; }
    std::string_view Key() const override { return {}; }
    std::string_view Value() const override { return {}; }
    void Next() override {}
    absl::Status Health() const override { return health_; }

   private:
    absl::Status health_;
  };
};

class PendingBatchTest : public ::testing::Test {
 protected:
  Nothing nothing_;
  PendingBatch batch_{nothing_};
};

TEST_F(PendingBatchTest, KeepsTheLastWriteOfEachKey) {
  auto put = [&](std::string_view value) {
    return batch_.Run([&](Txn& txn) {
      txn.Put("key", value);
      return absl::OkStatus();
    });
  };
  ASSERT_TRUE(put("first").ok());
  ASSERT_TRUE(put("second").ok());
  ASSERT_EQ(batch_.Writes().size(), 1u);
  EXPECT_EQ(batch_.Writes().at("key").value, "second");
}

TEST_F(PendingBatchTest, IsAsBeforeAfterABodyThatFailed) {
  ASSERT_TRUE(batch_
                  .Run([](Txn& txn) {
                    txn.Put("key", "kept");
                    txn.Append(Feed::kChanges, "kept");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_FALSE(batch_
                   .Run([](Txn& txn) {
                     txn.Delete("key");
                     txn.Append(Feed::kChanges, "never");
                     PendingBatch::Trim(txn, Feed::kChanges, 1);
                     return absl::AbortedError("no");
                   })
                   .ok());
  EXPECT_EQ(batch_.Writes().at("key").value, "kept");
  EXPECT_EQ(batch_.Appends().size(), 1u);
  EXPECT_TRUE(batch_.Trims().empty());
}

TEST_F(PendingBatchTest, FailsABodyThatOverlooksAnErrorOfReading) {
  nothing_.health = absl::DataLossError("damaged");
  const absl::Status by_key = batch_.Run([](Txn& txn) {
    std::string ignored;
    txn.Get("key", &ignored).IgnoreError();
    txn.Put("key", "decided without knowing");
    return absl::OkStatus();
  });
  EXPECT_EQ(by_key, nothing_.health);
  const absl::Status by_range = batch_.Run([](Txn& txn) {
    txn.Scan({"", ""}, Direction::kForward, [](auto, auto) { return Visit::kContinue; }).IgnoreError();
    return absl::OkStatus();
  });
  EXPECT_EQ(by_range, nothing_.health);
  EXPECT_TRUE(batch_.Empty());
}

TEST_F(PendingBatchTest, RefusesAnUpdateThatWritesTooMuch) {
  const std::string piece(kUpdateBytesMax / 2, 'x');
  const absl::Status result = batch_.Run([&](Txn& txn) {
    for (int i = 0; i < 10; ++i) txn.Append(Feed::kChanges, piece);
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsInvalidArgument(result)) << result;
  EXPECT_LE(batch_.Bytes(), kUpdateBytesMax) << "what does not fit is not held";
  EXPECT_TRUE(batch_.Empty());
}

TEST_F(PendingBatchTest, StartsAnewAfterClear) {
  const std::string large(200'000, 'x');  // longer than an arena's block
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(batch_
                    .Run([&](Txn& txn) {
                      txn.Put("large", large);
                      txn.Put("small", "1");
                      return absl::OkStatus();
                    })
                    .ok());
    EXPECT_EQ(batch_.Writes().at("large").value, large);
    EXPECT_EQ(batch_.Writes().at("small").value, "1");
    batch_.Clear();
    EXPECT_TRUE(batch_.Empty());
    EXPECT_EQ(batch_.Bytes(), 0u);
  }
}

}  // namespace
}  // namespace nwd::store
