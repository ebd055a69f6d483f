#include "common/text/fold.h"

#include <gtest/gtest.h>

namespace nwd::text {
namespace {

TEST(Fold, MakesTwoWaysOfWritingANameOne) {
  const struct {
    const char* one;
    const char* other;
  } pairs[] = {
      {"O'Brien", "o’brien"},
      {"O'BRIEN", "OBrien"},
      {"Smith-Jones", "smith  jones"},
      {"Zoë", "Zoe\u0308"},
      {"ZOË", "zoe"},
      {"Łukasz", "Lukasz"},
      {"Straße", "STRASSE"},
      {"Bjørn", "Bjorn"},
      {"Æthelred", "AEthelred"},
      {"İbrahim", "Ibrahim"},
      {"Nguyễn", "Nguyen"},
      {"Ｓｍｉｔｈ", "Smith"},
      {"St. John", "St John"},
      {"Ng,Mei", "ng mei"},
      {"Smith\u2013Jones", "Smith-Jones"},
      {"Александр", "АЛЕКСАНДР"},
      {"مُحَمَّد", "محمد"},
      {"Κώστας", "ΚΩΣΤΑΣ"},
      {" Ada\tLovelace\n", "ada lovelace"},
      {"Ada\u00A0Lovelace", "ada lovelace"},
      {"김민준", "\u1100\u1175\u11B7\u1106\u1175\u11AB\u110C\u116E\u11AB"},
  };
  for (const auto& pair : pairs)
    EXPECT_EQ(FoldName(pair.one), FoldName(pair.other)) << pair.one << " and " << pair.other;
}

TEST(Fold, KeepsDifferentNamesApart) {
  const struct {
    const char* one;
    const char* other;
  } pairs[] = {{"Ann", "Anne"}, {"Mei Ng", "Mei"}, {"か", "が"}, {"कि", "की"}, {"王", "汪"}, {"محمد", "محمود"}};
  for (const auto& pair : pairs)
    EXPECT_NE(FoldName(pair.one), FoldName(pair.other)) << pair.one << " and " << pair.other;
}

TEST(Fold, NamesOfAnyScriptAndOfOneWordSurvive) {
  for (const char* name : {"Suharto", "王小明", "ሰላም", "தமிழ்", "გიორგი", "محمد", "Ольга", "한"}) {
    EXPECT_NE(FoldName(name), "") << name;
    EXPECT_EQ(FoldName(FoldName(name)), FoldName(name)) << name;
  }
  EXPECT_EQ(FoldName("Suharto"), "suharto");
  EXPECT_EQ(FoldName("王小明"), "王小明");
  EXPECT_EQ(FoldName("  O’Brien-SMITH,  Zoë "), "obrien smith zoe");
}

TEST(Fold, AsciiAndOtherTextFollowTheSameRules) {
  // An accent at the end sends the whole text down the general path.
  for (char c = 1; c < 127; ++c) {
    const std::string name = std::string("a") + c + "b";
    EXPECT_EQ(FoldName(name) + "e", FoldName(name + "é")) << "character " << static_cast<int>(c);
  }
}

TEST(Fold, NothingReadableIsEmptyAndBrokenBytesDoNoHarm) {
  EXPECT_EQ(FoldName(""), "");
  EXPECT_EQ(FoldName(" -'. "), "");
  EXPECT_EQ(FoldName("\u200B\u0301"), "");
  EXPECT_EQ(FoldName("Zo\xff\xc3"), "zo");
}

}  // namespace
}  // namespace nwd::text
