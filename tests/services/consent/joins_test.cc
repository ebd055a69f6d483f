#include "services/consent/joins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/async/block_on.h"
#include "common/store_memory/memory_store.h"
#include "services/consent/limits.h"

namespace nwd::consent::joins {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class JoinsTest : public ::testing::Test {
 protected:
  bool JoinTwo(const ids::Uuid& a, const ids::Uuid& b) {
    return *async::BlockOn(store_.Update([&](store::Txn& txn) { return Join(txn, a, b); }));
  }
  // From whom.
  std::optional<ids::Uuid> SplitOne(const ids::Uuid& a) {
    return *async::BlockOn(store_.Update([&](store::Txn& txn) { return Split(txn, a); }));
  }
  std::vector<ids::Uuid> Family(const ids::Uuid& a) {
    return *async::BlockOn(store_.View([&](const store::Reader& reader) { return FamilyOf(reader, a); }));
  }
  store::MemoryStore store_;
  const ids::Uuid a_ = ids::Uuid::Random(), b_ = ids::Uuid::Random(), c_ = ids::Uuid::Random();
};

TEST_F(JoinsTest, WhoeverIsJoinedToNobodyIsAlone) {
  EXPECT_THAT(Family(a_), ElementsAre(a_));
  EXPECT_FALSE(SplitOne(a_).has_value());
}

TEST_F(JoinsTest, AFamilyIsTheSameFromEachOfItsIds) {
  EXPECT_TRUE(JoinTwo(b_, a_));
  EXPECT_TRUE(JoinTwo(c_, b_));
  for (const ids::Uuid& id : {a_, b_, c_}) {
    EXPECT_THAT(Family(id), UnorderedElementsAre(a_, b_, c_));
    EXPECT_EQ(Family(id).front(), id);
  }
}

TEST_F(JoinsTest, JoiningWhoAreOneAlreadyChangesNothing) {
  EXPECT_TRUE(JoinTwo(b_, a_));
  EXPECT_TRUE(JoinTwo(a_, b_));
  ASSERT_EQ(SplitOne(b_), a_);
  EXPECT_THAT(Family(a_), ElementsAre(a_));
}

TEST_F(JoinsTest, WhomEitherWasJoinedToOtherwiseStaysWithThem) {
  const ids::Uuid d = ids::Uuid::Random();
  EXPECT_TRUE(JoinTwo(b_, a_));
  EXPECT_TRUE(JoinTwo(d, c_));
  EXPECT_TRUE(JoinTwo(b_, c_));
  EXPECT_THAT(Family(a_), UnorderedElementsAre(a_, b_, c_, d));
  EXPECT_EQ(SplitOne(c_), b_);
  EXPECT_THAT(Family(a_), UnorderedElementsAre(a_, b_));
  EXPECT_THAT(Family(d), UnorderedElementsAre(c_, d));
}

TEST_F(JoinsTest, ASplitUndoesTheLatestJoinOfThePersonNamedAndNoOther) {
  EXPECT_TRUE(JoinTwo(b_, a_));
  EXPECT_TRUE(JoinTwo(b_, c_)) << "b was joined already, and joins again: the wrong one, say";
  EXPECT_EQ(SplitOne(b_), c_);
  EXPECT_THAT(Family(b_), UnorderedElementsAre(a_, b_));
  EXPECT_TRUE(JoinTwo(c_, b_));
  EXPECT_EQ(SplitOne(a_), b_) << "a was never said to be c";
  EXPECT_THAT(Family(b_), UnorderedElementsAre(b_, c_));
}

TEST_F(JoinsTest, SplitAgainAndAgainAPersonStandsAlone) {
  EXPECT_TRUE(JoinTwo(b_, a_));
  EXPECT_TRUE(JoinTwo(c_, a_));
  EXPECT_EQ(SplitOne(a_), c_);
  EXPECT_EQ(SplitOne(a_), b_);
  EXPECT_FALSE(SplitOne(a_).has_value());
  EXPECT_THAT(Family(a_), ElementsAre(a_));
}

TEST_F(JoinsTest, AFamilyIsBounded) {
  for (size_t i = 1; i < kFamilyMax; ++i) EXPECT_TRUE(JoinTwo(ids::Uuid::Random(), a_));
  EXPECT_FALSE(JoinTwo(b_, a_));
  EXPECT_EQ(Family(a_).size(), kFamilyMax);
  EXPECT_THAT(Family(b_), ElementsAre(b_));
}

}  // namespace
}  // namespace nwd::consent::joins
