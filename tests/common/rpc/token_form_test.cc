#include "common/rpc/token_form.h"

#include <gtest/gtest.h>

#include "common/tokens/tokens.h"
#include "nwd/referral/v1/referral_service.pb.h"

namespace nwd::rpc {
namespace {

TEST(TokenForm, WhatATokenCannotBeIsNamedByItsField) {
  referral::v1::ListReferralsRequest list;
  for (const char* bad : {"%%%", "abc", "not a token, though it is as long as a token would be"}) {
    list.set_page_token(bad);
    const absl::Status status = CheckTokenForm(list);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad;
    EXPECT_EQ(status.message().substr(0, 11), "page_token:");
  }
}

TEST(TokenForm, WhatMayBeOneIsLeftToTheHandler) {
  const tokens::Tokens tokens(std::string(32, 'k'));
  referral::v1::ListReferralsRequest list;
  EXPECT_TRUE(CheckTokenForm(list).ok());
  list.set_page_token(tokens.Seal("scope", ""));
  EXPECT_TRUE(CheckTokenForm(list).ok()) << "the shortest there is";
  EXPECT_TRUE(CheckTokenForm(referral::v1::CreateReferralRequest()).ok()) << "has neither";
}

}  // namespace
}  // namespace nwd::rpc
