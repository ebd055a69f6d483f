// Imports, by their RPCs: when the catalogue changes, what counts as what, and what a broken end leaves.
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "services/directory/keys.h"
#include "tests/services/directory/hub.h"

namespace nwd::directory {
namespace {

constexpr char kA[] = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr char kB[] = "bbbbbbbb-0000-4000-8000-000000000002";

std::string Entry(const std::string& id, const std::string& name, const std::string& more = "") {
  return R"({"id": ")" + id + R"(", "name": ")" + name + R"(", "organization": {"id": "o1", "name": "Provider"})" +
         (more.empty() ? "" : ", " + more) + "}";
}
std::string PageOf(const std::vector<std::string>& entries) {
  std::string contents;
  for (const std::string& entry : entries) contents += (contents.empty() ? "" : ",") + entry;
  return R"({"contents": [)" + contents + "]}";
}

TEST(Imports, TheCatalogueChangesOnlyAtTheCommit) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "A")})).ok());
  ASSERT_TRUE(hub.PutPage(import_id, "2", PageOf({Entry(kB, "B")})).ok());
  EXPECT_EQ(hub.GetService(kA).status().code(), absl::StatusCode::kNotFound);
  const auto committed = hub.Commit(import_id, true);
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(committed->created(), 2);
  EXPECT_EQ(hub.GetService(kA)->name(), "A");
  EXPECT_EQ(hub.GetService(kA)->feed_id(), hub.feed_id);
}

TEST(Imports, UnchangedServicesAreLeftAlone) {
  Hub hub;
  hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B")}));
  const std::string etag = hub.GetService(kA)->etag();
  const size_t told = hub.Changes().size();
  const v1::CommitImportResponse again = hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B2")}));
  EXPECT_EQ(again.unchanged(), 1);
  EXPECT_EQ(again.updated(), 1);
  EXPECT_EQ(hub.GetService(kA)->etag(), etag);
  EXPECT_EQ(hub.GetService(kB)->name(), "B2");
  EXPECT_EQ(hub.Changes().size(), told + 1) << "peers hear of what changed only";
}

TEST(Imports, AServiceMissingThreeTimesInARowBecomesInactiveAndComesBack) {
  Hub hub;
  const std::string both = PageOf({Entry(kA, "A"), Entry(kB, "B")});
  const std::string one = PageOf({Entry(kA, "A")});
  hub.Import("feed", both);
  EXPECT_EQ(hub.Import("feed", one).missing(), 1);
  hub.Import("feed", both);  // seen again: counted anew
  hub.Import("feed", one);
  EXPECT_EQ(hub.Import("feed", one).deactivated(), 0);
  EXPECT_TRUE(hub.GetService(kB)->active());
  const v1::CommitImportResponse third = hub.Import("feed", one);
  EXPECT_EQ(third.missing(), 1);
  EXPECT_EQ(third.deactivated(), 1);
  EXPECT_FALSE(hub.GetService(kB)->active());
  EXPECT_FALSE(hub.Changes().back().service().active());
  EXPECT_EQ(hub.Import("feed", one).deactivated(), 0);
  EXPECT_EQ(hub.Import("feed", both).updated(), 1);
  EXPECT_TRUE(hub.GetService(kB)->active());
}

TEST(Imports, WhatIsAbsentFromAPartDoesNotCountAsMissing) {
  Hub hub;
  hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B")}));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(hub.Import("feed", PageOf({Entry(kA, "A")}), /*full=*/false).missing(), 0);
  EXPECT_TRUE(hub.GetService(kB)->active());
}

TEST(Imports, WhatIsBrokenDoesNotCountAsMissing) {
  Hub hub;
  hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B")}));
  const v1::CommitImportResponse left_out = hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "")}));
  EXPECT_EQ(left_out.left_out(), 1);
  EXPECT_EQ(left_out.missing(), 0);
  const std::string import_id = hub.BeginImport("feed");
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "A")})).ok());
  const auto broken = hub.PutPage(import_id, "2", "<html>504</html>");
  ASSERT_TRUE(broken.ok()) << broken.status();
  EXPECT_EQ(broken->services(), 0);
  ASSERT_EQ(broken->problems_size(), 1);
  EXPECT_EQ(broken->problems(0).index(), -1);
  EXPECT_EQ(hub.Commit(import_id, true)->missing(), 0);
}

