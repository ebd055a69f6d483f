#include "common/identifiers/contact.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nwd::identifiers {
namespace {

TEST(Phone, IsNormalisedToItsInternationalForm) {
  for (const char* text : {"020 7946 0018", "02079460018", "(020) 7946-0018", "+44 20 7946 0018", "+44 (0)20 7946 0018",
                           "0044 20 7946 0018", "020.7946.0018"}) {
    EXPECT_EQ(CheckPhone(text).value, "+442079460018") << text;
  }
  EXPECT_EQ(CheckPhone("07700 900123").value, "+447700900123");
  EXPECT_EQ(CheckPhone("0800 1111").value, "+448001111") << "the oldest free numbers are short";
  EXPECT_EQ(CheckPhone("01204 12345").value, "+44120412345") << "some areas have one digit less";
}

TEST(Phone, ThatCannotBeDialledIsRefused) {
  for (const char* text : {"", "0", "+44", "7700 900123", "020 7946 001", "020 7946 00180", "999", "+33 1 23 45 67 89",
                           "07700 90O123", "040 7946 0018", "tel: 020 7946 0018", "00447", "٠٢٠٧٩٤٦٠٠١٨"}) {
    EXPECT_FALSE(CheckPhone(text).ok()) << text;
  }
}

TEST(Email, KeepsItsLocalPartAndLowersItsDomain) {
  EXPECT_EQ(CheckEmail(" Ada.Lovelace@Example.ORG ").value, "Ada.Lovelace@example.org");
  for (const char* text :
       {"a@b.co", "o'brien+work@example.org", "jürgen@example.org", "a@bücher.example", "a@x-y.example.org"}) {
    EXPECT_TRUE(CheckEmail(text).ok()) << text;
  }
}

TEST(Email, ThatCannotBeReachedIsRefused) {
  for (const char* text :
       {"", "a", "@example.org", "a@", "a@example", "a@b@c.org", "a b@example.org", "a@exa mple.org", "a@.org",
        "a@example.", "a@-x.org", "a..b@example.org", ".a@example.org", "<a@example.org>"}) {
    EXPECT_FALSE(CheckEmail(text).ok()) << text;
  }
}

TEST(Email, HasALimitToEachOfItsParts) {
  EXPECT_TRUE(CheckEmail(absl::StrCat(std::string(64, 'a'), "@example.org")).ok());
  EXPECT_FALSE(CheckEmail(absl::StrCat(std::string(65, 'a'), "@example.org")).ok());
  EXPECT_TRUE(CheckEmail(absl::StrCat("a@", std::string(63, 'b'), ".org")).ok());
  EXPECT_FALSE(CheckEmail(absl::StrCat("a@", std::string(64, 'b'), ".org")).ok());
  EXPECT_FALSE(CheckEmail(absl::StrCat("a@", absl::StrJoin(std::vector<std::string>(130, "b"), "."), ".org")).ok());
}

}  // namespace
}  // namespace nwd::identifiers
