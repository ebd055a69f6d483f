#include "services/consent/enrolment_service.h"

#include <utility>

#include "common/access/resident_channel.h"
#include "common/base/timestamps.h"
#include "services/consent/case_ties.h"
#include "services/consent/code_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/enrolments.h"
#include "services/consent/held_person.h"
#include "services/consent/limits.h"
#include "services/consent/match_rows.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

void CheckPresent(const v1::CreateChannelCodeRequest& request, status::Violations& violations) {
  if (request.person_present()) return;
  violations.Add("person_present", "must be true: a code is given to the person, and to nobody else");
}

bool TakesPeople(const access::OrganisationPtr& organisation) {
  return IsActive(organisation) && access::IsResidentChannel(organisation);
}

storage::Deed DeedWith(const rpc::Call& call, const ids::Uuid& channel_id) {
  storage::Deed deed = DeedOf(call);
  deed.set_recipient_id(std::string(channel_id.bytes()));
  return deed;
}

}  // namespace

void EnrolmentService::Register(rpc::Router& router) {
  router.Unary(this, &EnrolmentService::CreateChannelCode,
               [](const rpc::Call&, const v1::CreateChannelCodeRequest& request) {
                 status::Violations violations;
                 CheckPresent(request, violations);
                 return violations.ToStatus();
               });
  router.Unary(this, &EnrolmentService::EnrolChannel);
  router.Unary(this, &EnrolmentService::EndEnrolment);
}

async::Task<absl::StatusOr<v1::CreateChannelCodeResponse>> EnrolmentService::CreateChannelCode(
    rpc::Call& call, const v1::CreateChannelCodeRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const HeldWithKey person, co_await LookUpHeld(parts_, call, request.person_ref()));
  NWD_CO_ASSIGN_OR_RETURN(const access::OrganisationPtr channel,
                          co_await parts_.organisations.Find(request.channel_organisation_id()));
  status::Violations violations;
  CheckPresent(request, violations);
  if (!TakesPeople(channel)) {
    violations.Add("channel_organisation_id", "is no active resident channel of this hub");
  }
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());
  const ids::Uuid channel_id = IdIn(request.channel_organisation_id());
  storage::OneTimeCode fresh;
  fresh.set_seed(OneTimeCodes::NewSeed());
  fresh.set_hash(parts_.codes.HashOf(channel_id, parts_.codes.CodeOf(fresh.seed())));
  fresh.set_expire_time_us(Micros(call.Now() + kChannelCodeKept));
  fresh.set_person_id(std::string(person.person_id.bytes()));
  fresh.set_object_id(std::string(channel_id.bytes()));
  fresh.set_organisation_id(std::string(OrganisationOf(call).bytes()));

  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateChannelCodeResponse> {
    auto once = [&]() -> absl::StatusOr<storage::KeptCode> {
      NWD_RETURN_IF_ERROR(codes::PutOfChannel(txn, fresh));
      Record(parts_, txn, "person.channel-code", call.Now(), person.person_id, person.key, DeedWith(call, channel_id));
      storage::KeptCode kept;
      kept.set_seed(fresh.seed());
      kept.set_expire_time_us(fresh.expire_time_us());
      return kept;
    };
    NWD_ASSIGN_OR_RETURN(const storage::KeptCode kept,
                         parts_.requests.Once<storage::KeptCode>(txn, call, request, once));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> row,
                         codes::OfChannel(txn, person.person_id, channel_id));
    v1::CreateChannelCodeResponse response;
    if (codes::ServesStill(row, kept.seed(), call.Now())) response.set_code(parts_.codes.CodeOf(kept.seed()));
    *response.mutable_expire_time() = MicrosToTimestamp(kept.expire_time_us());
    return response;
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::EnrolChannelResponse>> EnrolmentService::EnrolChannel(
    rpc::Call& call, const v1::EnrolChannelRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  NWD_CO_ASSIGN_OR_RETURN(const Typed typed, co_await Read(call, request));
  // A refusal has effects of its own, so its body answers OK with nothing.
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::optional<v1::EnrolChannelResponse>> {
    bool refused = false;
    auto once = [&] { return Enrol(txn, call, typed, refused); };
    absl::StatusOr<v1::EnrolChannelResponse> enrolled =
        parts_.requests.Once<v1::EnrolChannelResponse>(txn, call, request, once);
    if (enrolled.ok()) {
      // A repeat is answered to a channel that still acts for the person.
      NWD_RETURN_IF_ERROR(HeldPerson(parts_, txn, call, enrolled->person_ref()).status());
      return std::make_optional(*std::move(enrolled));
    }
    if (!refused) return enrolled.status();
    NWD_RETURN_IF_ERROR(Refuse(txn, call));
    return std::optional<v1::EnrolChannelResponse>();
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<v1::EnrolChannelResponse> enrolled,
                          co_await parts_.store.Update(body, call.deadline()));
  (enrolled.has_value() ? parts_.figures.enrolments : parts_.figures.codes_refused).Increment();
  if (!enrolled.has_value()) co_return status::Denied();
  co_return *enrolled;
}

