// What has had its time goes; and a clock that jumps takes nothing.
#include "common/retention/job.h"

#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/numbers.h"
#include "common/async/block_on.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store_memory/memory_store.h"
#include "tests/testing/temp_folder.h"

namespace nwd::retention {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kTangled[] = "t-tangled";  // old, and cannot be let go of

class JobTest : public ::testing::Test {
 protected:
  JobTest() {
    std::ofstream(Path()) << "service,kind,days\ns,things,30\ns,few,30\ns,others,\n";
    schedule_ = *Schedule::Load(Path(), "s");
    Restart();
  }
  std::string Path() const { return Cat(folder_.Path(), "/retention.csv"); }
  // A row whose value is the microsecond from which its time counts.
  static absl::StatusOr<bool> IsOld(const store::Reader&, std::string_view, std::string_view value, absl::Time before) {
    int64_t us = 0;
    if (!absl::SimpleAtoi(AbslView(value), &us)) return absl::DataLossError("a row does not parse");
    return us < Micros(before);
  }
  static absl::Status Delete(store::Txn& txn, const std::string& key, const std::string&) {
    txn.Delete(key);
    if (key == kTangled) return absl::DataLossError("what goes with a row does not parse");
    return absl::OkStatus();
  }
  std::vector<Kind> Kinds() {
    return {{"things", "t", IsOld, Delete}, {"few", "f", IsOld, Delete, 2}, {"others", "o", IsOld, Delete}};
  }
  void Restart() {
    job_ = std::make_unique<Job>(store_, clock_, schedule_, Kinds(), [this] { return steady_; });
  }
  // A first round settles.
  void Settle() {
    EXPECT_EQ(Round(), 0);
    Pass(kSettle);
  }
  void Pass(absl::Duration time) {
    clock_.Advance(time);
    steady_ += time;
  }
  int64_t Round(const std::string& kind = "things") {
    Job::Went went = async::BlockOn(job_->Round());
    EXPECT_TRUE(went.failed.ok()) << went.failed;
    return went.rows[kind];
  }
  void Put(const std::string& key, absl::Time began) { Put(key, std::to_string(Micros(began))); }
  void Put(const std::string& key, const std::string& value) {
    auto put = [&](store::Txn& txn) {
      txn.Put(key, value);
      return absl::OkStatus();
    };
    ASSERT_TRUE(async::BlockOn(store_.Update(put)).ok());
  }
  bool Has(const std::string& key) {
    std::string value;
    auto look = [&](const store::Reader& reader) { return reader.Get(key, &value); };
    return *async::BlockOn(store_.View(look));
  }

