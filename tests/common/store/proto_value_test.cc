#include "common/store/proto_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nwd/common/v1/change_service.pb.h"

namespace nwd::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseValue, AValueThatDoesNotParseIsDataLossThatNamesTheTableAndNothingElseOfTheKey) {
  const absl::Status damaged = ParseValue<common::v1::Change>("cPERSON", "\xff\xff").status();
  EXPECT_EQ(damaged.code(), absl::StatusCode::kDataLoss);
  const std::string text(damaged.message());
  EXPECT_THAT(text, HasSubstr("a stored Change does not parse; table 63"));
  EXPECT_THAT(text, Not(HasSubstr("PERSON")));
  EXPECT_THAT(text, Not(HasSubstr("504552534f4e"))) << "nor in hexadecimal";
}

}  // namespace
}  // namespace nwd::store
