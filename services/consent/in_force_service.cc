#include "services/consent/in_force_service.h"

#include "common/base/timestamps.h"
#include "services/consent/reasons.h"
#include "services/consent/ties.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {

struct InForceService::WayOut {
  ConsentEvent event;
  ConsentState state;  // where it leads
  v1::NoticeType notice;
  std::string_view audit_type;
  common::v1::Tie tie;  // who may
};

const InForceService::WayOut InForceService::kSuspension = {ConsentEvent::kSuspend, v1::CONSENT_STATE_SUSPENDED,
                                                            v1::NOTICE_TYPE_SUSPENSION, "consent.suspended",
                                                            common::v1::TIE_CONSENT_PARTY};
const InForceService::WayOut InForceService::kWithdrawal = {ConsentEvent::kWithdraw, v1::CONSENT_STATE_WITHDRAWN,
                                                            v1::NOTICE_TYPE_WITHDRAWAL, "consent.withdrawn",
                                                            common::v1::TIE_CONSENT_PARTY};
const InForceService::WayOut InForceService::kRevocation = {ConsentEvent::kRevoke, v1::CONSENT_STATE_REVOKED,
                                                            v1::NOTICE_TYPE_REVOCATION, "consent.revoked",
                                                            common::v1::TIE_CONSENT_CAPTOR};
const InForceService::WayOut InForceService::kInvalidation = {ConsentEvent::kInvalidate, v1::CONSENT_STATE_INVALIDATED,
                                                              v1::NOTICE_TYPE_INVALIDATION, "consent.invalidated",
                                                              common::v1::TIE_CONSENT_CAPTOR};

namespace {

// The reason lies with the terms, encrypted. An erased person's is not kept, nor one beside terms that do not open.
absl::Status KeepReason(store::Txn& txn, const NamedConsent& named, ConsentEvent event, int reason) {
  if (reason == 0 || named.key == nullptr) return absl::OkStatus();
  absl::StatusOr<storage::Terms> terms = consents::ReadTerms(txn, *named.key, named.consent_id);
  if (absl::IsDataLoss(terms.status())) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(terms.status());
  if (event == ConsentEvent::kSuspend) terms->set_suspend_reason(static_cast<v1::SuspendReason>(reason));
  if (event == ConsentEvent::kRevoke) terms->set_revoke_reason(static_cast<v1::RevokeReason>(reason));
  if (event == ConsentEvent::kInvalidate) terms->set_invalidate_reason(static_cast<v1::InvalidateReason>(reason));
  consents::PutTerms(txn, *named.key, named.consent_id, *terms);
  return absl::OkStatus();
}

// What a channel does, the person does.
bool ByPerson(const rpc::Call& call, ConsentEvent event, int reason) {
  return ties::AskerOf(call).is_channel || event == ConsentEvent::kWithdraw ||
         (event == ConsentEvent::kSuspend && reason == v1::SUSPEND_REASON_PERSON_ASKED);
}

// Whether only the person's word undoes this suspension: it was their wish, or another organisation's doing.
bool NeedsPerson(const storage::Consent& consent, const rpc::Call& call, int reason) {
  const ties::Asker asker = ties::AskerOf(call);
  const bool captor = !asker.is_channel && consent.captor_organisation_id() == asker.organisation_id.bytes();
  return reason == v1::SUSPEND_REASON_PERSON_ASKED || !captor;
}

}  // namespace

void InForceService::Register(rpc::Router& router) {
  router.Unary(this, &InForceService::SuspendConsent);
  router.Unary(this, &InForceService::ResumeConsent);
  router.Unary(this, &InForceService::WithdrawConsent);
  router.Unary(this, &InForceService::RevokeConsent);
  router.Unary(this, &InForceService::InvalidateConsent);
}

async::Task<absl::StatusOr<v1::SuspendConsentResponse>> InForceService::SuspendConsent(
    rpc::Call& call, const v1::SuspendConsentRequest& request) {
  return TakeOut<v1::SuspendConsentResponse>(call, request, {kSuspension, request.reason()});
}

async::Task<absl::StatusOr<v1::WithdrawConsentResponse>> InForceService::WithdrawConsent(
    rpc::Call& call, const v1::WithdrawConsentRequest& request) {
  return TakeOut<v1::WithdrawConsentResponse>(call, request, {kWithdrawal, 0});
}

async::Task<absl::StatusOr<v1::RevokeConsentResponse>> InForceService::RevokeConsent(
    rpc::Call& call, const v1::RevokeConsentRequest& request) {
  return TakeOut<v1::RevokeConsentResponse>(call, request, {kRevocation, request.reason()});
}

async::Task<absl::StatusOr<v1::InvalidateConsentResponse>> InForceService::InvalidateConsent(
    rpc::Call& call, const v1::InvalidateConsentRequest& request) {
  return TakeOut<v1::InvalidateConsentResponse>(call, request, {kInvalidation, request.reason()});
}

