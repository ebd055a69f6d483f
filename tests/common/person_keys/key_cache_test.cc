#include "common/person_keys/key_cache.h"

#include <gtest/gtest.h>

namespace nwd::person_keys {
namespace {

// Ids of one shard.
ids::Uuid Id(int number) {
  std::string bytes(ids::Uuid::kSizeBytes, '\0');
  bytes[0] = static_cast<char>(number);
  return *ids::Uuid::FromBytes(bytes);
}

PersonKey Key() { return std::make_shared<const crypto::AeadKey>(std::string(32, 'k')); }

constexpr size_t kTwoInEachShard = 2 * 64;

TEST(KeyCache, TheLeastRecentlyUsedGoesFirst) {
  KeyCache cache(kTwoInEachShard);
  for (const int number : {1, 2}) cache.Insert(Id(number), Key(), 0);
  EXPECT_NE(cache.Find(Id(1)), nullptr);
  cache.Insert(Id(3), Key(), 0);
  EXPECT_NE(cache.Find(Id(1)), nullptr);
  EXPECT_EQ(cache.Find(Id(2)), nullptr);
  EXPECT_NE(cache.Find(Id(3)), nullptr);
}

TEST(KeyCache, HoldsNoMoreThanItsBoundHoweverManyCome) {
  KeyCache cache(kTwoInEachShard);
  for (int number = 0; number < 200; ++number) cache.Insert(Id(number), Key(), 0);
  int held = 0;
  for (int number = 0; number < 200; ++number) held += cache.Find(Id(number)) != nullptr;
  EXPECT_EQ(held, 2);
}

TEST(KeyCache, TheFirstOfTwoInsertedStays) {
  KeyCache cache(kTwoInEachShard);
  const PersonKey first = cache.Insert(Id(1), Key(), 0);
  EXPECT_EQ(cache.Insert(Id(1), Key(), 0), first);
}

TEST(KeyCache, ADestroyedKeyIsGoneAndWhatWasReadBeforeDoesNotComeBack) {
  KeyCache cache(kTwoInEachShard);
  const uint64_t before = cache.Epoch(Id(1));
  cache.Insert(Id(1), Key(), before);
  cache.Destroyed(Id(1));
  EXPECT_EQ(cache.Find(Id(1)), nullptr);
  EXPECT_NE(cache.Insert(Id(1), Key(), before), nullptr);
  EXPECT_EQ(cache.Find(Id(1)), nullptr);
  cache.Insert(Id(1), Key(), cache.Epoch(Id(1)));
  EXPECT_NE(cache.Find(Id(1)), nullptr);
}

}  // namespace
}  // namespace nwd::person_keys
