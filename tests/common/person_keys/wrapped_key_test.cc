#include "common/person_keys/wrapped_key.h"

#include <gtest/gtest.h>

namespace nwd::person_keys {
namespace {

const crypto::AeadKey kWrapping(std::string(32, 'w'));
const ids::Uuid kPerson = *ids::Uuid::Parse("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");

TEST(WrappedKey, LiesUnderTheseBytes) {
  EXPECT_EQ(WrappedKeyRow(kPerson), "P\x3f\x0c\x2c\x1e\x8a\x4b\x4c\x2d\x9d\x57\x0d\x1f\x2b\x3c\x4d\x5e");
}

TEST(WrappedKey, IsFormatOneAndSixtyBytesAndOpens) {
  const std::string wrapped = WrapNewKey(kWrapping, kPerson);
  EXPECT_EQ(wrapped.size(), 61u);
  EXPECT_EQ(wrapped[0], 1);
  const absl::StatusOr<PersonKey> first = Unwrap(kWrapping, kPerson, wrapped);
  const absl::StatusOr<PersonKey> again = Unwrap(kWrapping, kPerson, wrapped);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ((*again)->Open((*first)->Seal("text", "data"), "data").value(), "text");
}

TEST(WrappedKey, OfAnotherPersonUnderAnotherHubKeyOrDamagedIsDataLoss) {
  std::string wrapped = WrapNewKey(kWrapping, kPerson);
  EXPECT_EQ(Unwrap(kWrapping, ids::Uuid::Random(), wrapped).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Unwrap(crypto::AeadKey(std::string(32, 'v')), kPerson, wrapped).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(Unwrap(kWrapping, kPerson, "").status().code(), absl::StatusCode::kDataLoss);
  wrapped[0] = 2;
  EXPECT_EQ(Unwrap(kWrapping, kPerson, wrapped).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace nwd::person_keys