TEST(Imports, WhereAnEntryLeftOutDoesNotSayWhichItIsNothingCountsAsMissing) {
  Hub hub;
  hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B")}));
  for (const char* nameless : {"7", R"({"name": "B"})", R"({"id": "", "name": "B"})", R"({"id": 1.5, "name": "B"})"}) {
    const v1::CommitImportResponse committed = hub.Import("feed", PageOf({Entry(kA, "A"), nameless}));
    EXPECT_EQ(committed.left_out(), 1) << nameless;
    EXPECT_EQ(committed.missing(), 0) << nameless;
  }
  EXPECT_EQ(hub.Import("feed", PageOf({Entry(kA, "A"), Entry("c", "")})).missing(), 1) << "that one is another";
}

TEST(Imports, AnIdIsTheSameWithAPointAndWithout) {
  Hub hub;
  hub.Import("feed", PageOf({R"({"id": "12", "name": "Twelve"})", R"({"id": "13", "name": "Thirteen"})"}));
  const v1::CommitImportResponse again =
      hub.Import("feed", PageOf({R"({"id": 12.0, "name": "Twelve"})", R"({"id": 13.0, "name": ""})"}));
  EXPECT_EQ(again.unchanged(), 1);
  EXPECT_EQ(again.left_out(), 1);
  EXPECT_EQ(again.missing(), 0);
}

TEST(Imports, PagesPutBeforeTheyKeptIndexesAreCommittedByPosition) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "A"), Entry(kB, "B"), Entry(kA, "A again")})).ok());
  auto forget = [&](store::Txn& txn) -> absl::Status {
    const std::string key = keys::PageContent(*ids::Uuid::Parse(import_id), "1");
    std::string bytes;
    storage::PageContent content;
    if (!txn.Get(key, &bytes).value() || !content.ParseFromString(bytes)) return absl::DataLossError("no page");
    content.clear_indexes();
    txn.Put(key, content.SerializeAsString());
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(hub.store->Update(forget)).ok());
  const auto committed = hub.Commit(import_id, true);
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(committed->created(), 2);
  ASSERT_EQ(committed->problems_size(), 1);
  EXPECT_EQ(committed->problems(0).index(), 2);
  EXPECT_EQ(committed->problems(0).description(), "is also that of 1 [0], which was taken");
}

TEST(Imports, APagePutAgainReplacesItself) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "Old"), Entry(kB, "B")})).ok());
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "New")})).ok());
  EXPECT_EQ(hub.Commit(import_id, true)->created(), 1);
  EXPECT_EQ(hub.GetService(kA)->name(), "New");
}

