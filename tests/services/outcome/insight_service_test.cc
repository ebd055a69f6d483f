#include "services/outcome/insight_service.h"

#include <gmock/gmock.h>

#include "services/outcome/indicators.h"
#include "tests/services/outcome/fixture.h"

namespace nwd::outcome {
namespace {

class InsightTest : public OutcomeFixture {
 protected:
  // `number` referrals from a borough, some of them accepted.
  void Referrals(const std::string& borough, int number, int accepted, int month = 3) {
    for (int i = 0; i < number; ++i) {
      const std::string name = Cat(borough, "-", month, "-", next_++);
      common::v1::Change sent = ReferralEvent(name, 1, "SEND", "", "SENT");
      *sent.mutable_change_time() = ToTimestamp(absl::FromCivil(absl::CivilDay(2026, month, 5), absl::UTCTimeZone()));
      sent.mutable_referral()->set_borough(borough);
      Apply(sent);
      if (i >= accepted) continue;
      common::v1::Change taken = ReferralEvent(name, 2, "ACCEPT", "SENT", "ACCEPTED");
      taken.mutable_referral()->set_borough(borough);
      Apply(taken);
    }
  }
  absl::StatusOr<v1::CreateReleaseResponse> Release(const std::string& month, const std::string& request_id = "") {
    v1::CreateReleaseRequest request;
    request.set_month(month);
    request.set_request_id(request_id);
    return Call("analyst", insight_service_, &InsightService::CreateRelease, request);
  }
  absl::StatusOr<v1::QueryIndicatorsResponse> Query(const std::string& indicator, v1::Cut cut,
                                                    const std::string& month = "2026-03",
                                                    const std::string& release_id = "",
                                                    v1::Period period = v1::PERIOD_MONTH) {
    v1::QueryIndicatorsRequest request;
    request.set_indicator(indicator);
    request.set_cut(cut);
    request.set_month(month);
    request.set_release_id(release_id);
    request.set_period(period);
    return Call("analyst", insight_service_, &InsightService::QueryIndicators, request);
  }
  static const v1::QueryIndicatorsResponse::Cell* CellOf(const v1::QueryIndicatorsResponse& answer,
                                                         const std::string& key) {
    for (const auto& cell : answer.cells()) {
      if (cell.key() == key) return &cell;
    }
    return nullptr;
  }
  static std::string Text(const v1::Count& count) {
    return count.kind() == v1::Count::KIND_ROUNDED ? std::to_string(count.value()) : v1::Count::Kind_Name(count.kind());
  }

 private:
  int next_ = 0;
};

TEST_F(InsightTest, ATableListsEveryBoroughAndTellsZeroFromSuppressed) {
  Referrals("E09000022", 20, 9);
  Referrals("E09000012", 12, 3);
  Referrals("E09000007", 31, 31);
  Referrals("", 9, 0);
  ASSERT_TRUE(Release("2026-03").ok());
  const auto answer = Query("referrals-sent", v1::CUT_BOROUGH);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->cells_size(), 1 + 33 + 1);
  EXPECT_EQ(answer->cells(0).key(), "all");
  EXPECT_EQ(Text(answer->cells(0).count()), "70");
  EXPECT_EQ(Text(CellOf(*answer, "E09000022")->count()), "20");
  EXPECT_EQ(Text(CellOf(*answer, "E09000001")->count()), "KIND_ZERO");
  EXPECT_EQ(Text(CellOf(*answer, "unknown")->count()), "10");
  const auto accepted = Query("referrals-accepted", v1::CUT_BOROUGH);
  EXPECT_EQ(Text(CellOf(*accepted, "E09000012")->count()), "KIND_SUPPRESSED");
}

TEST_F(InsightTest, AShareHasBothPartsAndAPercentageOnlyWhereBothAreShown) {
  Referrals("E09000022", 20, 9);
  Referrals("E09000012", 5, 5);
  ASSERT_TRUE(Release("2026-03").ok());
  const auto answer = Query("share-accepted", v1::CUT_HUB);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->cells_size(), 1);
  EXPECT_EQ(Text(answer->cells(0).count()), "15");
  EXPECT_EQ(Text(answer->cells(0).denominator()), "25");
  EXPECT_EQ(answer->cells(0).percent(), 60.0);
  const auto boroughs = Query("share-accepted", v1::CUT_BOROUGH);
  EXPECT_FALSE(CellOf(*boroughs, "E09000012")->has_percent());
}

TEST_F(InsightTest, AReleaseIsFrozen) {
  Referrals("E09000022", 20, 0);
  const auto first = Release("2026-03");
  ASSERT_TRUE(first.ok()) << first.status();
  Referrals("E09000022", 20, 0);
  EXPECT_EQ(Text(Query("referrals-sent", v1::CUT_HUB)->cells(0).count()), "20");
  ASSERT_TRUE(Release("2026-03").ok());
  EXPECT_EQ(Text(Query("referrals-sent", v1::CUT_HUB)->cells(0).count()), "40");
  EXPECT_EQ(Text(Query("referrals-sent", v1::CUT_HUB, "2026-03", first->release_id())->cells(0).count()), "20");
}

