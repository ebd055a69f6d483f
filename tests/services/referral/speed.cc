// What a referral's calls cost inside the process, on the real engine, without the network: where the time of the
// benchmarks goes.
//
//   nwd-referral-speed [referrals]        prints one line a figure
#include <cstdio>
#include <cstdlib>

#include "common/async/block_on.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/referral/access_delivery.h"
#include "services/referral/referral_service.h"
#include "tests/services/referral/fakes.h"
#include "tests/testing/method_of.h"
#include "tests/testing/project_calendar.h"
#include "tests/testing/project_facts.h"
#include "tests/testing/temp_folder.h"
#include "tests/testing/timed.h"

namespace nwd::referral {
namespace {

constexpr int kInFlight = 64;
constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

class Speed {
 public:
  Speed()
      : data_(*store::RocksStore::Open({.folder = folder_.Path() + "/data"})),
        key_store_(*store::RocksStore::Open({.folder = folder_.Path() + "/keys"})),
        keys_(*key_store_, kKey),
        outbox_(*data_, SystemClock::Get()),
        mover_(directory_, {testing::ProjectCalendar()}, audit_, outbox_),
        parts_{*data_,
               keys_,
               mover_,
               audit_,
               requests_,
               tokens_,
               outbox_,
               testing::ProjectFacts(),
               {consent_, outcome_, directory_}},
        service_(parts_) {
    HandleAccess(outbox_, consent_);
    consent_.permits.insert({Id("consent-1"), Id("college")});
  }

  void Run(int referrals) {
    made_.resize(static_cast<size_t>(referrals));
    for (int i = 0; i < referrals; ++i) directory_.Add(Cat("service ", i), "college");
    testing::Timed("create and send", referrals, kInFlight, [&](int i) { return Create(i); });
    testing::Timed("receive", referrals, kInFlight, [&](int i) { return Receive(i); });
  }

 private:
  template <class Request, class Response>
  async::Task<absl::StatusOr<Response>> Ask(
      async::Task<absl::StatusOr<Response>> (ReferralService::*member)(rpc::Call&, const Request&),
      const std::string& who, const Request& request) {
    static const google::protobuf::MethodDescriptor& method = testing::MethodOf(*Request::descriptor());
    static const common::v1::AccessRule rule = method.options().GetExtension(common::v1::access);
    rpc::Call call(method, rule, SystemClock::Get());
    rpc::Call::Facts facts;
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    auto trusted = std::make_shared<access::Organisation>();
    trusted->organisation_id = Id(who);
    facts.caller.organisation = trusted;
    facts.practitioner = "p-1";
    call.SetFacts(std::move(facts));
    co_return co_await (service_.*member)(call, request);
  }

  async::Task<void> Create(int i) {
    v1::CreateReferralRequest request;
    request.set_request_id(ids::Uuid::Random().ToString());
    request.set_person_ref(Ref("jobcentre", "ada"));
    request.set_service_id(Id(Cat("service ", i)));
    request.set_consent_id(Id("consent-1"));
    request.mutable_summary()->set_need("esol");
    request.mutable_summary()->set_borough("E09000022");
    request.mutable_summary()->set_age_band("25-49");
    request.set_notes("would like an evening class near home");
    request.set_send(true);
    const std::string who = "jobcentre";
    const auto made = co_await Ask(&ReferralService::CreateReferral, who, request);
    NWD_CHECK(made.ok());
    made_[static_cast<size_t>(i)] = *made;
  }
  async::Task<void> Receive(int i) {
    v1::TransitionReferralRequest request;
    request.set_request_id(ids::Uuid::Random().ToString());
    request.set_referral_id(made_[static_cast<size_t>(i)].referral_id());
    request.set_etag(made_[static_cast<size_t>(i)].etag());
    request.set_action(v1::REFERRAL_ACTION_RECEIVE);
    const std::string who = "college";
    NWD_CHECK((co_await Ask(&ReferralService::TransitionReferral, who, request)).ok());
  }

  testing::TempFolder folder_;
  std::unique_ptr<store::Store> data_, key_store_;
  FakeConsent consent_;
  FakeOutcome outcome_;
  FakeDirectory directory_;
  person_keys::PersonKeys keys_;
  const tokens::Tokens tokens_{kKey};
  const idempotency::Requests requests_{kKey};
  const audit::Audit audit_{kKey};
  outbox::Outbox outbox_;
  const Mover mover_;
  const Parts parts_;
  ReferralService service_;
  std::vector<v1::CreateReferralResponse> made_;
};

}  // namespace
}  // namespace nwd::referral

int main(int argc, char** argv) { nwd::referral::Speed().Run(argc > 1 ? std::atoi(argv[1]) : 50'000); }
