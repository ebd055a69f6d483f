#include "services/consent/decision_service.h"

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/limits.h"
#include "services/consent/named_consent.h"
#include "services/consent/reasons.h"
#include "services/consent/settled_refusals.h"
#include "services/consent/superseding.h"
#include "services/consent/ties.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {
namespace {

// The consent that `given` renews or changes ends with it, also one whose time is over: what rests on that goes on under
// the new one. Answers whether there was one to end.
absl::StatusOr<bool> Supersede(store::Txn& txn, const storage::Consent& given, const NamedConsent& named_old,
                               const Draft& receipt, absl::Time now) {
  if (given.supersedes_consent_id().empty()) return false;
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> old,
                       consents::Find(txn, consents::IdOf(given.supersedes_consent_id())));
  if (!old.has_value() || !Next(old->state(), ConsentEvent::kSupersede).has_value()) return false;
  NWD_RETURN_IF_ERROR(TakeOutOfForce(txn, *old, ConsentEvent::kSupersede, v1::NOTICE_TYPE_UNSPECIFIED, now).status());
  KeepReceipt(txn, named_old, *old, receipt);
  return true;
}

// Who says yes through a channel has confirmed the consent with it, where that can confirm it.
absl::Status ConfirmIfTheirOwn(const store::Reader& reader, const ties::Asker& asker, storage::Consent& given) {
  if (!asker.is_channel) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const bool confirms, ties::Confirms(reader, asker, given));
  if (confirms) given.set_corroborated_by_person(true);
  return absl::OkStatus();
}

std::optional<ConsentEvent> EventOf(ConsentState decision) {
  switch (decision) {
    case v1::CONSENT_STATE_GIVEN:
      return ConsentEvent::kGive;
    case v1::CONSENT_STATE_REFUSED:
      return ConsentEvent::kRefuse;
    case v1::CONSENT_STATE_DEFERRED:
      return ConsentEvent::kDefer;
    default:
      return std::nullopt;
  }
}

absl::Status CheckDecided(const rpc::Call&, const v1::RecordDecisionRequest& request) {
  if (EventOf(request.decision()).has_value()) return absl::OkStatus();
  return status::InvalidField("decision", "must be GIVEN, REFUSED or DEFERRED");
}

}  // namespace

void DecisionService::Register(rpc::Router& router) {
  router.Unary(this, &DecisionService::RequestConsent);
  router.Unary(this, &DecisionService::RecordDecision, CheckDecided);
}

async::Task<absl::StatusOr<v1::RequestConsentResponse>> DecisionService::RequestConsent(
    rpc::Call& call, const v1::RequestConsentRequest& request) {
  constexpr auto kTie = common::v1::TIE_CONSENT_CAPTOR;
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, call, request.consent_id(), kTie));
  const Drafts none;  // nothing is decided yet
  std::vector<ids::Uuid> nobody;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::RequestConsentResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    NWD_RETURN_IF_ERROR(ties::Prove(txn, call, kTie, consent));
    auto once = [&]() -> absl::StatusOr<v1::RequestConsentResponse> {
      NWD_RETURN_IF_ERROR(Decide(txn, call, named, *consent, {ConsentEvent::kRequest, request.etag(), none, nobody}));
      return Stands<v1::RequestConsentResponse>(*consent);
    };
    return parts_.requests.Once<v1::RequestConsentResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<DecisionService::Drafts>> DecisionService::DrawUp(const rpc::Call& call,
                                                                             const NamedConsent& named,
                                                                             ConsentEvent event) const {
  Drafts drafts;
  const Occasion decided{.event = event, .by_person = true};
  NWD_CO_ASSIGN_OR_RETURN(drafts.decided, co_await DrawUpReceipt(parts_, call, named, decided));
  if (event != ConsentEvent::kGive || named.seen.supersedes_consent_id().empty()) co_return drafts;
  const std::string old_id = consents::IdOf(named.seen.supersedes_consent_id()).ToString();
  NWD_CO_ASSIGN_OR_RETURN(drafts.old, co_await LookUp(parts_, old_id));
  const Occasion replaced{.event = ConsentEvent::kSupersede, .by_person = true, .replaced_by = named.consent_id};
  NWD_CO_ASSIGN_OR_RETURN(drafts.superseded, co_await DrawUpIfReadable(parts_, call, drafts.old, replaced));
  co_return drafts;
}