  testing::TempFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  absl::Time steady_ = absl::UnixEpoch() + absl::Hours(5);
  store::MemoryStore store_;
  Schedule schedule_;
  std::unique_ptr<Job> job_;
};

TEST_F(JobTest, LetsGoOfWhatHasHadItsTimeToTheMicrosecond) {
  Settle();
  Put("t-old", clock_.Now() - 30 * kDay - absl::Microseconds(1));
  Put("t-not-yet", clock_.Now() - 30 * kDay);
  Put("o-kept", clock_.Now() - 10'000 * kDay);
  EXPECT_EQ(Round(), 1);
  EXPECT_FALSE(Has("t-old"));
  EXPECT_TRUE(Has("t-not-yet"));
  EXPECT_TRUE(Has("o-kept")) << "the table keeps that kind";
  Pass(absl::Minutes(1));
  EXPECT_EQ(Round(), 1);
}

TEST_F(JobTest, GoesThroughMoreThanOneRoundLooksAt) {
  Settle();
  for (size_t i = 0; i < kRowsLookedAtMax + 10; ++i) {
    Put("t" + std::to_string(1'000'000 + i), i % 100 == 0 ? clock_.Now() - 31 * kDay : clock_.Now());
  }
  const int64_t first = Round(), second = Round(), third = Round();
  EXPECT_EQ(first + second, static_cast<int64_t>(kRowsLookedAtMax / 100 + 1));
  EXPECT_EQ(third, 0) << "from the beginning again";
}

TEST_F(JobTest, AKindLooksAtNoMoreThanItSays) {
  Settle();
  for (const char* key : {"f1", "f2", "f3", "f4", "f5"}) Put(key, clock_.Now() - 31 * kDay);
  EXPECT_EQ(Round("few"), 2);
  EXPECT_EQ(Round("few"), 2);
  EXPECT_EQ(Round("few"), 1);
}

TEST_F(JobTest, ARowThatDoesNotReadKeepsNoOther) {
  Settle();
  Put("t-a-broken", "no number");
  for (const char* key : {"t-old", kTangled, "t-older"}) Put(key, clock_.Now() - 31 * kDay);
  for (int round = 0; round < 2; ++round) {
    Job::Went went = async::BlockOn(job_->Round());
    EXPECT_TRUE(absl::IsDataLoss(went.failed)) << went.failed;
    EXPECT_EQ(went.rows["things"], round == 0 ? 2 : 0);
  }
  EXPECT_TRUE(Has("t-a-broken"));
  EXPECT_TRUE(Has(kTangled)) << "whole, or not at all";
  EXPECT_FALSE(Has("t-old"));
  EXPECT_FALSE(Has("t-older"));
}

TEST_F(JobTest, AtFirstNothingUntilItHasRunForADay) {
  Put("t-old", clock_.Now() - 31 * kDay);
  EXPECT_EQ(Round(), 0);
  Pass(kSettle - absl::Seconds(1));
  EXPECT_EQ(Round(), 0);
  Pass(absl::Seconds(1));
  EXPECT_EQ(Round(), 1);
  Restart();
  Put("t-old", clock_.Now() - 31 * kDay);
  EXPECT_EQ(Round(), 1) << "a restart is no jump";
}

TEST_F(JobTest, AClockSetFarAheadTakesNothing) {
  Settle();
  EXPECT_EQ(Round(), 0);
  Put("t", clock_.Now());
  clock_.Advance(10 * 365 * kDay);
  EXPECT_EQ(Round(), 0);
  steady_ += absl::Hours(1);
  EXPECT_EQ(Round(), 0);
  Restart();
  EXPECT_EQ(Round(), 0) << "nor does a restart make it true";
  clock_.Set(clock_.Now() - 10 * 365 * kDay);
  EXPECT_EQ(Round(), 0);
  EXPECT_TRUE(Has("t"));
}

TEST_F(JobTest, AClockSetBackWaitsToo) {
  Settle();
  EXPECT_EQ(Round(), 0);
  Put("t-old", clock_.Now() - 60 * kDay);
  clock_.Set(clock_.Now() - absl::Hours(1));
  EXPECT_EQ(Round(), 0);
  Pass(absl::Hours(2));
  EXPECT_EQ(Round(), 1) << "the hour has passed again";
}

TEST_F(JobTest, AServiceThatWasAwayForAMonthGoesOn) {
  Settle();
  EXPECT_EQ(Round(), 0);
  Put("t", clock_.Now());
  Pass(31 * kDay);
  Restart();
  EXPECT_EQ(Round(), 1);
}

TEST_F(JobTest, APromiseThatNobodyKeepsIsSaid) {
  EXPECT_TRUE(job_->Check().ok());
  const Job lacking(store_, clock_, schedule_, {});
  EXPECT_TRUE(absl::IsInvalidArgument(lacking.Check()));
  std::vector<Kind> more = Kinds();
  more.push_back({"forgotten", "x", IsOld, Delete});
  const Job unsaid(store_, clock_, schedule_, more);
  EXPECT_TRUE(absl::IsInvalidArgument(unsaid.Check())) << "a row was taken out: not for ever in silence";
}

}  // namespace
}  // namespace nwd::retention