template <class Response, class Request>
async::Task<absl::StatusOr<Response>> InForceService::TakeOut(rpc::Call& call, const Request& request, Taken taken) {
  const common::v1::Tie tie = taken.way.tie;
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, call, request.consent_id(), tie));
  const Occasion occasion{.event = taken.way.event, .by_person = ByPerson(call, taken.way.event, taken.reason)};
  NWD_CO_ASSIGN_OR_RETURN(taken.receipt, co_await DrawUpIfReadable(parts_, call, named, occasion));
  bool out = false;
  ToldOfEnd told;
  auto effect = [&](store::Txn& txn, storage::Consent& consent) -> absl::StatusOr<Response> {
    NWD_ASSIGN_OR_RETURN(out, Apply(txn, call, named, consent, taken, told));
    Response response = Stands<Response>(consent);
    response.set_notices(static_cast<int>(told.readers.size()));
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Response> {
    out = false;
    told = {};
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    NWD_RETURN_IF_ERROR(ties::Prove(txn, call, tie, consent));
    auto once = [&] { return effect(txn, *consent); };
    return parts_.requests.Once<Response>(txn, call, request, once);
  };
  absl::StatusOr<Response> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "a consent", response.status());
  if (out) {
    if (taken.way.event == ConsentEvent::kWithdraw) parts_.figures.withdrawals.Increment();
    RingBells(parts_, told.readers);
    RingBells(parts_, told.others);
  }
  co_await parts_.off_host.Wait(call.deadline());  // a repeated call too: the first may have been cut off here
  co_return response;
}

absl::StatusOr<bool> InForceService::Apply(store::Txn& txn, const rpc::Call& call, const NamedConsent& named,
                                           storage::Consent& consent, const Taken& taken, ToldOfEnd& told) const {
  const absl::Time now = call.Now();
  const bool suspends = taken.way.event == ConsentEvent::kSuspend;
  const bool again = consent.state() == taken.way.state;
  const bool needs_person = suspends && NeedsPerson(consent, call, taken.reason);
  // What stands already stays so; a second suspension counts only where it makes the first one harder to undo.
  if (again && (!needs_person || consent.resume_needs_person())) return false;
  // A no is never too late: what has run out ends by it all the same. What has run out cannot rest.
  const ConsentState state = suspends ? StateAt(consent, now) : consent.state();
  if (!again && !Next(state, taken.way.event).has_value()) return WrongState(state, taken.way.event);

  if (needs_person) consent.set_resume_needs_person(true);
  if (suspends && !again) consent.set_suspend_time_us(Micros(now));
  if (again) {
    consent.set_revision(consent.revision() + 1);
    consents::Put(txn, consent);
    AppendConsentChange(txn, consent, now);  // for the ledger: from now on it needs the person
  } else {
    NWD_ASSIGN_OR_RETURN(told, TakeOutOfForce(txn, consent, taken.way.event, taken.way.notice, now));
  }
  NWD_RETURN_IF_ERROR(KeepReason(txn, named, taken.way.event, taken.reason));
  if (!again) KeepReceipt(txn, named, consent, taken.receipt);
  storage::Deed deed = DeedOn(call, consent);
  deed.set_reason(taken.reason);
  Record(parts_, txn, taken.way.audit_type, now, named.person_id, named.key, deed);
  return !again;
}

async::Task<absl::StatusOr<v1::ResumeConsentResponse>> InForceService::ResumeConsent(
    rpc::Call& call, const v1::ResumeConsentRequest& request) {
  constexpr auto kTie = common::v1::TIE_CONSENT_CAPTOR;
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, call, request.consent_id(), kTie));
  const bool by_person = request.person_agreed() || ByPerson(call, ConsentEvent::kResume, 0);
  const Occasion occasion{.event = ConsentEvent::kResume, .by_person = by_person};
  NWD_CO_ASSIGN_OR_RETURN(const Draft receipt, co_await DrawUpReceipt(parts_, call, named, occasion));
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::ResumeConsentResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    NWD_RETURN_IF_ERROR(ties::Prove(txn, call, kTie, consent));
    auto once = [&]() -> absl::StatusOr<v1::ResumeConsentResponse> {
      NWD_RETURN_IF_ERROR(Resume(txn, call, named, *consent, request, receipt));
      return Stands<v1::ResumeConsentResponse>(*consent);
    };
    return parts_.requests.Once<v1::ResumeConsentResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

absl::Status InForceService::Resume(store::Txn& txn, const rpc::Call& call, const NamedConsent& named,
                                    storage::Consent& consent, const v1::ResumeConsentRequest& request,
                                    const Draft& receipt) const {
  const absl::Time now = call.Now();
  if (request.etag() != consents::EtagOf(consent)) return status::StaleEtag("consent");
  const ConsentState state = StateAt(consent, now);
  const std::optional<ConsentState> next = Next(state, ConsentEvent::kResume);
  if (!next.has_value()) return WrongState(state, ConsentEvent::kResume);
  const bool is_channel = ties::AskerOf(call).is_channel;
  const bool agreed = request.person_agreed() || is_channel;
  if (!consent.resume_needs_person() && is_channel) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kSuspendedByCaptor,
                         "the organisation that captured the consent let it rest by itself; it resumes it");
  }
  if (consent.resume_needs_person()) {
    if (!agreed) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kPersonNotAsked,
                           "the person asked for this suspension, or another organisation recorded it; ask the person, "
                           "and say with person_agreed that they agreed");
    }
    NWD_RETURN_IF_ERROR(CheckAuthority(consent, now));
  }
  consent.set_state(*next);
  consent.clear_suspend_time_us();
  consent.clear_resume_needs_person();
  consent.set_revision(consent.revision() + 1);
  consents::Put(txn, consent);
  AppendConsentChange(txn, consent, now);
  KeepReceipt(txn, named, consent, receipt);
  storage::Deed deed = DeedOn(call, consent);
  deed.set_person_agreed(agreed);
  Record(parts_, txn, "consent.resumed", now, named.person_id, named.key, deed);
  return absl::OkStatus();
}

}  // namespace nwd::consent
