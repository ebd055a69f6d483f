#include "common/tokens/tokens.h"

#include <gtest/gtest.h>

#include "common/crypto/limits.h"
#include "common/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"

namespace nwd::tokens {
namespace {

const std::string kKey(crypto::kKeySizeBytes, 'k');
const std::string kOtherKey(crypto::kKeySizeBytes, 'K');

template <class Result>
void ExpectInvalid(const Result& result) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status::ReasonOf(result.status()), "INVALID_TOKEN");
}

std::string FieldNamedBy(const absl::Status& status) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (!payload.has_value() || !bad.ParseFromString(std::string(*payload)) || bad.field_violations_size() != 1)
    return "";
  return bad.field_violations(0).field();
}

TEST(Tokens, ARefusalNamesTheFieldTheTokenCameIn) {
  const Tokens tokens(kKey);
  EXPECT_EQ(FieldNamedBy(tokens.Open("scope", "made-up").status()), "page_token");
  EXPECT_EQ(FieldNamedBy(tokens.Open("scope", "made-up", "match_token").status()), "match_token");
  EXPECT_EQ(FieldNamedBy(OpenCursor(tokens, "feed", "reader", "made-up").status()), "cursor");
}

TEST(Tokens, OpensWhatItSealedForTheSameScope) {
  const Tokens tokens(kKey);
  const std::string payload("a row's key \0 with any byte", 27);
  const std::string token = tokens.Seal("scope", payload);
  EXPECT_EQ(tokens.Open("scope", token).value(), payload);
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos)
      << token;
}

TEST(Tokens, DoNotShowTheirPayload) {
  const Tokens tokens(kKey);
  EXPECT_NE(tokens.Seal("scope", "payload"), tokens.Seal("scope", "payload"));
}

TEST(Tokens, RefuseAnotherScopeAnotherKeyAndEveryAlteration) {
  const Tokens tokens(kKey);
  const std::string token = tokens.Seal("scope", "payload");
  ExpectInvalid(tokens.Open("another scope", token));
  ExpectInvalid(Tokens(kOtherKey).Open("scope", token));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    ExpectInvalid(tokens.Open("scope", altered));
  }
  for (size_t length = 0; length < token.size(); ++length) ExpectInvalid(tokens.Open("scope", token.substr(0, length)));
  ExpectInvalid(tokens.Open("scope", token + "A"));
  ExpectInvalid(tokens.Open("scope", token + "="));
  ExpectInvalid(tokens.Open("scope", "not a token"));
  ExpectInvalid(tokens.Open("scope", std::string(1 << 20, 'A')));
}

TEST(PageScope, IsTheQueryWithoutItsPaging) {
  directory::v1::SearchServicesRequest request;
  request.set_text("english");
  const std::string scope = PageScope("org-1", request);

  directory::v1::SearchServicesRequest next_page = request;
  next_page.set_page_size(10);
  next_page.set_page_token("token");
  EXPECT_EQ(PageScope("org-1", next_page), scope);

  directory::v1::SearchServicesRequest another_query = request;
  another_query.set_text("maths");
  EXPECT_NE(PageScope("org-1", another_query), scope);
  EXPECT_NE(PageScope("org-2", request), scope);
}

TEST(PageScope, OfTwoMethodsDiffersWhereTheirFieldsDoNot) {
  EXPECT_NE(PageScope("org", directory::v1::ListOrganisationsRequest()),
            PageScope("org", directory::v1::SearchServicesRequest()));
}

TEST(PageSize, IsFiftyWhereNothingIsAsked) {
  EXPECT_EQ(PageSize(0), 50);
  EXPECT_EQ(PageSize(1), 1);
  EXPECT_EQ(PageSize(500), 500);
}

TEST(Cursor, NamesItsPositionToItsReaderOnItsFeedOnly) {
  const Tokens tokens(kKey);
  for (const store::Position position : {store::Position{0}, store::Position{1}, ~store::Position{0}}) {
    const std::string cursor = SealCursor(tokens, "changes", "referral", position);
    EXPECT_LE(cursor.size(), 256u);
    EXPECT_EQ(OpenCursor(tokens, "changes", "referral", cursor).value(), position);
    ExpectInvalid(OpenCursor(tokens, "changes", "outcome", cursor));
    ExpectInvalid(OpenCursor(tokens, "notices", "referral", cursor));
  }
}

TEST(Cursor, EmptyIsTheBeginning) { EXPECT_EQ(OpenCursor(Tokens(kKey), "changes", "referral", "").value(), 0u); }

TEST(Cursor, IsNoPageTokenAndAPageTokenIsNoCursor) {
  const Tokens tokens(kKey);
  const directory::v1::ListOrganisationsRequest request;
  ExpectInvalid(tokens.Open(PageScope("referral", request), SealCursor(tokens, "changes", "referral", 7)));
  ExpectInvalid(OpenCursor(tokens, "changes", "referral", tokens.Seal(PageScope("referral", request), "12345678")));
}

}  // namespace
}  // namespace nwd::tokens