async::Task<absl::StatusOr<EnrolmentService::Typed>> EnrolmentService::Read(
    const rpc::Call& call, const v1::EnrolChannelRequest& request) const {
  Typed typed;
  const ids::Uuid channel_id = OrganisationOf(call);
  typed.hash = parts_.codes.HashOf(channel_id, request.code());
  auto look = [&](const store::Reader& reader) { return codes::TypedIn(reader, channel_id, typed.hash); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> code, co_await parts_.store.View(look));
  if (code.has_value()) typed.person_id = consents::IdOf(code->person_id());
  NWD_CO_ASSIGN_OR_RETURN(typed.key, co_await KeyOrNull(parts_, typed.person_id));
  co_return typed;
}

absl::StatusOr<v1::EnrolChannelResponse> EnrolmentService::Enrol(store::Txn& txn, const rpc::Call& call,
                                                                 const Typed& typed, bool& refused) const {
  const absl::Time now = call.Now();
  const ids::Uuid channel_id = OrganisationOf(call);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> code, codes::TypedIn(txn, channel_id, typed.hash));
  if (!codes::Serves(code, now) || typed.key == nullptr || code->person_id() != typed.person_id.bytes()) {
    // Asked of wrong codes alone: who mistypes keeps nobody else of the channel from enrolling.
    NWD_RETURN_IF_ERROR(CheckBudget(txn, call));
    refused = true;
    return status::Denied();
  }
  NWD_RETURN_IF_ERROR(codes::DeleteOfChannel(txn, typed.person_id, channel_id));
  NWD_RETURN_IF_ERROR(
      enrolments::Enrol(txn, typed.person_id, channel_id, consents::IdOf(code->organisation_id()), now));
  Record(parts_, txn, "person.enrolled", now, typed.person_id, typed.key, DeedWith(call, channel_id));
  v1::EnrolChannelResponse response;
  response.set_person_ref(parts_.references.ReferenceOf(channel_id, typed.person_id));
  return response;
}

absl::Status EnrolmentService::CheckBudget(const store::Reader& reader, const rpc::Call& call) const {
  const absl::Time now = call.Now();
  NWD_ASSIGN_OR_RETURN(const storage::MatchBudget budget, matches::BudgetOf(reader, now, OrganisationOf(call)));
  if (budget.codes_refused() < kCodesRefusedADayMax) return absl::OkStatus();
  return matches::TooManyToday("codes that enrolled nobody", kCodesRefusedADayMax, now);
}

absl::Status EnrolmentService::Refuse(store::Txn& txn, const rpc::Call& call) const {
  const ids::Uuid channel_id = OrganisationOf(call);
  NWD_ASSIGN_OR_RETURN(storage::MatchBudget budget, matches::BudgetOf(txn, call.Now(), channel_id));
  budget.set_codes_refused(budget.codes_refused() + 1);
  matches::PutBudget(txn, call.Now(), channel_id, budget);
  Record(parts_, txn, "person.channel-code-refused", call.Now(), ids::Uuid(), nullptr, DeedOf(call));
  return absl::OkStatus();
}

absl::StatusOr<ids::Uuid> EnrolmentService::WhoseEnds(const store::Reader& reader, rpc::Call& call,
                                                      const std::string& person_ref) const {
  const ties::Asker asker = ties::AskerOf(call);
  if (!asker.is_channel) return HeldPerson(parts_, reader, call, person_ref);
  // Of an enrolment that has ended too, so that ending it can be repeated.
  const ids::Uuid person_id = parts_.references.PersonOf(asker.organisation_id, person_ref).value_or(ids::Uuid());
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Enrolment> enrolment,
                       enrolments::Find(reader, person_id, asker.organisation_id));
  if (!enrolment.has_value()) return status::Denied();
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);
  return person_id;
}

async::Task<absl::StatusOr<v1::EndEnrolmentResponse>> EnrolmentService::EndEnrolment(
    rpc::Call& call, const v1::EndEnrolmentRequest& request) {
  auto look = [&](const store::Reader& reader) { return WhoseEnds(reader, call, request.person_ref()); };
  NWD_CO_ASSIGN_OR_RETURN(const ids::Uuid person_id, co_await parts_.store.View(look));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));
  const bool own = ties::AskerOf(call).is_channel;
  const std::string& named = request.channel_organisation_id();
  if (own && !named.empty() && named != call.organisation_id()) {
    co_return status::InvalidField("channel_organisation_id", "must be your own id or empty: a channel ends its own");
  }
  if (!own && named.empty()) co_return status::InvalidField("channel_organisation_id", "is required");
  const ids::Uuid channel_id = own ? OrganisationOf(call) : IdIn(named);

  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::EndEnrolmentResponse> {
    NWD_RETURN_IF_ERROR(WhoseEnds(txn, call, request.person_ref()).status());
    auto once = [&]() -> absl::StatusOr<v1::EndEnrolmentResponse> {
      // A code that was made before and not typed in yet ends with it.
      NWD_RETURN_IF_ERROR(codes::DeleteOfChannel(txn, person_id, channel_id));
      NWD_ASSIGN_OR_RETURN(const bool ended, enrolments::End(txn, person_id, channel_id, call.Now()));
      if (ended) {
        NWD_RETURN_IF_ERROR(cases::HandOver(txn, parts_.organisations, person_id, channel_id));
        Record(parts_, txn, "person.enrolment-ended", call.Now(), person_id, key, DeedWith(call, channel_id));
      }
      return v1::EndEnrolmentResponse();
    };
    return parts_.requests.Once<v1::EndEnrolmentResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

}  // namespace nwd::consent
