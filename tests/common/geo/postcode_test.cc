#include "common/geo/postcode.h"

#include <gtest/gtest.h>

namespace nwd::geo {
namespace {

TEST(Postcode, AnySpellingBecomesTheOneWrittenForm) {
  EXPECT_EQ(NormalisePostcode("sw1a1aa"), "SW1A 1AA");
  EXPECT_EQ(NormalisePostcode(" Se24  0Ln "), "SE24 0LN");
  EXPECT_EQ(NormalisePostcode("TW13 JF"), "TW1 3JF") << "a space in the wrong place, as directories have it";
  for (const char* postcode : {"E1 6BD", "E14 3PG", "W1T 6JD", "SE1 7AA", "CR0 1EA", "UB10 0PD", "EC1A 2AY"}) {
    EXPECT_EQ(NormalisePostcode(postcode), postcode);
  }
}

TEST(Postcode, WhatHasNotTheShapeIsNone) {
  for (const char* text : {"", "   ", "SE24", "SE24 0L", "SE24 0LNX", "1SE 0LN", "SE24 LNN", "SE24 0CN", "SEE4 0LN",
                           "SE24-0LN", "SE24 0L\xC3\x91", "TW13 JFF"}) {
    EXPECT_EQ(NormalisePostcode(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(Postcode, OutcodeIsItsOutwardHalf) {
  EXPECT_EQ(OutcodeOf("SW1A 1AA"), "SW1A");
  EXPECT_EQ(NormaliseOutcode(" se24"), "SE24");
  EXPECT_EQ(NormaliseOutcode("SE24 0LN"), std::nullopt);
  EXPECT_EQ(NormaliseOutcode("24SE"), std::nullopt);
}

}  // namespace
}  // namespace nwd::geo
