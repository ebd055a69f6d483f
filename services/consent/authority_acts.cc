#include "services/consent/authority_acts.h"

#include <optional>
#include <string_view>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/agreements.h"
#include "services/consent/authority_decision.h"
#include "services/consent/authority_end.h"
#include "services/consent/authority_terms.h"
#include "services/consent/awaiting.h"
#include "services/consent/cited_agreement.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/reasons.h"
#include "services/consent/telling.h"
#include "services/consent/ties.h"

namespace nwd::consent {

struct AuthorityActs::Act {
  AuthorityEvent event;
  AuthorityState state;   // where it leads
  common::v1::Tie tie;    // who may
  v1::NoticeType notice;  // UNSPECIFIED: nobody is told
  std::string_view audit_type;
};

const AuthorityActs::Act AuthorityActs::kApproval = {AuthorityEvent::kApprove, v1::AUTHORITY_STATE_APPROVED,
                                                     common::v1::TIE_AUTHORITY_SECOND, v1::NOTICE_TYPE_UNSPECIFIED,
                                                     "authority.approved"};
const AuthorityActs::Act AuthorityActs::kEnd = {AuthorityEvent::kEnd, v1::AUTHORITY_STATE_ENDED,
                                                common::v1::TIE_AUTHORITY_ASSERTER, v1::NOTICE_TYPE_UNSPECIFIED,
                                                "authority.ended"};
const AuthorityActs::Act AuthorityActs::kObjection = {AuthorityEvent::kObject, v1::AUTHORITY_STATE_OBJECTED,
                                                      common::v1::TIE_AUTHORITY_CONCERNED, v1::NOTICE_TYPE_OBJECTION,
                                                      "authority.objected"};
const AuthorityActs::Act AuthorityActs::kOverturn = {AuthorityEvent::kOverturn, v1::AUTHORITY_STATE_OVERTURNED,
                                                     common::v1::TIE_AUTHORITY_SECOND, v1::NOTICE_TYPE_OVERTURN,
                                                     "authority.overturned"};

namespace {

absl::Status CheckRightToObject(const storage::Authority& authority) {
  if (MayObject(authority.lawful_basis())) return absl::OkStatus();
  const std::string bases = BasesWithObjection();
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNoRightToObject,
                       Cat("there is no right to object to an authority on this lawful basis, only on ", bases,
                           " (UK GDPR, Article 21); a second organisation can overturn it"),
                       {{"lawful_bases", bases}});
}

// Nothing is approved under an agreement that is over: it would say ACTIVE and permit nothing.
absl::Status CheckAgreementStands(const store::Reader& reader, const storage::Authority& authority, absl::Time now) {
  if (authority.agreement_id().empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const AgreementPtr agreement, CitedAgreement(reader, authority.agreement_id()));
  if (agreement != nullptr && !agreements::IsOver(*agreement, now)) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kAgreementEnded,
                       "the data-sharing agreement that the authority falls under has ended; it is to be asserted anew "
                       "under another");
}

// It holds the person, by whichever of their ids, or acts for them as a resident channel.
absl::StatusOr<bool> HasPerson(const store::Reader& reader, const ties::Asker& asker,
                               const std::optional<storage::Authority>& authority) {
  const ids::Uuid person_id = authority.has_value() ? consents::IdOf(authority->person_id()) : ids::Uuid();
  if (asker.is_channel) return ties::HasPerson(reader, asker, person_id);
  return joins::IsHeldBy(reader, person_id, asker.organisation_id);
}

absl::StatusOr<bool> IsTied(const store::Reader& reader, const ties::Asker& asker, common::v1::Tie tie,
                            const std::optional<storage::Authority>& authority) {
  if (tie == common::v1::TIE_AUTHORITY_ASSERTER) {
    return authority.has_value() && authority->asserter_organisation_id() == asker.organisation_id.bytes();
  }
  // Read for everybody, whether or not there is such an authority.
  NWD_ASSIGN_OR_RETURN(const bool has_person, HasPerson(reader, asker, authority));
  if (!authority.has_value()) return false;
  if (asker.is_channel) return has_person && tie == common::v1::TIE_AUTHORITY_CONCERNED;
  const bool second = has_person && MayJudge(*authority, asker.organisation_id, asker.kind);
  if (tie == common::v1::TIE_AUTHORITY_SECOND) return second;
  return second || IsParty(*authority, asker.organisation_id);
}

// The reason lies with the terms, encrypted. An erased person's is not kept, nor one beside terms that do not open.
absl::Status KeepReason(store::Txn& txn, const NamedAuthority& named, AuthorityEvent event, int reason) {
  if (reason == 0 || named.key == nullptr) return absl::OkStatus();
  absl::StatusOr<storage::AuthorityTerms> terms = authorities::ReadTerms(txn, *named.key, named.authority_id);
  if (absl::IsDataLoss(terms.status())) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(terms.status());
  if (event == AuthorityEvent::kEnd) terms->set_end_reason(static_cast<v1::EndReason>(reason));
  if (event == AuthorityEvent::kOverturn) terms->set_overturn_reason(static_cast<v1::OverturnReason>(reason));
  authorities::PutTerms(txn, *named.key, named.authority_id, *terms);
  return absl::OkStatus();
}

}  // namespace