TEST(Imports, OneOfAFeedAtATime) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  v1::BeginImportRequest request;
  request.set_feed_slug("feed");
  EXPECT_EQ(CodeAndReason(hub.As<v1::BeginImportResponse>("north", request)), "FAILED_PRECONDITION IMPORT_OPEN");
  hub.BeginImport("other");
  v1::AbortImportRequest abort;
  abort.set_import_id(import_id);
  ASSERT_TRUE(hub.As<v1::AbortImportResponse>("north", abort).ok());
  EXPECT_TRUE(hub.As<v1::BeginImportResponse>("north", request).ok());
  EXPECT_EQ(hub.PutPage(import_id, "1", "{}").status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(Imports, AnIdleOneGivesWayAfterADay) {
  Hub hub;
  hub.BeginImport("feed");
  hub.clock.Advance(absl::Hours(25));
  EXPECT_FALSE(hub.BeginImport("feed").empty());
}

TEST(Imports, BelongToWhoBeganThem) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  v1::CommitImportRequest commit;
  commit.set_import_id(import_id);
  const absl::Status others = hub.As<v1::CommitImportResponse>("south", commit).status();
  commit.set_import_id("00000000-0000-4000-8000-000000000009");
  const absl::Status absent = hub.As<v1::CommitImportResponse>("south", commit).status();
  EXPECT_EQ(others.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(others, absent);
  v1::PutImportPageRequest put;
  put.set_import_id(import_id);
  put.set_page_name("1");
  put.set_content("{}");
  EXPECT_EQ(hub.As<v1::PutImportPageResponse>("south", put).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(Imports, ACommitTriedAgainGetsItsAnswerAgain) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "A")})).ok());
  v1::CommitImportRequest request;
  request.set_import_id(import_id);
  request.set_request_id("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");
  const auto first = hub.As<v1::CommitImportResponse>("north", request);
  const auto second = hub.As<v1::CommitImportResponse>("north", request);
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_EQ(second->created(), 1);
  request.clear_request_id();
  EXPECT_EQ(CodeAndReason(hub.As<v1::CommitImportResponse>("north", request)), "FAILED_PRECONDITION WRONG_STATE");
}

TEST(Imports, CheckingOnlyChangesNothing) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "A")})).ok());
  v1::CommitImportRequest request;
  request.set_import_id(import_id);
  request.set_validate_only(true);
  EXPECT_EQ(hub.As<v1::CommitImportResponse>("north", request)->created(), 1);
  EXPECT_FALSE(hub.GetService(kA).ok());
  EXPECT_EQ(hub.Commit(import_id, true)->created(), 1);
}

TEST(Imports, AnIdTakenByAnotherFeedIsDerived) {
  Hub hub;
  hub.Import("first", PageOf({Entry(kA, "A of the first")}));
  hub.Import("second", PageOf({Entry(kA, "A of the second"), Entry("4005", "Not a UUID")}));
  EXPECT_EQ(hub.GetService(kA)->name(), "A of the first");
  EXPECT_EQ(hub.Import("second", PageOf({Entry(kA, "A of the second"), Entry("4005", "Not a UUID")})).unchanged(), 2);
}

TEST(Imports, OfServicesWithOneIdTheFirstIsTakenAndTheOthersListed) {
  Hub hub;
  const std::string import_id = hub.BeginImport("feed");
  ASSERT_TRUE(hub.PutPage(import_id, "2", PageOf({Entry(kB, "B"), Entry(kA, "A of the second page")})).ok());
  ASSERT_TRUE(hub.PutPage(import_id, "1", PageOf({Entry(kA, "A"), "7", Entry(kA, "A again")})).ok());
  const auto committed = hub.Commit(import_id, true);
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(committed->created(), 2);
  EXPECT_EQ(committed->left_out(), 3) << "the 7 among them";
  EXPECT_EQ(hub.GetService(kA)->name(), "A");
  EXPECT_EQ(committed->problem_count(), 2);
  ASSERT_EQ(committed->problems_size(), 2);
  const auto line = [&](int i) {
    const v1::ImportProblem& problem = committed->problems(i);
    return absl::StrCat(problem.page(), " [", problem.index(), "] ", problem.field(), " ", problem.description(),
                        problem.left_out() ? " (left out)" : "");
  };
  EXPECT_EQ(line(0), "1 [2] id is also that of 1 [0], which was taken (left out)");
  EXPECT_EQ(line(1), "2 [1] id is also that of 1 [0], which was taken (left out)");
}

TEST(Imports, OneIdInTwoSpellingsIsOneService) {
  Hub hub;
  std::string upper = kA;
  absl::AsciiStrToUpper(&upper);
  const v1::CommitImportResponse committed = hub.Import("feed", PageOf({Entry(upper, "A"), Entry(kA, "A again")}));
  EXPECT_EQ(committed.created(), 1);
  EXPECT_EQ(committed.problem_count(), 1);
}

