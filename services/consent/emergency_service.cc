#include "services/consent/emergency_service.h"

#include <initializer_list>
#include <optional>
#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "services/consent/categories.h"
#include "services/consent/consent_rows.h"
#include "services/consent/emergency_states.h"
#include "services/consent/limits.h"
#include "services/consent/person_telling.h"
#include "services/consent/reasons.h"
#include "services/consent/wrong_state.h"

namespace nwd::consent {
namespace {

absl::Status CheckOpening(const rpc::Call&, const v1::OpenEmergencyAccessRequest& request) {
  status::Violations violations;
  if (!IsEmergencyBasis(request.lawful_basis())) {
    violations.Add("lawful_basis",
                   "must be one of VITAL_INTERESTS, LEGAL_OBLIGATION, PUBLIC_TASK, RECOGNISED_LEGITIMATE_INTEREST");
  }
  CategoryMask before = 0;
  for (int i = 0; i < request.categories_size(); ++i) {
    const CategoryMask mask = MaskOfAll(std::initializer_list<int>{request.categories(i)});
    if ((mask & kEmergencyCategories) == 0) {
      violations.Add(Cat("categories[", i, "]"), "must be one of IDENTITY, CONTACT, CIRCUMSTANCES, SAFEGUARDING");
    } else if ((mask & before) != 0) {
      violations.Add(Cat("categories[", i, "]"), "is named twice");
    }
    before |= mask;
  }
  return violations.ToStatus();
}

absl::Status TooMany(std::string_view what, int limit, absl::Duration until_one_fewer) {
  return status::UsedUp(reasons::kTooManyEmergencies,
                        Cat("your organisation has ", limit, " emergency accesses ", what,
                            ", the most there can be; close those that are no longer needed, or tell the hub's office"),
                        until_one_fewer, {{"limit", Cat(limit)}});
}

absl::Status WrongState(v1::EmergencyAccessState state, std::string_view act, std::string_view states) {
  return consent::WrongState({.thing = "emergency access", .state = StateName(state), .event = act, .states = states});
}

storage::Deed DeedOn(const rpc::Call& call, const storage::EmergencyAccess& access) {
  storage::Deed deed = DeedOf(call);
  deed.set_emergency_access_id(access.emergency_access_id());
  deed.set_lawful_basis(access.lawful_basis());
  deed.set_categories_asked(access.categories());
  deed.set_revision(access.revision());
  return deed;
}

// Changes what is sealed. An erased person's words are gone for good; those that do not open stay as they are, and keep
// nobody from closing or reviewing.
template <class Change>
absl::Status ChangeWords(const person_keys::PersonKey& key, storage::EmergencyAccess& access, Change change) {
  if (key == nullptr) return absl::OkStatus();
  absl::StatusOr<storage::EmergencyWords> words = emergencies::Open(*key, access);
  if (absl::IsDataLoss(words.status())) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(words.status());
  change(*words);
  access.set_sealed_words(emergencies::Seal(*key, consents::IdOf(access.emergency_access_id()), *words));
  return absl::OkStatus();
}

template <class Response>
Response Stands(const storage::EmergencyAccess& access, absl::Time now) {
  Response response;
  response.set_state(StateAt(access, now));
  response.set_etag(emergencies::EtagOf(access));
  return response;
}

bool IsOpener(const storage::EmergencyAccess& access, const rpc::Call& call) {
  return access.organisation_id() == OrganisationOf(call).bytes();
}

}  // namespace

void EmergencyService::Register(rpc::Router& router) {
  router.Unary(this, &EmergencyService::OpenEmergencyAccess, CheckOpening);
  router.Unary(this, &EmergencyService::CloseEmergencyAccess);
  router.Unary(this, &EmergencyService::ReviewEmergencyAccess);
  router.Unary(this, &EmergencyService::ListEmergencyAccesses);
}

async::Task<absl::StatusOr<v1::OpenEmergencyAccessResponse>> EmergencyService::OpenEmergencyAccess(
    rpc::Call& call, const v1::OpenEmergencyAccessRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckOpening(call, request));
  NWD_CO_ASSIGN_OR_RETURN(const HeldWithKey person, co_await LookUpHeld(parts_, call, request.person_ref()));
  std::vector<ids::Uuid> told;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::OpenEmergencyAccessResponse> {
    told.clear();
    auto once = [&] { return Open(txn, call, request, person, told); };
    return parts_.requests.Once<v1::OpenEmergencyAccessResponse>(txn, call, request, once);
  };
  absl::StatusOr<v1::OpenEmergencyAccessResponse> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "an emergency access", response.status());
  RingBells(parts_, told);
  co_return response;
}

