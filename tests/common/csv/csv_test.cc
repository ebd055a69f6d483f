#include "common/csv/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_join.h"

namespace nwd::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Result {
  absl::Status status;
  std::vector<std::string> rows;  // fields joined by '|'
};

Result Read(std::string_view text) {
  Result result;
  result.status = ReadText("t.csv", text, {"b", "a"}, [&](const Row& row) {
    result.rows.push_back(absl::StrJoin(row, "|"));
    return absl::OkStatus();
  });
  return result;
}

TEST(Csv, GivesTheColumnsAskedForInTheOrderAskedFor) {
  const Result result = Read("a,other,b\n1,x,2\n3,y,4\n");
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.rows, ElementsAre("2|1", "4|3"));
}

TEST(Csv, TakesQuotesMarksCarriageReturnsAndEmptyLines) {
  const Result result = Read("\xEF\xBB\xBF\"a\",b\r\n\r\n\"x, \"\"y\"\"\",\r\n,\"\"");
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.rows, ElementsAre("|x, \"y\"", "|"));
}

TEST(Csv, NamesFileAndLineOfWhatIsWrong) {
  EXPECT_EQ(Read("a,b\n1,2\n1\n").status.message(), "t.csv:3: 1 fields where the header has 2");
  EXPECT_EQ(Read("a,b\n\"1,2\n").status.message(), "t.csv:2: a quoted field does not end on its line");
  EXPECT_EQ(Read("a,b\n\"1\"x,2\n").status.message(), "t.csv:2: text after a closing quote");
  EXPECT_EQ(Read("a,c\n").status.message(), "t.csv:1: no column named b");
  EXPECT_EQ(Read("").status.message(), "t.csv:1: no header line");
  EXPECT_THAT(Read("a,b\n" + std::string(kLineBytesMax + 1, 'x')).status.message(), HasSubstr("t.csv:2: a line of"));
}

TEST(Csv, StopsAtTheCallbacksErrorAndKeepsItsCode) {
  int rows = 0;
  const absl::Status status = ReadText("t.csv", "a\n1\n2\n", {"a"}, [&](const Row&) {
    ++rows;
    return absl::OutOfRangeError("too much");
  });
  EXPECT_EQ(status, absl::OutOfRangeError("t.csv:2: too much"));
  EXPECT_EQ(rows, 1);
}

TEST(Csv, AMissingFileOrAFolderIsNotFound) {
  const auto ignore = [](const Row&) { return absl::OkStatus(); };
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  EXPECT_EQ(ReadFile(folder / "no-such-file.csv", {"a"}, ignore).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFile(folder, {"a"}, ignore).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace nwd::csv
