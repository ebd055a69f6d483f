#include "common/text/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/text/utf8.h"

namespace nwd::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Words, AreFoldedAndInOrder) {
  EXPECT_THAT(Words("CV workshops & interview-prep (free!)"),
              ElementsAre("cv", "workshop", "interview", "prep", "free"));
  EXPECT_THAT(Words("Café, CAFÉ cafe"), ElementsAre("cafe", "cafe", "cafe"));
  EXPECT_THAT(Words("16–18 year-olds, E17"), ElementsAre("16", "18", "year", "old", "e17"));
  EXPECT_THAT(Words(""), IsEmpty());
  EXPECT_THAT(Words(" - ' … "), IsEmpty());
}

TEST(Words, PossessivesAndApostrophesAreEvenedOut) {
  EXPECT_THAT(Words("women's carers’ O'Brien don’t 'quoted'"),
              ElementsAre("women", "carer", "obrien", "dont", "quoted"));
}

TEST(Words, PluralsMeetTheirSingular) {
  const struct {
    const char* plural;
    const char* singular;
  } pairs[] = {{"jobs", "job"},     {"services", "service"}, {"agencies", "agency"}, {"classes", "class"},
               {"boxes", "box"},    {"coaches", "coach"},    {"courses", "course"},  {"businesses", "business"},
               {"nurses", "nurse"}, {"addresses", "address"}};
  for (const auto& pair : pairs) EXPECT_EQ(Words(pair.plural), Words(pair.singular)) << pair.plural;
  for (const char* word : {"access", "campus", "crisis", "gas", "bus", "s"})
    EXPECT_THAT(Words(word), ElementsAre(word));
}

TEST(Words, OtherScriptsAreCutToo) {
  EXPECT_THAT(Words("Помощь с работой"), ElementsAre("помощь", "с", "работои")) << "й loses its breve, as names do";
  EXPECT_THAT(Words("中文 help"), ElementsAre("中", "文", "help"));
  EXPECT_THAT(Words("مساعدة"), ElementsAre("مساعدة"));
}

TEST(Words, AreBoundedAndSurviveBrokenBytes) {
  for (const std::string& word : Words(absl::StrCat(std::string(10000, 'a'), " ", std::string(100, 'b'), "é"))) {
    EXPECT_LE(word.size(), kMaxWordBytes);
    EXPECT_TRUE(IsValidUtf8(word));
  }
  EXPECT_THAT(Words("good\xff"
                    "bytes \xc3"),
              ElementsAre("good", "byte"));
}

}  // namespace
}  // namespace nwd::text
