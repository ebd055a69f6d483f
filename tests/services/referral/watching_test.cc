// Who follows which events of which referrals.
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

// Takes what a watch writes and hangs up after `wanted` events.
class Watcher final : public rpc::RawWriter {
 public:
  Watcher(rpc::Call& call, size_t wanted) : call_(call), wanted_(wanted) {}
  async::Task<absl::Status> Write(const google::protobuf::Message& response) override {
    seen.push_back(static_cast<const WatchReferralsResponse&>(response));
    if (seen.size() >= wanted_) call_.Cancel();
    co_return absl::OkStatus();
  }
  std::vector<WatchReferralsResponse> seen;

 private:
  rpc::Call& call_;
  const size_t wanted_;
};

class Watching : public Office {
 protected:
  std::vector<WatchReferralsResponse> Watch(const std::string& who, const std::string& cursor, size_t wanted) {
    const auto& descriptor = MethodOf(*WatchReferralsRequest::descriptor());
    const absl::StatusOr<common::v1::AccessRule> rule = access::RuleOf(descriptor);
    rpc::Call call(descriptor, *rule, clock_);
    Admit(who, call);
    Watcher watcher(call, wanted);
    rpc::Writer<WatchReferralsResponse> writer(watcher);
    WatchReferralsRequest request;
    request.set_cursor(cursor);
    const absl::Status ended = async::BlockOn(referrals_.WatchReferrals(call, request, writer));
    EXPECT_EQ(ended.code(), absl::StatusCode::kCancelled) << ended;
    EXPECT_TRUE(call.TieProved());
    return watcher.seen;
  }
  static std::vector<std::string> Words(const std::vector<WatchReferralsResponse>& seen) {
    std::vector<std::string> words;
    for (const WatchReferralsResponse& one : seen) words.push_back(ActionWord(one.event().action()));
    return words;
  }
};

TEST_F(Watching, EachSideFollowsItsOwnEventsTheReceiverFromSend) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_RECEIVE);
  EXPECT_EQ(Words(Watch("jobcentre", "", 3)), (std::vector<std::string>{"CREATE", "SEND", "RECEIVE"}));
  EXPECT_EQ(Words(Watch("college", "", 2)), (std::vector<std::string>{"SEND", "RECEIVE"}));
}

TEST_F(Watching, GoesOnAfterItsCursorAndTheCursorIsItsOwn) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_RECEIVE);
  const auto seen = Watch("jobcentre", "", 3);
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  EXPECT_EQ(Words(Watch("jobcentre", seen[1].cursor(), 2)), (std::vector<std::string>{"RECEIVE", "ACCEPT"}));
  const auto& descriptor = MethodOf(*WatchReferralsRequest::descriptor());
  const absl::StatusOr<common::v1::AccessRule> rule = access::RuleOf(descriptor);
  rpc::Call call(descriptor, *rule, clock_);
  Admit("college", call);
  Watcher watcher(call, 1);
  rpc::Writer<WatchReferralsResponse> writer(watcher);
  WatchReferralsRequest request;
  request.set_cursor(seen[1].cursor());
  EXPECT_EQ(async::BlockOn(referrals_.WatchReferrals(call, request, writer)).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Watching, AReceiverNeverHearsOfAReferralThatWasNeverSentHoweverItEnds) {
  const std::string withdrawn = Made(/*send=*/false);
  Moved("jobcentre", withdrawn, REFERRAL_ACTION_WITHDRAW);
  Moved("jobcentre", withdrawn, REFERRAL_ACTION_VOID, REFERRAL_REASON_DUPLICATE);
  const std::string cancelled = Made(/*send=*/false);
  Moved("jobcentre", cancelled, REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED);
  Moved("jobcentre", cancelled, REFERRAL_ACTION_VOID, REFERRAL_REASON_DUPLICATE);
  Made(/*send=*/false);
  clock_.Advance(CalendarDays(Times().draft_kept_calendar_days));
  ASSERT_EQ(JanitorRound(), 1) << "the last one is swept";
  const std::string sent = Made();
  const auto seen = Watch("college", "", 1);
  EXPECT_EQ(Words(seen), (std::vector<std::string>{"SEND"}));
  EXPECT_EQ(seen[0].event().referral_id(), sent);
  EXPECT_EQ(Words(Watch("jobcentre", "", 10)),
            (std::vector<std::string>{"CREATE", "WITHDRAW", "VOID", "CREATE", "CANCEL", "VOID", "CREATE", "SWEEP",
                                      "CREATE", "SEND"}));
}

TEST_F(Watching, AReceiverNeverHearsOfADraft) {
  const std::string draft = Made(/*send=*/false);
  Moved("jobcentre", draft, REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED);
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  ASSERT_TRUE(Create(for_ben).ok());
  EXPECT_EQ(Words(Watch("college", "", 1)), (std::vector<std::string>{"SEND"}));
}

}  // namespace
}  // namespace nwd::referral
