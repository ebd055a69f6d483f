#include "tests/linearizability/client.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/strings.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/linearizability/answers.h"

namespace nwd::linearizability {
namespace {

namespace v1 = consent::v1;

constexpr absl::Duration kPatient = absl::Seconds(10);
constexpr absl::Duration kHasty = absl::Milliseconds(2);  // such a call may be given up while it is carried out
constexpr int kHastyOneIn = 40;
constexpr int kOlderOneIn = 4;  // asks about the consent that was there before
constexpr int kHotOneIn = 2;    // goes where most others go
constexpr size_t kHotPlaces = 4;

// How often each act comes, in 1000; what is left are checks.
struct Share {
  Act act;
  int in_1000;
};
constexpr Share kShares[] = {{Act::kCheck, 240}, {Act::kRead, 130},    {Act::kLook, 40},    {Act::kOpen, 170},
                             {Act::kClose, 150}, {Act::kWithdraw, 12}, {Act::kSuspend, 20}, {Act::kResume, 90}};
constexpr int kRememberedOneIn = 4;  // a revision that nothing resumes from any more: another may try it yet

Operation Begin(Act act, const Consent& consent) {
  Operation operation;
  operation.act = act;
  operation.consent = consent.number;
  return operation;
}

rpc::CallOptions Options(absl::Duration timeout) {
  rpc::CallOptions options;
  options.timeout = timeout;
  options.practitioner = e2e::kPractitioner;
  return options;
}

// A later revision than was known before, in which it is suspended.
void Learn(Consent& consent, int64_t suspended) {
  int64_t before = consent.suspended;
  while (before < suspended && !consent.suspended.compare_exchange_weak(before, suspended)) {
  }
}

template <class Request>
Request Moving(const Consent& consent, const Operation& operation, const std::string& receiver_id) {
  Request request;
  request.set_referral_id(consent.referral_ids[operation.referral]);
  request.set_consent_id(consent.id);
  request.set_organisation_id(receiver_id);
  request.set_sequence(operation.rank);
  return request;
}

}  // namespace

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

async::Task<void> Client::Work(const std::atomic<bool>& stopping, const std::function<void()>& ended) {
  while (!stopping) {
    co_await One();
    ended();
  }
}

template <class Response, class Request>
async::Task<absl::StatusOr<Response>> Client::Ask(rpc::Client& client, const Request& request, Operation& operation) {
  const rpc::CallOptions options = Options(Chance(kHastyOneIn) ? kHasty : kPatient);
  operation.began_ns = NowNs();
  absl::StatusOr<Response> answer = co_await client.Await<Response>(request, options);
  const Said said = Meaning(operation.act, answer.status());
  if (said == Said::kSurprise) {
    surprises.push_back(Cat(RowOf(operation.act).name, ": ", answer.status().ToString()));
  }
  if (said == Said::kYes || said == Said::kNo) {
    operation.ended_ns = NowNs();
    operation.outcome = said == Said::kYes ? Outcome::kYes : Outcome::kNo;
  }
  co_return answer;
}

// Something, somewhere.
async::Task<void> Client::One() {
  Place& place = Chance(kHotOneIn) ? stage_.Hot(Below(kHotPlaces)) : *stage_.places()[Below(stage_.places().size())];
  std::shared_ptr<Consent> now, before;
  {
    absl::MutexLock lock(&place.mutex);
    now = place.now;
    before = place.before;
  }
  Consent& consent = before != nullptr && Chance(kOlderOneIn) ? *before : *now;
  if (!consent.given && Chance(2)) {
    co_await Give(consent);
    co_return;
  }
  switch (const Act act = Choose(consent)) {
    case Act::kCheck:
      co_await Check(consent);
      break;
    case Act::kRead:
      co_await Read(consent);
      break;
    case Act::kLook:
      co_await Look(consent);
      break;
    case Act::kOpen:
    case Act::kClose:
      co_await Move(consent, act);
      break;
    case Act::kSuspend:
      co_await Suspend(consent);
      break;
    case Act::kResume:
      co_await Resume(consent);
      break;
    default:
      co_await Withdraw(place, consent);
  }
}

Act Client::Choose(const Consent& consent) {
  size_t drawn = Below(1000);
  for (const Share& share : kShares) {
    if (drawn >= static_cast<size_t>(share.in_1000)) {
      drawn -= share.in_1000;
      continue;
    }
    const bool nothing_to_move = (consent.standing && RowOf(share.act).moves == kReferral) ||
                                 (consent.suspended == 0 && share.act == Act::kResume);
    return nothing_to_move ? Act::kCheck : share.act;
  }
  return Act::kCheck;
}

// A new consent takes the place of the one that was withdrawn; it is not given yet.
async::Task<void> Client::Renew(Place& place) {
  const v1::CreateConsentRequest request =
      stage_.world().ConsentRequest(place.person->referrers_ref, {e2e::kReceiver}, place.standing);
  const rpc::CallOptions options = Options(kPatient);
  const auto created = co_await stage_.referrer().Await<v1::CreateConsentResponse>(request, options);
  if (created.ok()) {
    stage_.Publish(place, created->consent_id(), created->etag());
  } else if (Meaning(Act::kGive, created.status()) == Said::kSurprise) {
    surprises.push_back(created.status().ToString());
  }
  place.renewing = false;
}

async::Task<void> Client::Give(Consent& consent) {
  Operation operation = Begin(Act::kGive, consent);
  operation.rank = kGiveRank;
  const auto given = co_await Ask<v1::RecordDecisionResponse>(stage_.referrer(), consent.give, operation);
  if (given.ok()) consent.given = true;
  operations.push_back(operation);
}

async::Task<void> Client::Withdraw(Place& place, Consent& consent) {
  v1::WithdrawConsentRequest request;
  request.set_consent_id(consent.id);
  Operation operation = Begin(Act::kWithdraw, consent);
  operation.rank = kFinalRank;
  rpc::Client& client = Chance(2) ? stage_.referrer() : stage_.receiver();
  const auto withdrawn = co_await Ask<v1::WithdrawConsentResponse>(client, request, operation);
  operations.push_back(operation);
  if (!withdrawn.ok()) co_return;
  {
    absl::MutexLock lock(&place.mutex);
    if (place.now.get() != &consent) co_return;  // it was another's to replace
  }
  if (!place.renewing.exchange(true)) co_await Renew(place);
}

// By either party, on the person's word or on its own; also what is suspended already.
async::Task<void> Client::Suspend(Consent& consent) {
  v1::SuspendConsentRequest request;
  request.set_consent_id(consent.id);
  request.set_reason(Chance(2) ? v1::SUSPEND_REASON_PERSON_ASKED : v1::SUSPEND_REASON_IN_DOUBT);
  Operation operation = Begin(Act::kSuspend, consent);
  operation.rank = kFinalRank;
  rpc::Client& client = Chance(2) ? stage_.referrer() : stage_.receiver();
  const auto suspended = co_await Ask<v1::SuspendConsentResponse>(client, request, operation);
  if (suspended.ok()) {
    operation.rank = RevisionOf(suspended->etag());
    Learn(consent, operation.rank);
  }
  operations.push_back(operation);
}

// From a revision in which it was suspended; others may do so too, or may have done.
async::Task<void> Client::Resume(Consent& consent) {
  int64_t suspended = consent.suspended;
  v1::ResumeConsentRequest request;
  request.set_consent_id(consent.id);
  request.set_etag(EtagOf(suspended));
  request.set_person_agreed(true);
  Operation operation = Begin(Act::kResume, consent);
  operation.rank = suspended + 1;
  const auto resumed = co_await Ask<v1::ResumeConsentResponse>(stage_.referrer(), request, operation);
  if (resumed.ok() && RevisionOf(resumed->etag()) != operation.rank) {
    surprises.push_back(Cat("resumed from ", request.etag(), " to ", resumed->etag()));
  }
  if (operation.outcome != Outcome::kUnknown && !Chance(kRememberedOneIn)) {
    consent.suspended.compare_exchange_strong(suspended, 0);
  }
  operations.push_back(operation);
}

// In order, at most times; one in eight repeats what was sent before.
async::Task<void> Client::Move(Consent& consent, Act act) {
  const uint32_t referral = Below(kReferrals);
  // Openings have odd numbers and closings even ones, so that none has another's.
  int64_t turn = consent.sequences[referral].fetch_add(1) + 1;
  if (Chance(8)) turn -= static_cast<int64_t>(Below(std::min<int64_t>(turn, 6)));
  Operation operation = Begin(act, consent);
  operation.referral = referral;
  operation.rank = 2 * turn + (act == Act::kOpen ? 1 : 0);
  if (act == Act::kOpen) {
    v1::OpenReferralAccessRequest request =
        Moving<v1::OpenReferralAccessRequest>(consent, operation, stage_.receiver_id());
    request.set_person_id(consent.person->person_id);
    co_await Ask<v1::OpenReferralAccessResponse>(stage_.referral_service(), request, operation);
  } else {
    const auto request = Moving<v1::CloseReferralAccessRequest>(consent, operation, stage_.receiver_id());
    co_await Ask<v1::CloseReferralAccessResponse>(stage_.referral_service(), request, operation);
  }
  operations.push_back(operation);
}

// By the receiver about itself, or by the referral service for it.
async::Task<void> Client::Check(Consent& consent) {
  v1::CheckAccessRequest request;
  request.set_purpose(common::v1::PURPOSE_REFERRAL);
  request.add_categories(common::v1::CATEGORY_IDENTITY);
  request.set_mode(v1::SHARING_MODE_VIEW);
  request.set_consent_id(consent.id);
  const bool by_service = Chance(2);
  if (by_service) {
    request.set_person_id(consent.person->person_id);
    request.set_on_behalf_of(stage_.receiver_id());
  } else {
    request.set_person_ref(consent.person->receivers_ref);
  }
  Operation operation = Begin(Act::kCheck, consent);
  rpc::Client& client = by_service ? stage_.referral_service() : stage_.receiver();
  const auto answer = co_await Ask<v1::CheckAccessResponse>(client, request, operation);
  if (answer.ok() && !answer->permitted()) operation.outcome = Outcome::kNo;
  operations.push_back(operation);
}

async::Task<void> Client::Read(Consent& consent) {
  const v1::GetRecordRequest request = e2e::World::ReadRequest(consent.person->receivers_ref, consent.id);
  Operation operation = Begin(Act::kRead, consent);
  const auto record = co_await Ask<v1::GetRecordResponse>(stage_.receiver(), request, operation);
  if (record.ok()) disclosures.emplace_back(record->disclosure_id(), consent.number);
  operations.push_back(operation);
}

async::Task<void> Client::Look(Consent& consent) {
  v1::GetConsentRequest request;
  request.set_consent_id(consent.id);
  Operation operation = Begin(Act::kLook, consent);
  const auto seen = co_await Ask<v1::GetConsentResponse>(stage_.referrer(), request, operation);
  if (seen.ok()) Say(seen->consent(), operation);
  if (operation.outcome == Outcome::kSuspended) Learn(consent, operation.rank);
  operations.push_back(operation);
}

}  // namespace nwd::linearizability
