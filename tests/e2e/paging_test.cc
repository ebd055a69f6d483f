// Lists walked page by page, and feeds watched, while others write: each thing is met exactly once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "common/ids/uuid.h"
#include "deploy/hub/folder.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

constexpr int kPageSize = 7;

// Does something over and over on a thread of its own while it lives.
class Meanwhile {
 public:
  explicit Meanwhile(std::function<void()> work)
      : thread_([this, work = std::move(work)] {
          while (!stop_) {
            work();
            ++done_;
          }
        }) {}
  ~Meanwhile() {
    stop_ = true;
    thread_.join();
  }
  // Returns when it has been done once more.
  void WaitForOneMore() const {
    const int before = done_;
    EXPECT_TRUE(Eventually([&] { return done_ > before; })) << "the writes went on";
  }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> done_{0};
  std::thread thread_;
};

referral::v1::TransitionReferralResponse Move(World& world, const std::string& who, const std::string& referral_id,
                                              const std::string& etag, referral::v1::ReferralAction action) {
  referral::v1::TransitionReferralRequest request;
  request.set_referral_id(referral_id);
  request.set_etag(etag);
  request.set_action(action);
  if (action == referral::v1::REFERRAL_ACTION_DECLINE) request.set_reason(referral::v1::REFERRAL_REASON_NO_CAPACITY);
  const auto moved = world.Call<referral::v1::TransitionReferralResponse>(who, request);
  EXPECT_TRUE(moved.ok()) << moved.status();
  return moved.value_or(referral::v1::TransitionReferralResponse());
}

World::Referred Draft(World& world) {
  const World::Consented consented = world.Consent(kReferrer, {kReceiver});
  referral::v1::CreateReferralRequest request = world.ReferralRequest(consented);
  request.set_send(false);
  const auto made = world.Call<referral::v1::CreateReferralResponse>(kReferrer, request);
  EXPECT_TRUE(made.ok()) << made.status();
  return {made->referral_id(), made->etag()};
}

// Walks all pages as `who`, with a write at least between one page and the next; how often each referral was met.
std::map<std::string, int> WalkReferrals(World& world, const std::string& who, const Meanwhile& writes) {
  std::map<std::string, int> met;
  referral::v1::ListReferralsRequest list;
  list.set_page_size(kPageSize);
  do {
    const auto page = world.Call<referral::v1::ListReferralsResponse>(who, list);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return met;
    EXPECT_LE(page->referrals_size(), kPageSize);
    for (const auto& referral : page->referrals()) ++met[referral.referral_id()];
    list.set_page_token(page->next_page_token());
    writes.WaitForOneMore();
  } while (!list.page_token().empty());
  return met;
}

TEST(Paging, AWalkThroughReferralsMeetsEachUnchangedOneOnceWhileOthersAreMadeSentAndMoved) {
  World& world = World::Get();
  constexpr int kOfEach = 30;
  std::set<std::string> unchanged;
  std::vector<World::Referred> to_send, to_move;
  for (int i = 0; i < kOfEach; ++i) {
    unchanged.insert(world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver})).referral_id);
    to_send.push_back(Draft(world));
    to_move.push_back(world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver})));
  }
  std::set<std::string> touched;
  for (const auto& referred : to_send) touched.insert(referred.referral_id);
  for (const auto& referred : to_move) touched.insert(referred.referral_id);
  std::map<std::string, int> referrer_met, receiver_met;
  {
    size_t turn = 0;
    const Meanwhile writes([&] {
      world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver}));
      if (turn < to_send.size()) {
        const World::Referred& draft = to_send[turn];
        Move(world, kReferrer, draft.referral_id, draft.etag, referral::v1::REFERRAL_ACTION_SEND);
        // From the newest to the oldest, so that the walk meets some before and some after they moved.
        const World::Referred& sent = to_move[to_move.size() - 1 - turn];
        const auto received =
            Move(world, kReceiver, sent.referral_id, sent.etag, referral::v1::REFERRAL_ACTION_RECEIVE);
        Move(world, kReceiver, sent.referral_id, received.etag(),
             turn % 2 == 0 ? referral::v1::REFERRAL_ACTION_ACCEPT : referral::v1::REFERRAL_ACTION_DECLINE);
      }
      ++turn;
    });
    referrer_met = WalkReferrals(world, kReferrer, writes);
    receiver_met = WalkReferrals(world, kReceiver, writes);
  }
  for (const std::string& referral_id : unchanged) {
    EXPECT_EQ(referrer_met[referral_id], 1) << referral_id;
    EXPECT_EQ(receiver_met[referral_id], 1) << referral_id;
  }
  // The referrer's list stands by when they were made, which no move changes.
  for (const std::string& referral_id : touched) EXPECT_EQ(referrer_met[referral_id], 1) << referral_id;
  for (const auto* met : {&referrer_met, &receiver_met}) {
    for (const auto& [referral_id, times] : *met) EXPECT_LE(times, 1) << referral_id;
  }
}

