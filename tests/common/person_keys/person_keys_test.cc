#include "common/person_keys/person_keys.h"

#include <gtest/gtest.h>

#include "common/store_memory/memory_store.h"
#include "tests/testing/store_words.h"

namespace nwd::person_keys {
namespace {

const std::string kWrappingKey(32, 'w');

class PersonKeysTest : public ::testing::Test {
 protected:
  // What another start of the program would have: the same store, an empty cache.
  PersonKeys Restarted() { return PersonKeys(store_, kWrappingKey); }

  static bool Same(const PersonKey& a, const PersonKey& b) { return b->Open(a->Seal("text", "data"), "data").ok(); }

  store::MemoryStore store_;
  PersonKeys keys_{store_, kWrappingKey};
  const ids::Uuid person_ = ids::Uuid::Random();
};

TEST_F(PersonKeysTest, EnsureMakesAKeyThatStays) {
  EXPECT_EQ(keys_.Cached(person_), nullptr);
  const PersonKey key = async::BlockOn(keys_.Ensure(person_)).value();
  EXPECT_EQ(async::BlockOn(keys_.Ensure(person_)).value(), key);
  EXPECT_EQ(keys_.Cached(person_), key);
  PersonKeys restarted = Restarted();
  EXPECT_EQ(restarted.Cached(person_), nullptr);
  EXPECT_TRUE(Same(async::BlockOn(restarted.Find(person_)).value(), key));
  EXPECT_NE(restarted.Cached(person_), nullptr);
}

TEST_F(PersonKeysTest, TwoPeopleHaveTwoKeys) {
  const PersonKey one = async::BlockOn(keys_.Ensure(person_)).value();
  const PersonKey other = async::BlockOn(keys_.Ensure(ids::Uuid::Random())).value();
  EXPECT_FALSE(Same(one, other));
}

TEST_F(PersonKeysTest, ManyWhoEnsureTheSamePersonAtOnceGetOneKey) {
  std::vector<PersonKey> got(50);
  testing::RunTogether(50, [&](int i) -> async::Task<void> {
    absl::StatusOr<PersonKey> key = co_await keys_.Ensure(person_);
    got[i] = key.value();
  });
  PersonKeys restarted = Restarted();
  const PersonKey kept = async::BlockOn(restarted.Find(person_)).value();
  for (const PersonKey& key : got) EXPECT_TRUE(Same(key, kept));
}

TEST_F(PersonKeysTest, FindOfAnUnknownPersonIsNotFoundAndMakesNothing) {
  EXPECT_EQ(async::BlockOn(keys_.Find(person_)).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(testing::Scan(store_, {}).empty());
}

TEST_F(PersonKeysTest, ADestroyedKeyIsGoneFromMemoryAndStoreAndNeverComesBack) {
  const PersonKey key = async::BlockOn(keys_.Ensure(person_)).value();
  const std::string sealed = key->Seal("text", "data");
  ASSERT_TRUE(async::BlockOn(keys_.Destroy(person_)).ok());
  EXPECT_EQ(keys_.Cached(person_), nullptr);
  EXPECT_EQ(async::BlockOn(keys_.Find(person_)).status().code(), absl::StatusCode::kNotFound);
  const PersonKey fresh = async::BlockOn(keys_.Ensure(person_)).value();
  EXPECT_FALSE(fresh->Open(sealed, "data").ok());
  EXPECT_TRUE(async::BlockOn(keys_.Destroy(ids::Uuid::Random())).ok());
}

TEST_F(PersonKeysTest, ADestructionThatFailsDropsTheCachedKeyAllTheSame) {
  ASSERT_TRUE(async::BlockOn(keys_.Ensure(person_)).ok());
  store_.Break();
  EXPECT_EQ(async::BlockOn(keys_.Destroy(person_)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(keys_.Cached(person_), nullptr);
}

TEST_F(PersonKeysTest, AKeyWrappedUnderAnotherHubKeyIsDataLossAndIsNotReplaced) {
  const PersonKey key = async::BlockOn(keys_.Ensure(person_)).value();
  PersonKeys other_hub(store_, std::string(32, 'x'));
  EXPECT_EQ(async::BlockOn(other_hub.Find(person_)).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(async::BlockOn(other_hub.Ensure(person_)).status().code(), absl::StatusCode::kDataLoss);
  PersonKeys restarted = Restarted();
  EXPECT_TRUE(Same(async::BlockOn(restarted.Find(person_)).value(), key));
}

// The data's store says whether somebody is erased; here erased_ stands for its row.
class OfWhoMayBeErased : public PersonKeysTest {
 protected:
  absl::StatusOr<PersonKey> Ensure() {
    const IsErased is_erased = [this](const store::Reader&) -> absl::StatusOr<bool> {
      const bool answer = erased_;
      erased_ |= erased_after_a_look_;
      return answer;
    };
    return async::BlockOn(EnsureUnlessErased(keys_, person_, data_, is_erased));
  }

  store::MemoryStore data_;
  bool erased_ = false;
  bool erased_after_a_look_ = false;
};

TEST_F(OfWhoMayBeErased, WhoIsNotGetsTheKeyEveryoneGets) {
  const PersonKey key = Ensure().value();
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(Ensure().value(), key);
  EXPECT_EQ(async::BlockOn(keys_.Find(person_)).value(), key);
}

TEST_F(OfWhoMayBeErased, WhoIsGetsNoneAndNoneIsMade) {
  erased_ = true;
  EXPECT_EQ(Ensure().value(), nullptr);
  EXPECT_TRUE(testing::Scan(store_, {}).empty());
}

TEST_F(OfWhoMayBeErased, WhoIsErasedWhileTheKeyIsMadeLeavesNone) {
  erased_after_a_look_ = true;
  EXPECT_EQ(Ensure().value(), nullptr);
  EXPECT_EQ(keys_.Cached(person_), nullptr);
  EXPECT_TRUE(testing::Scan(store_, {}).empty());
}

TEST_F(OfWhoMayBeErased, AKeyThatCannotBeMadeIsAnErrorAndNoErasure) {
  store_.Break();
  EXPECT_EQ(Ensure().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(PersonKeysTest, NoKeyLiesInTheStoreAsItIs) {
  ASSERT_TRUE(async::BlockOn(keys_.Ensure(person_)).ok());
  const testing::Entries rows = testing::Scan(store_, {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].second.size(), 61u);
}

}  // namespace
}  // namespace nwd::person_keys
