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
  absl::StatusOr<v1::CreateTextResponse> Create(const std::string& text, const std::string& language,
                                                const std::string& translation_of = "",
                                                const std::string& version = "1") {
    v1::CreateTextRequest request;
    request.set_text(text);
    request.set_language(language);
    request.set_version(version);
    request.set_translation_of_sha256(translation_of);
    return desk_.Ask(desk_.services().text(), &TextService::CreateText, "lambeth", request);
  }
  std::string Kept(const std::string& text, const std::string& language, const std::string& translation_of = "") {
    const auto kept = Create(text, language, translation_of);
    EXPECT_TRUE(kept.ok()) << kept.status();
    return kept.ok() ? kept->text_sha256() : "";
  }
  // "pl 1234…", in order.
  std::vector<std::string> TranslationsOf(const std::string& sha256) {
    v1::GetTextRequest get;
    get.set_text_sha256(sha256);
    const auto got = desk_.Ask(desk_.services().text(), &TextService::GetText, "stranger", get);
    EXPECT_TRUE(got.ok()) << got.status();
    std::vector<std::string> words;
    for (const auto& other : got->translations()) words.push_back(Cat(other.language(), " ", other.text_sha256()));
    return words;
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

TEST_F(TextServiceTest, EachTranslationLeadsToAllTheOthers) {
  const std::string english = Kept("May we?", "en");
  const std::string polish = Kept("Czy mozemy?", "pl", english);
  const std::string bengali = Kept("Amra ki pari?", "bn", english);
  EXPECT_THAT(TranslationsOf(english), ::testing::ElementsAre(Cat("pl ", polish), Cat("bn ", bengali)));
  EXPECT_THAT(TranslationsOf(polish), ::testing::ElementsAre(Cat("en ", english), Cat("bn ", bengali)));
  EXPECT_EQ(Kept("Czy mozemy?", "pl", english), polish) << "kept again it is the same";
  EXPECT_EQ(TranslationsOf(english).size(), 2u);
  EXPECT_THAT(TranslationsOf(Kept("Unrelated.", "en")), ::testing::IsEmpty());
}

TEST_F(TextServiceTest, ATranslationIsOfTheSameVersionInAnotherLanguage) {
  const std::string english = Kept("May we?", "en");
  const std::string polish = Kept("Czy mozemy?", "pl", english);
  const std::string lone = Kept("Puis-je?", "fr");
  EXPECT_THAT(FieldsOf(Create("Oui?", "fr", std::string(64, '0')).status()),
              ::testing::ElementsAre("translation_of_sha256"));
  EXPECT_THAT(FieldsOf(Create("Oui?", "fr", "abcd").status()), ::testing::ElementsAre("translation_of_sha256"));
  EXPECT_THAT(FieldsOf(Create("Oui?", "fr", polish).status()), ::testing::ElementsAre("translation_of_sha256"))
      << "a translation of a translation";
  EXPECT_THAT(FieldsOf(Create("Oui?", "fr", english, "2").status()), ::testing::ElementsAre("version"));
  EXPECT_THAT(FieldsOf(Create("Might we?", "EN", english).status()), ::testing::ElementsAre("language"));
  EXPECT_THAT(FieldsOf(Create("Might we?", "EN", english, "2").status()),
              ::testing::ElementsAre("version", "language"));
  EXPECT_THAT(FieldsOf(Create("Czy mozemy?", "pl", lone).status()), ::testing::ElementsAre("translation_of_sha256"))
      << "it translates another text";
  EXPECT_THAT(FieldsOf(Create("May we?", "en", lone).status()), ::testing::ElementsAre("translation_of_sha256"))
      << "it has translations of its own";
  EXPECT_THAT(FieldsOf(Create("May we?", "pl").status()), ::testing::ElementsAre("language"))
      << "the same bytes in another language";
  EXPECT_EQ(TranslationsOf(english).size(), 1u);
  EXPECT_EQ(Kept("Puis-je?", "fr", english), lone) << "what was kept on its own becomes a translation";
  EXPECT_EQ(TranslationsOf(english).size(), 2u);
}

TEST_F(TextServiceTest, WhatAnotherSaysOfTheSameWordsConcernsItsOwnAlone) {
  const std::string english = Kept("May we?", "en");
  v1::CreateTextRequest request;
  request.set_text("May we?");
  request.set_language("cy");
  request.set_version("theirs");
  ASSERT_TRUE(desk_.Ask(desk_.services().text(), &TextService::CreateText, "college", request).ok());
  request.set_text("Give us everything.");
  request.set_language("pl");
  request.set_translation_of_sha256(english);
  ASSERT_TRUE(desk_.Ask(desk_.services().text(), &TextService::CreateText, "college", request).ok());
  EXPECT_THAT(FieldsOf(desk_.Ask(desk_.services().text(), &TextService::CreateText, "stranger", request).status()),
              ::testing::ElementsAre("translation_of_sha256"))
      << "it keeps no such text";

  const auto get = [&](const char* who, const char* whose) {
    v1::GetTextRequest of;
    of.set_text_sha256(english);
    if (*whose != 0) of.set_organisation_id(desk_.IdOf(whose));
    return desk_.Ask(desk_.services().text(), &TextService::GetText, who, of);
  };
  for (const char* whose : {"", "lambeth"}) {
    const auto got = get(*whose != 0 ? "stranger" : "lambeth", whose);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->text().language(), "en");
    EXPECT_EQ(got->text().organisation_id(), desk_.IdOf("lambeth"));
    EXPECT_EQ(got->translations_size(), 0);
  }
  EXPECT_EQ(get("college", "")->text().version(), "theirs");
  EXPECT_EQ(get("college", "")->translations_size(), 1);
  EXPECT_THAT(get("lambeth", "stranger"), Refused(absl::StatusCode::kNotFound, "NO_SUCH_TEXT"));
}

TEST_F(TextServiceTest, AConsentCitesATextThatItsCaptorKeeps) {
  const std::string ref = desk_.Register("college", "Ada Lovelace");
  v1::CreateConsentRequest request;
  request.set_person_ref(ref);
  *request.mutable_terms() = desk_.Terms({"lambeth"});
  request.mutable_terms()->set_text_sha256(Kept("May we?", "en"));
  EXPECT_THAT(
      FieldsOf(desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "college", request).status()),
      ::testing::ElementsAre("terms.text_sha256"));
}

}  // namespace
}  // namespace nwd::consent
