// Rules declared beside fields are enforced for every shape they have.
#include "common/rpc/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/formats.h"
#include "common/rpc/language_tag.h"
#include "google/rpc/error_details.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "tests/testing/echo_service.pb.h"

namespace nwd::rpc {
namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilSecond(2026, 3, 2, 12, 0, 0), absl::UTCTimeZone());

std::vector<std::string> Violated(const google::protobuf::Message& message) {
  const absl::Status status = Validate(message, kNow);
  std::vector<std::string> fields;
  if (status.ok()) return fields;
  google::rpc::BadRequest bad;
  EXPECT_TRUE(bad.ParseFromString(std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest"))));
  for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  return fields;
}

consent::v1::CreateConsentRequest Good() {
  consent::v1::CreateConsentRequest request;
  request.set_person_ref("p1_abcdefghijklmnopqrstuvwxyz");
  auto& terms = *request.mutable_terms();
  terms.set_purpose(common::v1::PURPOSE_REFERRAL);
  auto& category = *terms.add_categories();
  category.set_category(common::v1::CATEGORY_IDENTITY);
  category.set_necessity("to know whom to expect");
  terms.add_recipient_organisation_ids("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");
  terms.set_mode(consent::v1::SHARING_MODE_VIEW);
  terms.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(kNow + absl::Hours(24)));
  terms.set_method(consent::v1::CAPTURE_METHOD_SPOKEN);
  terms.set_language("en");
  terms.set_text_sha256("0a");
  return request;
}

TEST(Validation, AWellFormedRequestPasses) { EXPECT_THAT(Violated(Good()), ::testing::IsEmpty()); }

TEST(Validation, NestedAndListedFieldsAreNamedByPath) {
  auto request = Good();
  request.mutable_terms()->mutable_categories(0)->clear_necessity();
  request.mutable_terms()->add_recipient_organisation_ids("ABC");
  request.mutable_terms()->set_text_sha256("XYZ");
  EXPECT_THAT(Violated(request),
              ::testing::UnorderedElementsAre("terms.categories[0].necessity", "terms.recipient_organisation_ids[1]",
                                              "terms.text_sha256"));
}

TEST(Validation, MissingRequiredFieldsAreAllNamed) {
  EXPECT_THAT(Violated(consent::v1::CreateConsentRequest()), ::testing::UnorderedElementsAre("person_ref", "terms"));
}

TEST(Validation, AnEnumValueThisBuildDoesNotKnowIsRefused) {
  auto request = Good();
  request.mutable_terms()->set_mode(static_cast<consent::v1::SharingMode>(99));
  EXPECT_THAT(Violated(request), ::testing::ElementsAre("terms.mode"));
}

TEST(Validation, EveryItemOfAListIsHeldToItsRule) {
  testing::v1::EchoRequest request;
  request.add_roles(common::v1::ROLE_AGENCY);
  request.add_numbers(10);
  request.add_ids("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");
  EXPECT_THAT(Violated(request), ::testing::IsEmpty());
  request.add_roles(static_cast<common::v1::Role>(99));
  request.add_roles(common::v1::ROLE_UNSPECIFIED);
  request.add_numbers(11);
  request.add_numbers(-1);
  request.add_numbers(std::numeric_limits<double>::quiet_NaN());
  request.add_ids("");
  EXPECT_THAT(Violated(request), ::testing::UnorderedElementsAre("roles[1]", "roles[2]", "numbers[1]", "numbers[2]",
                                                                 "numbers[3]", "ids[1]"));
}

TEST(Validation, TimesOutsideTheCalendarAndInThePastAreRefused) {
  referral::v1::BookAppointmentRequest request;
  request.set_referral_id("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");
  request.set_duration_minutes(30);
  request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(kNow - absl::Hours(2)));
  EXPECT_THAT(Violated(request), ::testing::ElementsAre("start_time"));
  request.mutable_start_time()->set_seconds(999999999999999);
  EXPECT_THAT(Violated(request), ::testing::ElementsAre("start_time"));
  request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(kNow + absl::Hours(2)));
  EXPECT_THAT(Violated(request), ::testing::IsEmpty());
}

TEST(Validation, TextHoldsLineBreaksButNoOtherControlCharacters) {
  auto request = Good();
  std::string& necessity = *request.mutable_terms()->mutable_categories(0)->mutable_necessity();
  necessity = "first line\r\n\tsecond line";
  EXPECT_THAT(Violated(request), ::testing::IsEmpty());
  for (const std::string_view bad : {std::string_view("A\x1b[31m B\a"), std::string_view("a\0b", 3),
                                     std::string_view("\x7f"), std::string_view("a\u0085b")}) {
    necessity = bad;
    EXPECT_THAT(Violated(request), ::testing::ElementsAre("terms.categories[0].necessity"));
  }
}