void AuthorityActs::Register(rpc::Router& router) {
  router.Unary(this, &AuthorityActs::ApproveAuthority);
  router.Unary(this, &AuthorityActs::EndAuthority);
  router.Unary(this, &AuthorityActs::ObjectToAuthority);
  router.Unary(this, &AuthorityActs::OverturnAuthority);
}

async::Task<absl::StatusOr<v1::ApproveAuthorityResponse>> AuthorityActs::ApproveAuthority(
    rpc::Call& call, const v1::ApproveAuthorityRequest& request) {
  return Do<v1::ApproveAuthorityResponse>(call, request, {kApproval, 0, request.etag()});
}

async::Task<absl::StatusOr<v1::EndAuthorityResponse>> AuthorityActs::EndAuthority(
    rpc::Call& call, const v1::EndAuthorityRequest& request) {
  return Do<v1::EndAuthorityResponse>(call, request, {kEnd, request.reason(), ""});
}

async::Task<absl::StatusOr<v1::ObjectToAuthorityResponse>> AuthorityActs::ObjectToAuthority(
    rpc::Call& call, const v1::ObjectToAuthorityRequest& request) {
  return Do<v1::ObjectToAuthorityResponse>(call, request, {kObjection, 0, ""});
}

async::Task<absl::StatusOr<v1::OverturnAuthorityResponse>> AuthorityActs::OverturnAuthority(
    rpc::Call& call, const v1::OverturnAuthorityRequest& request) {
  return Do<v1::OverturnAuthorityResponse>(call, request, {kOverturn, request.reason(), ""});
}

template <class Response, class Request>
async::Task<absl::StatusOr<Response>> AuthorityActs::Do(rpc::Call& call, const Request& request, Done done) {
  NWD_CO_ASSIGN_OR_RETURN(const NamedAuthority named, co_await LookUpAuthority(parts_, request.authority_id()));
  std::vector<ids::Uuid> told;
  auto effect = [&](store::Txn& txn, storage::Authority& authority) -> absl::StatusOr<Response> {
    NWD_RETURN_IF_ERROR(Apply(txn, call, named, authority, done, told));
    Response response = Stands<Response>(authority, call.Now());
    if constexpr (requires { response.set_notices(0); }) response.set_notices(static_cast<int>(told.size()));
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Response> {
    told.clear();
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Authority> authority, authorities::Find(txn, named.authority_id));
    NWD_ASSIGN_OR_RETURN(const bool tied, IsTied(txn, ties::AskerOf(call), done.act.tie, authority));
    if (!tied) return status::Denied();
    call.ProveTie(done.act.tie);
    auto once = [&] { return effect(txn, *authority); };
    return parts_.requests.Once<Response>(txn, call, request, once);
  };
  absl::StatusOr<Response> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "an authority", response.status());
  RingBells(parts_, told);
  if (IsOver(done.act.state)) co_await parts_.off_host.Wait(call.deadline());
  co_return response;
}

absl::Status AuthorityActs::Apply(store::Txn& txn, const rpc::Call& call, const NamedAuthority& named,
                                  storage::Authority& authority, const Done& done, std::vector<ids::Uuid>& told) const {
  const absl::Time now = call.Now();
  const AuthorityEvent event = done.act.event;
  if (event == AuthorityEvent::kObject) NWD_RETURN_IF_ERROR(CheckRightToObject(authority));
  if (!done.etag.empty() && done.etag != authorities::EtagOf(authority)) return status::StaleEtag("authority");
  const AuthorityState state = StateAt(authority, now);
  // A no that stands already stays as it is.
  if (IsOver(done.act.state) && state == done.act.state) return absl::OkStatus();
  const std::optional<AuthorityState> next = Next(state, event);
  if (!next.has_value()) return WrongState(state, event);
  if (event == AuthorityEvent::kApprove) {
    NWD_RETURN_IF_ERROR(CheckAgreementStands(txn, authority, now));
    authority.set_state(*next);
    authority.set_revision(authority.revision() + 1);
    authority.set_approver_organisation_id(std::string(OrganisationOf(call).bytes()));
    authority.set_approve_time_us(Micros(now));
    NWD_RETURN_IF_ERROR(awaiting::Take(txn, authority));
    authorities::Put(txn, authority);
    AppendAuthorityChange(txn, authority, now);
  } else {
    NWD_RETURN_IF_ERROR(consent::EndAuthority(txn, authority, event, done.act.notice, now, told));
  }
  NWD_RETURN_IF_ERROR(KeepReason(txn, named, event, done.reason));
  storage::Deed deed = DeedOn(call, authority);
  deed.set_reason(done.reason);
  Record(parts_, txn, done.act.audit_type, now, named.person_id, named.key, deed);
  return absl::OkStatus();
}

}  // namespace nwd::consent