std::vector<std::filesystem::path> SamplePages() {
  std::vector<std::filesystem::path> pages;
  for (const auto& file : std::filesystem::directory_iterator(hub::ShareFolder("sample"))) {
    if (file.path().filename().string().rfind("services-page-", 0) == 0) pages.push_back(file.path());
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

// Another feed with the same provisions: its services are others, and come and go among those of the first.
void ImportAnother(World& world, const std::vector<std::filesystem::path>& pages) {
  directory::v1::BeginImportRequest begin;
  begin.set_feed_slug("second-feed");
  const auto begun = world.Call<directory::v1::BeginImportResponse>(kAdmin, begin);
  ASSERT_TRUE(begun.ok()) << begun.status();
  for (const auto& page : pages) {
    std::ifstream file(page, std::ios::binary);
    directory::v1::PutImportPageRequest put;
    put.set_import_id(begun->import_id());
    put.set_page_name(page.filename().string());
    put.set_content(std::string(std::istreambuf_iterator<char>(file), {}));
    const auto taken = world.Call<directory::v1::PutImportPageResponse>(kAdmin, put);
    ASSERT_TRUE(taken.ok()) << taken.status();
  }
  directory::v1::CommitImportRequest commit;
  commit.set_import_id(begun->import_id());
  commit.set_full(true);
  const auto committed = world.Call<directory::v1::CommitImportResponse>(kAdmin, commit);
  ASSERT_TRUE(committed.ok()) << committed.status();
}

std::map<std::string, int> WalkServices(World& world, directory::v1::SearchServicesRequest search,
                                        const Meanwhile* writes) {
  std::map<std::string, int> met;
  search.set_page_size(kPageSize);
  do {
    const auto page = world.Call<directory::v1::SearchServicesResponse>(kReferrer, search);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return met;
    for (const auto& result : page->results()) ++met[result.service().service_id()];
    search.set_page_token(page->next_page_token());
    if (writes != nullptr) writes->WaitForOneMore();
  } while (!search.page_token().empty());
  return met;
}

TEST(Paging, AWalkThroughASearchMeetsEachUnchangedServiceOnceWhileAFeedIsImported) {
  World& world = World::Get();
  const std::vector<std::filesystem::path> pages = SamplePages();
  ASSERT_GE(pages.size(), 2u);
  std::vector<directory::v1::SearchServicesRequest> searches(3);
  searches[1].set_text("advice");
  searches[2].set_near_postcode("SW9 8EJ");
  searches[2].set_within_metres(50000);
  std::vector<std::map<std::string, int>> before;
  for (const auto& search : searches) before.push_back(WalkServices(world, search, nullptr));
  size_t turn = 0;
  const Meanwhile imports([&] {
    // One page, two, … and one again: the feed grows and shrinks.
    ImportAnother(world, {pages.begin(), pages.begin() + 1 + static_cast<long>(turn++ % pages.size())});
  });
  for (size_t i = 0; i < searches.size(); ++i) {
    EXPECT_GT(before[i].size(), static_cast<size_t>(kPageSize)) << searches[i].ShortDebugString();
    std::map<std::string, int> met = WalkServices(world, searches[i], &imports);
    for (const auto& [service_id, once] : before[i]) {
      EXPECT_EQ(once, 1) << service_id;
      EXPECT_EQ(met[service_id], 1) << service_id << " in " << searches[i].ShortDebugString();
    }
    for (const auto& [service_id, times] : met) EXPECT_EQ(times, 1) << service_id;
  }
}

// What a watch of referrals was told, going on from its last cursor whenever its stream ends.
class Watcher {
 public:
  explicit Watcher(World& world) : client_(world.ClientOf(kReferrer, "referral")), thread_([this] { Run(); }) {}
  ~Watcher() {
    stop_ = true;
    {
      const std::lock_guard lock(mutex_);
      if (stream_) stream_->Cancel();
    }
    thread_.join();
  }
  // The actions told of a referral, in order.
  std::vector<referral::v1::ReferralAction> Of(const std::string& referral_id) {
    const std::lock_guard lock(mutex_);
    return told_[referral_id];
  }
  int streams() const { return streams_; }

 private:
  void Run() {
    while (!stop_) {
      referral::v1::WatchReferralsRequest request;
      request.set_cursor(cursor_);
      {
        const std::lock_guard lock(mutex_);
        stream_.emplace(client_.Watch<referral::v1::WatchReferralsResponse>(
            request, {.timeout = 4 * kPatience, .wait_for_ready = true, .practitioner = kPractitioner}));
        if (stop_) stream_->Cancel();
      }
      ++streams_;
      referral::v1::WatchReferralsResponse event;
      while (stream_->Read(event)) {
        const std::lock_guard lock(mutex_);
        cursor_ = event.cursor();
        told_[event.event().referral_id()].push_back(event.event().action());
      }
      const absl::Status ended = stream_->Finish();
      EXPECT_TRUE(absl::IsUnavailable(ended) || absl::IsCancelled(ended)) << ended;
    }
  }

  rpc::Client& client_;
  std::atomic<bool> stop_{false};
  std::atomic<int> streams_{0};
  std::mutex mutex_;
  std::optional<rpc::Client::Stream<referral::v1::WatchReferralsResponse>> stream_;
  std::map<std::string, std::vector<referral::v1::ReferralAction>> told_;
  std::string cursor_;
  std::thread thread_;
};

TEST(Watching, AWatchGoesOnAcrossADrainWithNoEventLostOrToldTwice) {
  World& world = World::Get();
  constexpr int kReferrals = 120;
  std::vector<World::Consented> consents;
  for (int i = 0; i < kReferrals; ++i) consents.push_back(world.Consent(kReferrer, {kReceiver}));
  Watcher watcher(world);
  ASSERT_TRUE(Eventually([&] { return watcher.streams() > 0; }));
  std::vector<std::string> made(kReferrals);
  std::atomic<int> answered{0};
  std::thread writer([&] {
    for (int i = 0; i < kReferrals; ++i) {
      referral::v1::CreateReferralRequest request = world.ReferralRequest(consents[i]);
      request.set_request_id(ids::Uuid::Random().ToString());
      const auto sent = world.ClientOf(kReferrer, "referral")
                            .Call<referral::v1::CreateReferralResponse>(
                                request, {.timeout = kPatience, .wait_for_ready = true, .practitioner = kPractitioner});
      EXPECT_TRUE(sent.ok()) << sent.status();
      if (sent.ok()) made[i] = sent->referral_id();
      ++answered;
    }
  });
  // What a rolling update does, twice, in the midst of it.
  for (const int at : {kReferrals / 3, 2 * kReferrals / 3}) {
    EXPECT_TRUE(Eventually([&] { return answered >= at; }));
    world.Stop("referral");
    world.Start("referral");
  }
  writer.join();
  EXPECT_TRUE(Eventually([&] { return watcher.Of(made.back()).size() == 2; })) << "the last one was told";
  for (const std::string& referral_id : made) {
    EXPECT_THAT(watcher.Of(referral_id),
                ::testing::ElementsAre(referral::v1::REFERRAL_ACTION_CREATE, referral::v1::REFERRAL_ACTION_SEND))
        << referral_id;
  }
  EXPECT_GE(watcher.streams(), 3) << "each drain ended a stream";
}

TEST(Watching, EachEventCanBeTheLastBeforeAStreamBreaks) {
  World& world = World::Get();
  rpc::Client& client = world.ClientOf(kReferrer, "referral");
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver})).referral_id);
  std::vector<std::string> seen;
  std::string cursor;
  // A new stream for every event: each goes on where the last one stopped.
  while (seen.empty() || seen.back() != made.back()) {
    referral::v1::WatchReferralsRequest watch;
    watch.set_cursor(cursor);
    auto stream = client.Watch<referral::v1::WatchReferralsResponse>(watch, {.timeout = kPatience});
    referral::v1::WatchReferralsResponse event;
    ASSERT_TRUE(stream.Read(event)) << stream.Finish();
    cursor = event.cursor();
    if (event.event().action() == referral::v1::REFERRAL_ACTION_SEND) seen.push_back(event.event().referral_id());
    stream.Cancel();
  }
  ASSERT_GE(seen.size(), made.size());
  EXPECT_TRUE(std::equal(made.rbegin(), made.rend(), seen.rbegin())) << "in order, none skipped";
}

}  // namespace
}  // namespace nwd::e2e