TEST(Imports, ARestartFindsEverythingAsItWas) {
  Hub hub;
  const std::string lambeth = hub.AddAgency("lambeth");
  hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B")}));
  hub.Import("feed", PageOf({Entry(kA, "A2"), Entry(kB, "B")}));
  ASSERT_TRUE(hub.Link("o1", lambeth).ok());
  Hub again(hub.store);
  for (const char* id : {kA, kB}) {
    const auto before = hub.GetService(id);
    const auto after = again.GetService(id);
    ASSERT_TRUE(before.ok() && after.ok());
    EXPECT_EQ(before->SerializeAsString(), after->SerializeAsString());
  }
}

TEST(Imports, RowsOfACommitThatNeverEndedAreNotSeenAndGo) {
  Hub hub;
  hub.Import("feed", PageOf({Entry(kA, "A")}));
  // What a crash between writing rows and making them visible leaves.
  auto leave = [&](store::Txn& txn) -> absl::Status {
    const ids::Uuid feed = *ids::Uuid::Parse(hub.feed_id);
    std::string bytes;
    storage::FeedRow row;
    if (!txn.Get(keys::Feed(feed), &bytes).value() || !row.ParseFromString(bytes))
      return absl::DataLossError("no feed");
    row.set_pending_generation(row.generation() + 1);
    txn.Put(keys::Feed(feed), row.SerializeAsString());
    for (const char* id : {kA, kB}) {
      storage::ServiceRow service;
      service.mutable_service()->set_service_id(id);
      service.mutable_service()->set_feed_id(hub.feed_id);
      service.mutable_service()->set_name("never seen");
      txn.Put(keys::Service(*ids::Uuid::Parse(id), row.pending_generation()), service.SerializeAsString());
    }
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(hub.store->Update(leave)).ok());
  Hub again(hub.store);
  EXPECT_EQ(again.GetService(kA)->name(), "A");
  EXPECT_FALSE(again.GetService(kB).ok());
  again.feed_id = hub.feed_id;
  EXPECT_EQ(again.Import("feed", PageOf({Entry(kA, "A3")})).updated(), 1);
  EXPECT_EQ(again.GetService(kA)->name(), "A3");
  EXPECT_FALSE(again.GetService(kB).ok());
  EXPECT_FALSE(Hub(hub.store).GetService(kB).ok()) << "also not after another restart";
}

TEST(Imports, LeaveNothingStaged) {
  Hub hub;
  hub.Import("feed", PageOf({Entry(kA, "A")}));
  hub.Import("feed", PageOf({Entry(kA, "A2")}));
  int rows = 0;
  auto count = [&](const store::Reader& reader) {
    rows = 0;
    auto one = [&](std::string_view, std::string_view) {
      ++rows;
      return store::Visit::kContinue;
    };
    absl::Status status = reader.Scan(store::PrefixRange(keys::Table(keys::kPages)), store::Direction::kForward, one);
    if (status.ok()) status = reader.Scan(store::PrefixRange("p"), store::Direction::kForward, one);
    if (status.ok())
      status = reader.Scan(store::PrefixRange(keys::Table(keys::kServices)), store::Direction::kForward, one);
    return status;
  };
  ASSERT_TRUE(async::BlockOn(hub.store->View(count)).ok());
  EXPECT_EQ(rows, 1) << "no pages, and one row for the one service";
}

TEST(Feeds, AreListedWithTheirProviders) {
  Hub hub;
  const std::string lambeth = hub.AddAgency("lambeth");
  hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B")}));
  ASSERT_TRUE(hub.Link("o1", lambeth).ok());
  const auto feeds = hub.As<v1::ListFeedsResponse>("lambeth", v1::ListFeedsRequest());
  ASSERT_EQ(feeds->feeds_size(), 1);
  EXPECT_EQ(feeds->feeds(0).services(), 2);
  EXPECT_EQ(feeds->feeds(0).import_time().seconds(), absl::ToUnixSeconds(hub.clock.Now()));
  v1::ListProvidersRequest request;
  request.set_feed_id(hub.feed_id);
  const auto providers = hub.As<v1::ListProvidersResponse>("lambeth", request);
  ASSERT_EQ(providers->providers_size(), 1);
  EXPECT_EQ(providers->providers(0).name(), "Provider");
  EXPECT_EQ(providers->providers(0).services(), 2);
  EXPECT_EQ(providers->providers(0).organisation_id(), lambeth);
}

