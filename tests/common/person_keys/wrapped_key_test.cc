#include "common/person_keys/wrapped_key.h"

#include <gtest/gtest.h>

namespace nwd::person_keys {
namespace {

const crypto::WrappingKey kRoots{1, std::string(32, 'w')}, kLater{0x01020304, std::string(32, 'l')};
const WrappingRing kOne({kRoots}), kBoth({kRoots, kLater});
const std::string kKey(32, 'k');
const ids::Uuid kPerson = *ids::Uuid::Parse("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");

TEST(WrappedKey, LiesUnderTheseBytes) {
  EXPECT_EQ(WrappedKeyRow(kPerson), "P\x3f\x0c\x2c\x1e\x8a\x4b\x4c\x2d\x9d\x57\x0d\x1f\x2b\x3c\x4d\x5e");
  EXPECT_EQ(PersonOfRow(WrappedKeyRow(kPerson)), kPerson);
  EXPECT_TRUE(PersonOfRow("P too short").is_nil());
  EXPECT_EQ(WrappingKeyRow(2), std::string("W\0\0\0\0\0\0\0\2", 9));
  EXPECT_EQ(NumberOfRow(WrappingKeyRow(2)), 2u);
}

TEST(WrappedKey, UnderTheRootIsFormatOneAndSixtyBytesAndOpens) {
  const std::string wrapped = Wrap(kOne, kPerson, kKey);
  EXPECT_EQ(wrapped.size(), 61u);
  EXPECT_EQ(wrapped[0], 1);
  EXPECT_EQ(WrappedUnder(wrapped), 1u);
  const absl::StatusOr<PersonKey> first = Unwrap(kOne, kPerson, wrapped);
  const absl::StatusOr<PersonKey> again = Unwrap(kBoth, kPerson, wrapped);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ((*again)->Open((*first)->Seal("text", "data"), "data").value(), "text");
}

TEST(WrappedKey, UnderALaterKeyIsFormatTwoWithItsNumber) {
  const std::string wrapped = Wrap(kBoth, kPerson, kKey);
  EXPECT_EQ(wrapped.size(), 65u);
  EXPECT_EQ(wrapped.substr(0, 5), "\2\1\2\3\4");
  EXPECT_EQ(WrappedUnder(wrapped), 0x01020304u);
  EXPECT_TRUE(Unwrap(kBoth, kPerson, wrapped).ok());
  EXPECT_EQ(Unwrap(kOne, kPerson, wrapped).status().code(), absl::StatusCode::kDataLoss) << "that key is not there";
}

TEST(WrappedKey, WrappedAnewIsTheSameKey) {
  const std::string wrapped = Wrap(kOne, kPerson, kKey);
  const absl::StatusOr<std::string> again = Rewrap(kBoth, kPerson, wrapped);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(WrappedUnder(*again), 0x01020304u);
  const PersonKey before = *Unwrap(kOne, kPerson, wrapped), after = *Unwrap(kBoth, kPerson, *again);
  EXPECT_EQ(after->Open(before->Seal("text", "data"), "data").value(), "text");
}

TEST(WrappedKey, OfAnotherPersonUnderAnotherHubKeyOrDamagedIsDataLoss) {
  const WrappingRing other({{1, std::string(32, 'v')}, {0x01020304, std::string(32, 'v')}});
  for (const WrappingRing* ring : {&kOne, &kBoth}) {
    std::string wrapped = Wrap(*ring, kPerson, kKey);
    const auto code = [&](const WrappingRing& with, const ids::Uuid& person) {
      return Unwrap(with, person, wrapped).status().code();
    };
    EXPECT_EQ(code(*ring, ids::Uuid::Random()), absl::StatusCode::kDataLoss);
    EXPECT_EQ(code(other, kPerson), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Rewrap(*ring, ids::Uuid::Random(), wrapped).status().code(), absl::StatusCode::kDataLoss);
    for (size_t i = 0; i < wrapped.size(); ++i) {
      wrapped[i] ^= 1;
      EXPECT_EQ(code(*ring, kPerson), absl::StatusCode::kDataLoss) << "byte " << i;
      wrapped[i] ^= 1;
    }
    for (size_t size = 0; size < wrapped.size(); ++size) {
      EXPECT_EQ(Unwrap(*ring, kPerson, wrapped.substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
    }
  }
}

}  // namespace
}  // namespace nwd::person_keys