absl::StatusOr<v1::OpenEmergencyAccessResponse> EmergencyService::Open(store::Txn& txn, const rpc::Call& call,
                                                                       const v1::OpenEmergencyAccessRequest& request,
                                                                       const HeldWithKey& person,
                                                                       std::vector<ids::Uuid>& told) const {
  const absl::Time now = call.Now();
  NWD_ASSIGN_OR_RETURN(const emergencies::Opened opened, emergencies::CountOpened(txn, OrganisationOf(call), now));
  if (opened.lately >= kEmergenciesOpenedMax) {
    return TooMany("opened within 24 hours", kEmergenciesOpenedMax, opened.next_past - now);
  }
  if (opened.open >= kEmergenciesOpenMax) return TooMany("open at once", kEmergenciesOpenMax, opened.next_end - now);

  const ids::Uuid access_id = ids::Uuid::Random();
  storage::EmergencyWords words;
  words.set_reason(request.reason());
  words.set_practitioner(call.practitioner());
  storage::EmergencyAccess access;
  access.set_emergency_access_id(std::string(access_id.bytes()));
  access.set_person_id(std::string(person.person_id.bytes()));
  access.set_organisation_id(std::string(OrganisationOf(call).bytes()));
  access.set_lawful_basis(request.lawful_basis());
  access.set_categories(MaskOfAll(request.categories()));
  access.set_open_time_us(Micros(now));
  access.set_unsafe_to_tell(request.unsafe_to_tell());
  access.set_sealed_words(emergencies::Seal(*person.key, access_id, words));
  access.set_revision(1);
  if (!access.unsafe_to_tell()) {
    NWD_ASSIGN_OR_RETURN(told, TellPerson(txn, parts_, access, now));
  }
  access.set_person_told(!told.empty());
  emergencies::Add(txn, access);
  Record(parts_, txn, "emergency.opened", now, person.person_id, person.key, DeedOn(call, access));

  v1::OpenEmergencyAccessResponse response;
  response.set_emergency_access_id(access_id.ToString());
  response.set_etag(emergencies::EtagOf(access));
  *response.mutable_expire_time() = MicrosToTimestamp(ExpireTimeUs(access));
  return response;
}

async::Task<absl::StatusOr<EmergencyService::Named>> EmergencyService::LookUp(const std::string& access_id) const {
  Named named;
  named.access_id = IdIn(access_id);
  auto look = [&](const store::Reader& reader) { return emergencies::Find(reader, named.access_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::EmergencyAccess> seen, co_await parts_.store.View(look));
  if (seen.has_value()) named.person_id = consents::IdOf(seen->person_id());
  NWD_CO_ASSIGN_OR_RETURN(named.key, co_await KeyOrNull(parts_, named.person_id));
  co_return named;
}

async::Task<absl::StatusOr<v1::CloseEmergencyAccessResponse>> EmergencyService::CloseEmergencyAccess(
    rpc::Call& call, const v1::CloseEmergencyAccessRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Named named, co_await LookUp(request.emergency_access_id()));
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::CloseEmergencyAccessResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::EmergencyAccess> access, emergencies::Find(txn, named.access_id));
    if (!access.has_value() || !IsOpener(*access, call)) return status::Denied();
    call.ProveTie(common::v1::TIE_EMERGENCY_OPENER);
    auto once = [&]() -> absl::StatusOr<v1::CloseEmergencyAccessResponse> {
      NWD_RETURN_IF_ERROR(Close(txn, call, request, named, *access));
      return Stands<v1::CloseEmergencyAccessResponse>(*access, call.Now());
    };
    return parts_.requests.Once<v1::CloseEmergencyAccessResponse>(txn, call, request, once);
  };
  absl::StatusOr<v1::CloseEmergencyAccessResponse> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "an emergency access", response.status());
  co_return response;
}

