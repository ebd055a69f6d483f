#include "services/consent/text_service.h"

#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

class TextServiceTest : public ::testing::Test {
 protected:
  TextServiceTest() {
    desk_.Add("lambeth");
    desk_.Add("college");
    desk_.Add("stranger");
  }
  Desk desk_;
};

TEST_F(TextServiceTest, TheSameTextHasOneName) {
  v1::CreateTextRequest request;
  request.set_text("Same words.");
  request.set_language("en");
  request.set_version("1");
  const auto first = desk_.Ask(desk_.services().text(), &TextService::CreateText, "lambeth", request);
  const auto second = desk_.Ask(desk_.services().text(), &TextService::CreateText, "college", request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->text_sha256(), second->text_sha256());
  v1::GetTextRequest get;
  get.set_text_sha256(first->text_sha256());
  EXPECT_EQ(desk_.Ask(desk_.services().text(), &TextService::GetText, "stranger", get)->text().text(), "Same words.");
  get.set_text_sha256(std::string(64, '0'));
  EXPECT_THAT(desk_.Ask(desk_.services().text(), &TextService::GetText, "stranger", get),
              Refused(absl::StatusCode::kNotFound, "NO_SUCH_TEXT"));
}

TEST_F(TextServiceTest, ARetryWithItsRequestIdKeepsOne) {
  v1::CreateTextRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.set_text("Same words.");
  request.set_language("en");
  request.set_version("1");
  const auto first = desk_.Ask(desk_.services().text(), &TextService::CreateText, "lambeth", request);
  const auto again = desk_.Ask(desk_.services().text(), &TextService::CreateText, "lambeth", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->text_sha256(), again->text_sha256());
  request.set_text("Other words.");
  EXPECT_THAT(desk_.Ask(desk_.services().text(), &TextService::CreateText, "lambeth", request),
              Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_EQ(desk_.Audited("text.created"), 1);
}

}  // namespace
}  // namespace nwd::consent