TEST_F(InsightTest, MissingIsNotZero) {
  Referrals("E09000022", 20, 0);
  ASSERT_TRUE(Release("2026-03").ok());
  EXPECT_EQ(Text(Query("referrals-sent", v1::CUT_BOROUGH, "2026-02")->cells(3).count()), "KIND_MISSING")
      << "before there were data";
  EXPECT_EQ(Text(Query("referrals-sent", v1::CUT_HUB, "2026-04")->cells(0).count()), "KIND_MISSING")
      << "after the release";
  EXPECT_EQ(Text(Query("referrals-sent", v1::CUT_HUB, "2026-03", "", v1::PERIOD_YEAR)->cells(0).count()),
            "KIND_MISSING")
      << "the year is not over";
  EXPECT_EQ(Text(Query("referrals-sent", v1::CUT_HUB, "2026-01", "", v1::PERIOD_QUARTER)->cells(0).count()), "20");
  EXPECT_EQ(Text(Query("people-registered", v1::CUT_HUB)->cells(0).count()), "KIND_MISSING")
      << "nobody told us of people";
}

TEST_F(InsightTest, AReleaseHoldsEveryOutcomeRecordedBeforeIt) {
  for (int i = 0; i < 8; ++i) {
    const std::string name = Cat("r", i);
    AcceptReferral(name);
    ASSERT_TRUE(Outcome("college", JobStart(name)).ok());
  }
  ASSERT_TRUE(Release("2026-03").ok());
  EXPECT_EQ(Text(Query("job-starts", v1::CUT_HUB)->cells(0).count()), "10");
}

TEST_F(InsightTest, NothingIsPrintedBeforeTheFirstRelease) {
  Referrals("E09000022", 20, 0);
  EXPECT_EQ(status::ReasonOf(Query("referrals-sent", v1::CUT_HUB).status()), "NO_RELEASE");
}

TEST_F(InsightTest, WhatDoesNotExistIsNotFound) {
  ASSERT_TRUE(Release("2026-03").ok());
  EXPECT_EQ(Query("no-such", v1::CUT_HUB).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Query("referrals-sent", v1::CUT_HUB, "2026-03", Id("none")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Query("people-registered", v1::CUT_BOROUGH).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(InsightTest, AReleaseIsNotOfTheFutureNorOfLessThanTheNewest) {
  EXPECT_EQ(Release("2026-04").status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(Release("2026-03").ok());
  EXPECT_EQ(status::ReasonOf(Release("2026-02").status()), "RELEASE_COVERS_MORE");
}

TEST_F(InsightTest, ARetriedReleaseIsOne) {
  const auto first = Release("2026-03", Id("request"));
  const auto again = Release("2026-03", Id("request"));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->release_id(), again->release_id());
}

TEST_F(InsightTest, ARequestIdServesOneReleaseOnly) {
  ASSERT_TRUE(Release("2026-02", Id("request")).ok());
  const absl::Status other = Release("2026-03", Id("request")).status();
  EXPECT_EQ(other.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status::ReasonOf(other), "REQUEST_ID_REUSED");
}

TEST_F(InsightTest, OfTwoReleasesMadeAtOnceOneIsTriedAgain) {
  const auto read = [](const store::Reader& reader) { return Releases::Read(reader); };
  const absl::StatusOr<ReleaseSource> before = async::BlockOn(store_.View(read));
  ASSERT_TRUE(before.ok()) << before.status();
  ASSERT_TRUE(Release("2026-03").ok());
  storage::ReleaseRow row;
  row.set_release_id(Id("late"));
  const auto write = [&](store::Txn& txn) { return Releases::Write(txn, *before, {}, row); };
  const absl::Status late = async::BlockOn(store_.Update(write));
  EXPECT_EQ(late.code(), absl::StatusCode::kUnavailable) << "ABORTED is for stale etags";
  EXPECT_EQ(status::ReasonOf(late), "RELEASE_IN_BETWEEN");
}

TEST_F(InsightTest, AForgedPageTokenIsRefused) {
  v1::ListIndicatorsRequest request;
  request.set_page_size(1);
  const auto page = Call("analyst", insight_service_, &InsightService::ListIndicators, request);
  ASSERT_TRUE(page.ok()) << page.status();
  for (const std::string& token : {page->next_page_token(), std::string(page->next_page_token().size(), 'A')}) {
    request.set_page_token(token);
    const auto answer = Call("other-analyst", insight_service_, &InsightService::ListIndicators, request);
    EXPECT_EQ(status::ReasonOf(answer.status()), "INVALID_TOKEN");
  }
}

TEST_F(InsightTest, IndicatorsComeByNameInPages) {
  v1::ListIndicatorsRequest request;
  request.set_page_size(4);
  std::vector<std::string> names;
  do {
    const auto page = Call("analyst", insight_service_, &InsightService::ListIndicators, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Indicator& indicator : page->indicators()) names.push_back(indicator.indicator());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names.size(), Indicators().size());
  EXPECT_TRUE(std::ranges::is_sorted(names));
}

}  // namespace
}  // namespace nwd::outcome