async::Task<absl::StatusOr<v1::RecordDecisionResponse>> DecisionService::RecordDecision(
    rpc::Call& call, const v1::RecordDecisionRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckDecided(call, request));
  const std::optional<ConsentEvent> event = EventOf(request.decision());
  constexpr auto kTie = common::v1::TIE_CONSENT_CAPTOR;
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, call, request.consent_id(), kTie));
  NWD_CO_ASSIGN_OR_RETURN(const Drafts drafts, co_await DrawUp(call, named, *event));
  std::vector<ids::Uuid> told;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::RecordDecisionResponse> {
    told.clear();
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    NWD_RETURN_IF_ERROR(ties::Prove(txn, call, kTie, consent));
    auto once = [&]() -> absl::StatusOr<v1::RecordDecisionResponse> {
      NWD_RETURN_IF_ERROR(Decide(txn, call, named, *consent, {*event, request.etag(), drafts, told}));
      return Stands<v1::RecordDecisionResponse>(*consent);
    };
    return parts_.requests.Once<v1::RecordDecisionResponse>(txn, call, request, once);
  };
  NWD_CO_ASSIGN_OR_RETURN(v1::RecordDecisionResponse response, co_await parts_.store.Update(body, call.deadline()));
  RingBells(parts_, told);
  const bool took_a_place = event == ConsentEvent::kGive && drafts.old.key != nullptr;
  if (event == ConsentEvent::kRefuse || took_a_place) co_await parts_.off_host.Wait(call.deadline());
  co_return response;
}

absl::Status DecisionService::Decide(store::Txn& txn, const rpc::Call& call, const NamedConsent& named,
                                     storage::Consent& consent, const Step& step) const {
  const absl::Time now = call.Now();
  const ConsentEvent event = step.event;
  if (step.etag != consents::EtagOf(consent)) return status::StaleEtag("consent");
  const ConsentState state = StateAt(consent, now);
  const std::optional<ConsentState> next = Next(state, event);
  if (!next.has_value()) return WrongState(state, event);
  // A no needs no place.
  if (event == ConsentEvent::kRequest || event == ConsentEvent::kGive) {
    NWD_RETURN_IF_ERROR(CheckPlaceIsFree(txn, consent));
  }
  if (event == ConsentEvent::kGive) {
    NWD_RETURN_IF_ERROR(CheckAuthority(consent, now));
    NWD_RETURN_IF_ERROR(ConfirmIfTheirOwn(txn, ties::AskerOf(call), consent));
  }
  consent.set_state(*next);
  consent.set_revision(consent.revision() + 1);
  if (event != ConsentEvent::kRequest) consent.set_decide_time_us(Micros(now));
  if (IsTerminal(*next)) consent.set_end_time_us(Micros(now));
  NWD_RETURN_IF_ERROR(SettleDecision(txn, consent, now, step.told));
  bool superseded = false;
  if (event == ConsentEvent::kGive) {
    NWD_ASSIGN_OR_RETURN(superseded, Supersede(txn, consent, step.drafts.old, step.drafts.superseded, now));
  }
  consents::Put(txn, consent);
  AppendConsentChange(txn, consent, now, superseded ? consents::IdOf(consent.supersedes_consent_id()) : ids::Uuid());
  KeepReceipt(txn, named, consent, step.drafts.decided);
  Record(parts_, txn, "consent.decided", now, named.person_id, named.key, DeedOn(call, consent));
  return absl::OkStatus();
}

}  // namespace nwd::consent
