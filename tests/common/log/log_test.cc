#include "common/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <latch>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>

#include "absl/time/clock.h"
#include "common/log/capture.h"
#include "common/log/limits.h"

namespace nwd::log {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What a person reads where the log says `value`; fails the test if the line is not JSON.
json OnlyLine(Capture& capture) {
  const std::vector<std::string> lines = capture.Lines();
  EXPECT_THAT(lines, SizeIs(1));
  return lines.empty() ? json() : json::parse(lines[0]);
}

TEST(LogTest, ALineIsOneJsonObjectWithItsFieldsInOrder) {
  Capture capture;
  Line(Level::kInfo, "rpc.call")
      .Str("method", "CheckAccess")
      .Int("latency_us", 12)
      .Bool("replayed", false)
      .Float("share", 0.5)
      .Emit();
  const std::vector<std::string> lines = capture.Lines();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0],
              HasSubstr("\"level\":\"info\",\"event\":\"rpc.call\",\"method\":\"CheckAccess\",\"latency_us\":12,"
                        "\"replayed\":false,\"share\":0.5}"));
  EXPECT_TRUE(json::accept(lines[0])) << lines[0];
}

TEST(LogTest, TimeIsUtcWithMicroseconds) {
  Capture capture;
  const absl::Time before = absl::Now();
  Line(Level::kInfo, "x.y").Emit();
  const std::string text = OnlyLine(capture)["ts"];
  EXPECT_TRUE(std::regex_match(text, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"))) << text;
  absl::Time time;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  EXPECT_GE(time, absl::FromUnixMicros(absl::ToUnixMicros(before)));
  EXPECT_LE(time, absl::Now());
}

TEST(LogTest, AnyTextComesBackUnchanged) {
  std::string every_byte;
  for (int c = 0; c < 0x80; ++c) every_byte += static_cast<char>(c);
  for (const std::string& text :
       {every_byte, std::string("quote \" slash \\ line\nend"), std::string("Zoë – 日本 🚪"), std::string()}) {
    Capture capture;
    Line(Level::kInfo, "x.y").Str("v", text).Emit();
    EXPECT_EQ(OnlyLine(capture)["v"], text);
  }
}

TEST(LogTest, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
  const std::pair<std::string, std::string> cases[] = {{"a\xFFz", "a\uFFFDz"},
                                                       {"\xC0\xAF", "\uFFFD\uFFFD"},
                                                       {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
                                                       {"end\xE2\x82", "end\uFFFD\uFFFD"},
                                                       {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"}};
  for (const auto& [text, expected] : cases) {
    Capture capture;
    Line(Level::kInfo, "x.y").Str("v", text).Emit();
    EXPECT_EQ(OnlyLine(capture)["v"], expected);
  }
}

TEST(LogTest, ALongValueIsCutAtACharacter) {
  Capture capture;
  std::string text(kValueBytesMax - 1, 'a');
  Line(Level::kInfo, "x.y").Str("v", text + "éé").Emit();
  EXPECT_EQ(OnlyLine(capture)["v"], text + "…");
}

TEST(LogTest, ANumberJsonLacksIsNull) {
  Capture capture;
  Line(Level::kInfo, "x.y").Float("v", std::numeric_limits<double>::infinity()).Int("low", INT64_MIN).Emit();
  const json line = OnlyLine(capture);
  EXPECT_TRUE(line["v"].is_null());
  EXPECT_EQ(line["low"], INT64_MIN);
}

TEST(LogTest, AStatusIsTwoFields) {
  Capture capture;
  Line(Level::kError, "x.y").Status(absl::NotFoundError("no such thing")).Status(absl::OkStatus()).Emit();
  const json line = OnlyLine(capture);
  EXPECT_EQ(line["code"], "NOT_FOUND");
  EXPECT_EQ(line["error"], "no such thing");
}

TEST(LogTest, LinesBelowTheLevelAreNotWritten) {
  Capture capture(Level::kWarning);
  Line(Level::kInfo, "quiet.line").Str("a", "b").Emit();
  Line(Level::kWarning, "loud.line").Emit();
  EXPECT_EQ(OnlyLine(capture)["event"], "loud.line");
}

TEST(LogTest, EveryLevelHasAName) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    Level parsed;
    ASSERT_TRUE(ParseLevel(LevelName(level), &parsed));
    EXPECT_EQ(parsed, level);
  }
  Level parsed;
  EXPECT_FALSE(ParseLevel("loud", &parsed));
}

TEST(LogTest, AFileGetsTheProgramsLines) {
  const std::string file = ::testing::TempDir() + "/nwd_log_test.log";
  std::remove(file.c_str());
  ASSERT_TRUE(Init({.program = "nwd-consent", .level = Level::kInfo, .file = file, .receiver = nullptr}).ok());
  Line(Level::kInfo, "x.y").Emit();
  Shutdown();
  std::ifstream in(file);
  std::string line;
  ASSERT_TRUE(std::getline(in, line));
  EXPECT_EQ(json::parse(line)["program"], "nwd-consent");
  EXPECT_FALSE(std::getline(in, line)) << line;
}

TEST(LogTest, AFileThatCannotBeWrittenIsSaid) {
  const absl::Status status =
      Init({.program = "p", .level = Level::kInfo, .file = "/proc/no/such/file.log", .receiver = nullptr});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/proc/no/such/file.log"));
}

TEST(LogTest, AFullQueueDropsLinesAndSaysHowMany) {
  std::latch hold(1);
  std::atomic<bool> first = true;
  absl::Mutex mutex;
  std::vector<std::string> lines;
  const uint64_t dropped_before = DroppedLines();
  ASSERT_TRUE(Init({.program = "",
                    .level = Level::kInfo,
                    .file = "",
                    .receiver =
                        [&](std::string_view line) {
                          if (first.exchange(false)) hold.wait();
                          absl::MutexLock lock(&mutex);
                          lines.emplace_back(line);
                        }})
                  .ok());
  const std::string payload(4000, 'x');
  const size_t emitted = 3 * kQueueBytesMax / payload.size();
  for (size_t i = 0; i < emitted; ++i) Line(Level::kInfo, "x.y").Str("v", payload).Emit();
  hold.count_down();
  Shutdown();
  const uint64_t dropped = DroppedLines() - dropped_before;
  EXPECT_GT(dropped, 0u);
  absl::MutexLock lock(&mutex);
  uint64_t written = 0, said = 0;
  for (const std::string& line : lines) {
    const json parsed = json::parse(line);
    if (parsed["event"] == "log.dropped") {
      said += parsed["lines"].get<uint64_t>();
    } else {
      ++written;
    }
  }
  EXPECT_EQ(said, dropped);
  EXPECT_EQ(written + dropped, emitted);
}

TEST(LogTest, ThreadsDoNotMixTheirLines) {
  constexpr int kThreads = 4, kLines = 500;
  Capture capture;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < kLines; ++i) Line(Level::kInfo, "x.y").Int("thread", t).Int("line", i).Emit();
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<int, int> next;
  for (const std::string& line : capture.Lines()) {
    const json parsed = json::parse(line);
    EXPECT_EQ(parsed["line"], next[parsed["thread"]]++);
  }
  EXPECT_EQ(next, (std::map<int, int>{{0, kLines}, {1, kLines}, {2, kLines}, {3, kLines}}));
}

// Not a benchmark: catches a cost that has left its order of magnitude, on a busy machine and under sanitizers too.
TEST(LogTest, ALineCostsTheCallerLittle) {
  const std::string file = ::testing::TempDir() + "/nwd_log_cost.log";
  ASSERT_TRUE(Init({.program = "nwd-consent", .level = Level::kInfo, .file = file, .receiver = nullptr}).ok());
  constexpr int kLines = 20000;
  const absl::Time start = absl::Now();
  for (int i = 0; i < kLines; ++i) {
    Line(Level::kInfo, "rpc.call")
        .Str("method", "/nwd.consent.v1.AccessService/CheckAccess")
        .Str("organisation", "hackney-works")
        .Str("code", "OK")
        .Int("latency_us", 123)
        .Str("trace_id", "0af7651916cd43dd8448eb211c80319c")
        .Emit();
  }
  const absl::Duration each = (absl::Now() - start) / kLines;
  Shutdown();
  std::remove(file.c_str());
  RecordProperty("nanoseconds_a_line", static_cast<int>(absl::ToInt64Nanoseconds(each)));
  std::printf("a line costs %d ns\n", static_cast<int>(absl::ToInt64Nanoseconds(each)));
  EXPECT_LT(each, absl::Microseconds(50));
}

}  // namespace
}  // namespace nwd::log
