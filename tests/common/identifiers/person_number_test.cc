#include "common/identifiers/person_number.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace nwd::identifiers {
namespace {

TEST(Nino, IsNormalised) {
  for (const char* text : {"AB123456C", "ab123456c", "AB 12 34 56 C", " ab\t123456 C\n"}) {
    const Checked checked = CheckNino(text);
    EXPECT_TRUE(checked.ok()) << text << ": " << checked.reason;
    EXPECT_EQ(checked.value, "AB123456C");
  }
}

TEST(Nino, OfAnotherShapeIsRefused) {
  for (const char* text :
       {"", "AB12345C", "AB1234567C", "A1123456C", "AB12345XC", "AB123456E", "AB123456", "AB-123456-C", "ÄB123456C"}) {
    const Checked checked = CheckNino(text);
    EXPECT_FALSE(checked.ok()) << text;
    EXPECT_EQ(checked.value, "");
    EXPECT_NE(checked.reason.find("six digits"), std::string_view::npos) << checked.reason;
  }
}

TEST(Nino, WithAPrefixThatIsNeverUsedIsRefused) {
  for (const char letter : std::string_view("DFIQUV")) {
    EXPECT_FALSE(CheckNino(absl::StrCat(std::string(1, letter), "A123456A")).ok()) << letter << " first";
    EXPECT_FALSE(CheckNino(absl::StrCat("A", std::string(1, letter), "123456A")).ok()) << letter << " second";
  }
  for (const char* prefix : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ", "AO"}) {
    EXPECT_FALSE(CheckNino(absl::StrCat(prefix, "123456A")).ok()) << prefix;
  }
  EXPECT_TRUE(CheckNino("OA123456A").ok()) << "O may stand first";
}

TEST(NhsNumber, IsCheckedByModulus11) {
  EXPECT_EQ(CheckNhsNumber("943 476 5919").value, "9434765919");
  EXPECT_TRUE(CheckNhsNumber("4010232137").ok());
  EXPECT_TRUE(CheckNhsNumber("4505577104").ok());
  EXPECT_TRUE(CheckNhsNumber("0000000000").ok()) << "a check of 11 is written 0";
  for (const char* text : {"9434765918", "9434765910", "943476591", "94347659190", "943476591X", "", "943-476-5919"}) {
    EXPECT_FALSE(CheckNhsNumber(text).ok()) << text;
  }
}

TEST(NhsNumber, WhoseCheckWouldBeTenDoesNotExist) {
  for (char last = '0'; last <= '9'; ++last) {
    EXPECT_FALSE(CheckNhsNumber(std::string("000000006") + last).ok()) << "6 × 2 = 12, which leaves 1";
  }
}

TEST(Uln, IsCheckedByModulus11) {
  EXPECT_EQ(CheckUln("9276308686").value, "9276308686");
  EXPECT_EQ(CheckUln(" 9276 308 686 ").value, "9276308686");
  for (const char* text : {"9276308685", "9276308687", "0276308686", "927630868", "92763086860", "927630868A", ""}) {
    EXPECT_FALSE(CheckUln(text).ok()) << text;
  }
}

TEST(PersonNumber, NoneIsBothAnNhsNumberAndAUln) {
  for (int number = 1'000'000'000; number < 1'000'200'000; ++number) {
    const std::string text = std::to_string(number);
    ASSERT_FALSE(CheckNhsNumber(text).ok() && CheckUln(text).ok()) << text;
  }
}

TEST(PersonNumber, AReasonNeverRepeatsWhatWasTyped) {
  EXPECT_EQ(CheckNino("ZZ987654A").reason.find("987"), std::string_view::npos);
  EXPECT_EQ(CheckNhsNumber("9434765918").reason.find("943"), std::string_view::npos);
  EXPECT_EQ(CheckUln("9276308685").reason.find("927"), std::string_view::npos);
}

}  // namespace
}  // namespace nwd::identifiers