absl::Status EmergencyService::Close(store::Txn& txn, const rpc::Call& call,
                                     const v1::CloseEmergencyAccessRequest& request, const Named& named,
                                     storage::EmergencyAccess& access) const {
  const v1::EmergencyAccessState state = StateAt(access, call.Now());
  if (state == v1::EMERGENCY_ACCESS_STATE_REVIEWED) return WrongState(state, "close", "OPEN, AWAITING_REVIEW");
  if (access.close_time_us() != 0) return absl::OkStatus();
  const storage::EmergencyAccess before = access;
  access.set_close_time_us(Micros(call.Now()));
  access.set_revision(access.revision() + 1);
  NWD_RETURN_IF_ERROR(
      ChangeWords(named.key, access, [&](storage::EmergencyWords& words) { words.set_outcome(request.outcome()); }));
  emergencies::Replace(txn, before, access);
  Record(parts_, txn, "emergency.closed", call.Now(), named.person_id, named.key, DeedOn(call, access));
  return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::ReviewEmergencyAccessResponse>> EmergencyService::ReviewEmergencyAccess(
    rpc::Call& call, const v1::ReviewEmergencyAccessRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Named named, co_await LookUp(request.emergency_access_id()));
  std::vector<ids::Uuid> told;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::ReviewEmergencyAccessResponse> {
    told.clear();
    NWD_ASSIGN_OR_RETURN(std::optional<storage::EmergencyAccess> access, emergencies::Find(txn, named.access_id));
    if (!access.has_value() || IsOpener(*access, call)) return status::Denied();
    call.ProveTie(common::v1::TIE_EMERGENCY_SECOND);
    auto once = [&]() -> absl::StatusOr<v1::ReviewEmergencyAccessResponse> {
      NWD_RETURN_IF_ERROR(Review(txn, call, request, named, *access, told));
      return Stands<v1::ReviewEmergencyAccessResponse>(*access, call.Now());
    };
    return parts_.requests.Once<v1::ReviewEmergencyAccessResponse>(txn, call, request, once);
  };
  absl::StatusOr<v1::ReviewEmergencyAccessResponse> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "an emergency access", response.status());
  RingBells(parts_, told);
  co_return response;
}

absl::Status EmergencyService::Review(store::Txn& txn, const rpc::Call& call,
                                      const v1::ReviewEmergencyAccessRequest& request, const Named& named,
                                      storage::EmergencyAccess& access, std::vector<ids::Uuid>& told) const {
  const absl::Time now = call.Now();
  if (request.etag() != emergencies::EtagOf(access)) return status::StaleEtag("emergency access");
  const v1::EmergencyAccessState state = StateAt(access, now);
  if (state != v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW) return WrongState(state, "review", "AWAITING_REVIEW");
  const storage::EmergencyAccess before = access;
  access.set_review_time_us(Micros(now));
  access.set_reviewer_organisation_id(std::string(OrganisationOf(call).bytes()));
  access.set_finding(request.finding());
  access.set_revision(access.revision() + 1);
  NWD_RETURN_IF_ERROR(
      ChangeWords(named.key, access, [&](storage::EmergencyWords& words) { words.set_review_note(request.note()); }));
  if (request.tell_person()) access.set_safe_to_tell(true);
  if (access.safe_to_tell() && !access.person_told()) {
    NWD_ASSIGN_OR_RETURN(told, TellPerson(txn, parts_, access, now));
    access.set_person_told(!told.empty());
  }
  emergencies::Replace(txn, before, access);
  storage::Deed deed = DeedOn(call, access);
  deed.set_reason(access.finding());
  Record(parts_, txn, "emergency.reviewed", now, named.person_id, named.key, deed);
  return absl::OkStatus();
}

}  // namespace nwd::consent