TEST(Providers, ALinkedOnesServicesTakeReferralsPresentAndFuture) {
  Hub hub;
  const std::string lambeth = hub.AddAgency("lambeth");
  hub.Import("feed", PageOf({Entry(kA, "A")}));
  EXPECT_FALSE(hub.GetService(kA)->accepts_referrals());
  EXPECT_EQ(hub.Link("o1", lambeth)->services(), 1);
  EXPECT_TRUE(hub.GetService(kA)->accepts_referrals());
  EXPECT_EQ(hub.Changes().back().service().organisation_id(), lambeth);
  hub.Import("feed", PageOf({Entry(kA, "A"), Entry(kB, "B")}));
  EXPECT_EQ(hub.GetService(kB)->organisation_id(), lambeth);
  EXPECT_EQ(hub.Changes().back().service().organisation_id(), lambeth);
  EXPECT_EQ(hub.Link("o1", lambeth)->services(), 0) << "it stood already";
  EXPECT_EQ(hub.Link("o1", "")->services(), 2);
  EXPECT_EQ(hub.GetService(kB)->organisation_id(), "");
}

TEST(Providers, ALinkChangesTheEtagAsItChangesWhatIsShown) {
  Hub hub;
  const std::string lambeth = hub.AddAgency("lambeth");
  const std::string camden = hub.AddAgency("camden");
  hub.Import("feed", PageOf({Entry(kA, "A")}));
  std::vector<v1::Service> seen = {*hub.GetService(kA)};
  for (const std::string& organisation : {lambeth, camden}) {
    ASSERT_TRUE(hub.Link("o1", organisation).ok());
    const v1::Service now = *hub.GetService(kA);
    EXPECT_EQ(now.organisation_id(), organisation);
    for (const v1::Service& before : seen) EXPECT_NE(now.etag(), before.etag());
    seen.push_back(now);
  }
  ASSERT_TRUE(hub.Link("o1", "").ok());
  EXPECT_EQ(hub.GetService(kA)->SerializeAsString(), seen[0].SerializeAsString()) << "as it was, so is its etag";
}

TEST(Errors, HaveEveryValueInTheirMetadataToo) {
  Hub hub;
  EXPECT_EQ(MetadataOf(hub.GetService(kA).status(), "service"), kA);
  v1::ListProvidersRequest request;
  request.set_feed_id(kB);
  EXPECT_EQ(MetadataOf(hub.As<v1::ListProvidersResponse>("north", request).status(), "feed"), kB);
  hub.Import("feed", PageOf({Entry(kA, "A")}));
  EXPECT_EQ(MetadataOf(hub.Link("o2", kA).status(), "provider"), "o2");
  EXPECT_EQ(MetadataOf(hub.Link("o1", kA).status(), "organisation"), kA);
  const std::string import_id = hub.BeginImport("feed");
  v1::BeginImportRequest begin;
  begin.set_feed_slug("feed");
  EXPECT_EQ(MetadataOf(hub.As<v1::BeginImportResponse>("north", begin).status(), "import_id"), import_id);
  EXPECT_EQ(MetadataOf(hub.As<v1::BeginImportResponse>("south", begin).status(), "import_id"), "") << "not for others";
}

TEST(Providers, OnlyKnownOnesAreLinkedToActiveOrganisations) {
  Hub hub;
  const std::string lambeth = hub.AddAgency("lambeth");
  hub.Import("feed", PageOf({Entry(kA, "A")}));
  EXPECT_EQ(CodeAndReason(hub.Link("o2", lambeth)), "NOT_FOUND NO_PROVIDER");
  EXPECT_EQ(CodeAndReason(hub.Link("o1", kA)), "NOT_FOUND NO_ORGANISATION");
}

}  // namespace
}  // namespace nwd::directory
