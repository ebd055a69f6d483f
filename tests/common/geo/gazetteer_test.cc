#include "common/geo/gazetteer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace nwd::geo {
namespace {

using ::testing::HasSubstr;

class GazetteerTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) /
        (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + "-" + name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  Gazetteer gazetteer_;
};

TEST_F(GazetteerTest, GivesAnExactPlaceWhereKnownAndTheOutcodesCentreElsewhere) {
  ASSERT_TRUE(
      gazetteer_.LoadOutcodes(Write("outcodes", "outcode,lat,long,borough\nSE24,51.45,-0.10,E09000022\n")).ok());
  const auto loaded = gazetteer_.LoadPostcodes(
      Write("postcodes",
            "\"pcd\",\"pcds\",\"oslaua\",\"lat\",\"long\"\n\"SE249LR\",\"SE24 9LR\",\"E09000028\",51.4531,-0.0993\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->kept, 1u);

  const auto exact = gazetteer_.Find("se249lr");
  ASSERT_TRUE(exact.has_value());
  EXPECT_TRUE(exact->exact);
  EXPECT_EQ(exact->borough, "E09000028");
  EXPECT_EQ(exact->point, (Point{51.4531, -0.0993}));

  for (const char* text : {"SE24 0LN", "se24"}) {
    const auto centre = gazetteer_.Find(text);
    ASSERT_TRUE(centre.has_value()) << text;
    EXPECT_FALSE(centre->exact);
    EXPECT_EQ(centre->borough, "E09000022");
  }
  EXPECT_EQ(gazetteer_.Find("ZE1 0AA"), std::nullopt);
  EXPECT_EQ(gazetteer_.Find("not a postcode"), std::nullopt);
}

TEST_F(GazetteerTest, CountsPostcodesItCannotUseAndThoseOutsideLondon) {
  const auto loaded = gazetteer_.LoadPostcodes(Write("postcodes",
                                                     "pcds,oslaua,lat,long\n"
                                                     "SE1 7AA,E09000022,51.49,-0.11\n"
                                                     "SE1 0ZZ,E09000022,99.999999,0.000000\n"
                                                     "TW13,E09000027,51.4,-0.3\n"
                                                     "ZE1 0AA,S12000027,60.1,-1.1\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->kept, 1u);
  EXPECT_EQ(loaded->unusable, 2u);
  EXPECT_EQ(loaded->outside, 1u);
  EXPECT_THAT(loaded->first_unusable, HasSubstr("row 2: \"99.999999\", \"0.000000\" is not a point"));
  EXPECT_EQ(gazetteer_.postcodes(), 1u);
}

TEST_F(GazetteerTest, ABrokenOutcodeFileNamesFileAndLine) {
  const auto status = gazetteer_.LoadOutcodes(
      Write("outcodes", "outcode,lat,long,borough\nSE24,51.45,-0.10,E09000022\nSE24,51,0,E09\n"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("outcodes:3: outcode SE24 is there twice"));
  EXPECT_EQ(gazetteer_.LoadPostcodes("/no/such/file").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(GazetteerTest, TheProjectsOwnOutcodesLoadAndLieInLondon) {
  const auto status = gazetteer_.LoadOutcodes(std::filesystem::path(NWD_DATA_DIR) / "outcodes-london.csv");
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(gazetteer_.outcodes(), 195u);
  const auto brixton = gazetteer_.Find("SW9");
  ASSERT_TRUE(brixton.has_value());
  EXPECT_EQ(brixton->borough, "E09000022");
  EXPECT_NEAR(brixton->point.latitude, 51.465, 0.01);
  EXPECT_NEAR(brixton->point.longitude, -0.115, 0.01);
}

}  // namespace
}  // namespace nwd::geo
