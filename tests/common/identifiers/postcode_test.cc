#include "common/identifiers/postcode.h"

#include <gtest/gtest.h>

namespace nwd::identifiers {
namespace {

TEST(Postcode, IsNormalised) {
  const struct {
    const char* text;
    const char* postcode;
    const char* outcode;
  } cases[] = {
      {"ha97bh", "HA9 7BH", "HA9"},     {"HA9 7BH", "HA9 7BH", "HA9"},    {" h a 9 7 b h ", "HA9 7BH", "HA9"},
      {"e16an", "E1 6AN", "E1"},        {"E17 4QH", "E17 4QH", "E17"},    {"w1a1aa", "W1A 1AA", "W1A"},
      {"SW19 5AE", "SW19 5AE", "SW19"}, {"EC1A 1BB", "EC1A 1BB", "EC1A"}, {"gir0aa", "GIR 0AA", "GIR"},
  };
  for (const auto& c : cases) {
    const Checked checked = CheckPostcode(c.text);
    EXPECT_TRUE(checked.ok()) << c.text;
    EXPECT_EQ(checked.value, c.postcode);
    EXPECT_EQ(Outcode(checked.value), c.outcode);
  }
}

TEST(Postcode, OutcodesStandOnTheirOwn) {
  EXPECT_EQ(CheckOutcode(" se24").value, "SE24");
  for (const char* text : {"", "SE24 0LN", "24SE", "S"}) EXPECT_FALSE(CheckOutcode(text).ok()) << text;
}

TEST(Postcode, OfAnotherShapeIsRefused) {
  for (const char* text : {"", "HA9", "7BH", "HA97B", "HA97BHX", "QA9 7BH", "HI9 7BH", "HA9 7CH", "HA9 7BK", "H99A 7BH",
                           "HA9A9 7BH", "12345", "HA9 BBH", "HAA 7BH", "EC1Z 1BB", "W1Z 1AA", "HA9-7BH", "ＨＡ9 7BH"}) {
    const Checked checked = CheckPostcode(text);
    EXPECT_FALSE(checked.ok()) << text << " became " << checked.value;
  }
}

}  // namespace
}  // namespace nwd::identifiers