TEST(Validation, WhatWasFoundBeforeComesFirstAndHidesNothing) {
  status::Violations found;
  found.Add("metadata", "is missing");
  const absl::Status status = Validate(consent::v1::CreateConsentRequest(), kNow, found);
  google::rpc::BadRequest bad;
  ASSERT_TRUE(bad.ParseFromString(std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest"))));
  std::vector<std::string> fields;
  for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields, ::testing::ElementsAre("metadata", "person_ref", "terms"));
}

TEST(Formats, EveryFormatHasOneThatItRefuses) {
  for (int number = common::v1::FORMAT_UNSPECIFIED + 1; number <= common::v1::Format_MAX; ++number) {
    EXPECT_NE(WrongFormat(static_cast<common::v1::Format>(number), "?!"), "") << number;
  }
}

TEST(Formats, LanguageTagsAreThoseOfRfc5646) {
  for (const char* good :
       {"en", "pl", "EN-gb", "pt-BR", "es-419", "zh-Hant", "zh-Hant-TW", "zh-cmn-Hans-CN", "sl-rozaj-biske",
        "de-CH-1901", "de-u-co-phonebk", "en-a-bbb-x-a-ccc", "bfi", "x-whatever", "rom"}) {
    EXPECT_TRUE(IsLanguageTag(good)) << good;
  }
  for (const char* bad : {"", "e", "english", "en_GB", "en-", "-en", "en--GB", "en GB", "123", "en-toolongsubtag",
                          "en-x", "en-a", "en-GB-US", "zh-Hant-Hans", "français", "i-klingon", "x", "en-u"}) {
    EXPECT_FALSE(IsLanguageTag(bad)) << bad;
  }
}

TEST(Formats, EachShapeTakesItsOwnAndNothingElse) {
  const struct {
    common::v1::Format format;
    const char* good;
    const char* bad;
  } kCases[] = {
      {common::v1::FORMAT_UUID, "3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e", "3F0C2C1E-8A4B-4C2D-9D57-0D1F2B3C4D5E"},
      {common::v1::FORMAT_SLUG, "lambeth-adult-learning", "-lambeth"},
      {common::v1::FORMAT_DATE, "2024-02-29", "2023-02-29"},
      {common::v1::FORMAT_MONTH, "2024-02", "2024-13"},
      {common::v1::FORMAT_PERSON_REF, "p1_abcdefghijklmnopqrstuvwxyz", "p1_abcdefghijklmnopqrstuvwxy1"},
      {common::v1::FORMAT_POSTCODE, "ha9 7bh", "HA9"},
      {common::v1::FORMAT_BOROUGH, "E09000033", "E09000034"},
      {common::v1::FORMAT_HEX, "0a", "0A"},
      {common::v1::FORMAT_DATE, "1900-01-01", "1899-12-31"},
      {common::v1::FORMAT_DATE, "2199-12-31", "2200-01-01"},
      {common::v1::FORMAT_MONTH, "1900-01", "1899-12"},
      {common::v1::FORMAT_LANGUAGE, "en", "English"},
      {common::v1::FORMAT_NAME, "李", "12345"},
      {common::v1::FORMAT_NAME, "Zoë O’Brien 2", "Ada\nX"},
      {common::v1::FORMAT_NAME, "محمد", "Ada\tSample"},
      {common::v1::FORMAT_NAME, "Ada", "Ada \u202eelpmaS"},
      {common::v1::FORMAT_EMAIL, "ada@example.org", "ada"},
      {common::v1::FORMAT_COUNTRY, "GB", "gb"},
      {common::v1::FORMAT_NINO, "ab 12 34 56 c", "QQ123456C"},
      {common::v1::FORMAT_NHS_NUMBER, "999 000 0018", "9990000001"},
      {common::v1::FORMAT_ULN, "9276308686", "9276308687"},
      {common::v1::FORMAT_SPIFFE_ID, "spiffe://hub.test/org/lambeth", "spiffe://hub.test/service/consent"},
  };
  for (const auto& [format, good, bad] : kCases) {
    EXPECT_EQ(WrongFormat(format, good), "") << good;
    EXPECT_NE(WrongFormat(format, bad), "") << bad;
  }
}

}  // namespace
}  // namespace nwd::rpc
