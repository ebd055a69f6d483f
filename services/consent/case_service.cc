#include "services/consent/case_service.h"

#include <initializer_list>
#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/case_states.h"
#include "services/consent/case_ties.h"
#include "services/consent/categories.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/organisations.h"
#include "services/consent/reasons.h"
#include "services/consent/record_rows.h"
#include "services/consent/restriction.h"
#include "services/consent/wrong_state.h"

namespace nwd::consent {
namespace {

void CheckCategories(const v1::OpenCaseRequest& request, status::Violations& violations) {
  CategoryMask before = 0;
  for (int i = 0; i < request.categories_size(); ++i) {
    const CategoryMask mask = MaskOfAll(std::initializer_list<int>{request.categories(i)});
    if (mask == 0) violations.Add(Cat("categories[", i, "]"), "is no section of the record");
    if ((mask & before) != 0) violations.Add(Cat("categories[", i, "]"), "is named twice");
    before |= mask;
  }
  if (request.kind() == v1::CASE_KIND_RESTRICTION && before == 0) {
    violations.Add("categories", "is required of a RESTRICTION: the sections that are to rest");
  }
  if (request.kind() == v1::CASE_KIND_OBJECTION && !request.categories().empty()) {
    violations.Add("categories", "must be empty of an OBJECTION: its authority names them");
  }
}

absl::Status CheckOpening(const rpc::Call& call, const v1::OpenCaseRequest& request) {
  status::Violations violations;
  CheckCategories(request, violations);
  const bool objects = request.kind() == v1::CASE_KIND_OBJECTION;
  if (objects && request.authority_id().empty()) {
    violations.Add("authority_id", "is required of an OBJECTION: what the person objects to");
  }
  if (!objects && !request.authority_id().empty()) violations.Add("authority_id", "goes with an OBJECTION only");
  if (request.kind() == v1::CASE_KIND_COMPLAINT && request.request().empty()) {
    violations.Add("request", "is required of a COMPLAINT: what it is about");
  }
  if (request.has_receive_time() && FromTimestamp(request.receive_time()) < call.Now() - kCaseReceivedWithin) {
    violations.Add("receive_time", "is more than a year ago");
  }
  return violations.ToStatus();
}

absl::Status CheckClosing(const rpc::Call&, const v1::CloseCaseRequest& request) {
  status::Violations violations;
  if (request.outcome() == v1::CASE_OUTCOME_ERASED) violations.Add("outcome", "is the hub's own to say");
  const bool refuses = request.outcome() == v1::CASE_OUTCOME_REFUSED || request.outcome() == v1::CASE_OUTCOME_PARTLY;
  if (refuses && request.refusal() == v1::CASE_REFUSAL_UNSPECIFIED) {
    violations.Add("refusal", "is required with REFUSED and PARTLY: why");
  }
  if (!refuses && request.refusal() != v1::CASE_REFUSAL_UNSPECIFIED) {
    violations.Add("refusal", "goes with REFUSED and PARTLY only");
  }
  if (request.outcome() != v1::CASE_OUTCOME_WITHDRAWN && request.answer().empty()) {
    violations.Add("answer", "is required: what the person was told");
  }
  return violations.ToStatus();
}

storage::Deed DeedOn(const rpc::Call& call, const storage::Case& row) {
  storage::Deed deed = DeedOf(call);
  deed.set_case_id(row.case_id());
  deed.set_categories_asked(row.categories());
  deed.set_authority_id(row.authority_id());
  deed.set_recipient_id(row.handler_id());
  deed.set_revision(row.revision());
  return deed;
}

// Who is to answer a new case. Violations name what is wrong with who was named.
absl::StatusOr<ids::Uuid> Handler(const store::Reader& reader, const Parts& parts, const rpc::Call& call,
                                  const v1::OpenCaseRequest& request, const ids::Uuid& person_id) {
  const ties::Asker asker = ties::AskerOf(call);
  const ids::Uuid named = IdIn(request.handler_organisation_id());
  const bool itself = named == asker.organisation_id;
  if (!asker.is_channel) {
    if (named.is_nil() || itself) return asker.organisation_id;
    return status::InvalidField("handler_organisation_id", "is another organisation; an agency answers itself");
  }
  if (named.is_nil() || itself) {
    if (request.kind() == v1::CASE_KIND_ACCESS) return asker.organisation_id;
    if (itself) {
      return status::InvalidField("handler_organisation_id", "is a resident channel, which answers an ACCESS only");
    }
    NWD_ASSIGN_OR_RETURN(const ids::Uuid found, cases::WhoAnswers(reader, parts.organisations, person_id));
    if (!found.is_nil()) return found;
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNobodyToAnswer,
                         "no active organisation holds the person; ask the hub's office");
  }
  NWD_ASSIGN_OR_RETURN(const bool holds, joins::IsHeldBy(reader, person_id, named));
  if (!holds) return status::InvalidField("handler_organisation_id", "does not hold the person");
  if (IsActive(parts.organisations.Known(named.ToString()))) return named;
  return status::InvalidField("handler_organisation_id", "is not active in the hub, and cannot answer");
}

absl::Status CheckAuthorityIsTheirs(const store::Reader& reader, const v1::OpenCaseRequest& request,
                                    const ids::Uuid& person_id) {
  if (request.authority_id().empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Authority> authority,
                       authorities::Find(reader, IdIn(request.authority_id())));
  const ids::Uuid whose = authority.has_value() ? consents::IdOf(authority->person_id()) : ids::Uuid();
  NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(reader, person_id, whose));
  if (authority.has_value() && one) return absl::OkStatus();
  return status::InvalidField("authority_id", "names no authority about this person");
}

absl::Status CheckCount(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& opener) {
  NWD_ASSIGN_OR_RETURN(const cases::Count count, cases::CountOf(reader, person_id, opener));
  const bool too_many_of_theirs = count.opened >= kCasesPerOpenerMax;
  if (!too_many_of_theirs && count.all < kCasesPerPersonMax) return absl::OkStatus();
  const int limit = too_many_of_theirs ? kCasesPerOpenerMax : kCasesPerPersonMax;
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
                       Cat("there are ", limit, " cases ", too_many_of_theirs ? "of yours" : "of all organisations",
                           " about this person, the most that can be kept; none was added"),
                       {{"limit", Cat(limit)}});
}

absl::Status NotDone(std::string_view what) {
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNotDoneYet,
                       Cat("the case cannot be closed as FULFILLED: ", what));
}

// Whether something of this section was corrected since, or was not there before: nobody had read what was wrong.
bool Corrects(const storage::RecordVersion& newest, int64_t since_us) {
  return newest.correct_time_us() >= since_us || (newest.version() == 1 && newest.create_time_us() >= since_us);
}

// Whether the hub can see that what was asked for was not done.
absl::Status CheckDone(const store::Reader& reader, const storage::Case& row, absl::Time now) {
  const ids::Uuid person_id = consents::IdOf(row.person_id());
  switch (row.kind()) {
    case v1::CASE_KIND_ACCESS:
      return row.exports() > 0 ? absl::OkStatus() : NotDone("no export was made for it (ExportPerson)");
    case v1::CASE_KIND_ERASURE:
      return NotDone("the person is not erased (GRANT_ERASURE, then a second organisation's ErasePerson)");
    case v1::CASE_KIND_OBJECTION: {
      NWD_ASSIGN_OR_RETURN(const std::optional<storage::Authority> authority,
                           authorities::Find(reader, consents::IdOf(row.authority_id())));
      const bool over = !authority.has_value() || IsOver(StateAt(*authority, now));
      return over ? absl::OkStatus() : NotDone("the authority still stands (ObjectToAuthority)");
    }
    case v1::CASE_KIND_RECTIFICATION: {
      absl::Status done;
      NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
      ForEachCategory(row.categories(), [&](Category category) {
        bool corrected = false;  // under whichever of the person's ids: who answers may hold another than who opened it
        for (const ids::Uuid& relative : family) {
          const auto newest = records::Newest(reader, relative, category, consents::IdOf(row.handler_id()));
          done.Update(newest.status());
          corrected = corrected || (newest.ok() && newest->has_value() && Corrects(**newest, row.receive_time_us()));
        }
        if (done.ok() && !corrected) {
          done.Update(NotDone(Cat("you have corrected nothing of ", common::v1::Category_Name(category),
                                  " since (PutRecord with corrects)")));
        }
      });
      return done;
    }
    default:
      return absl::OkStatus();
  }
}

// Changes what is sealed. An erased person's words are gone for good; those that do not open stay as they are, and keep
// nobody from answering.
template <class Change>
absl::Status ChangeWords(const person_keys::PersonKey& key, storage::Case& row, Change change) {
  if (key == nullptr) return absl::OkStatus();
  absl::StatusOr<storage::CaseWords> words = cases::Open(*key, row);
  if (absl::IsDataLoss(words.status())) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(words.status());
  change(*words);
  row.set_sealed_words(cases::Seal(*key, consents::IdOf(row.case_id()), *words));
  return absl::OkStatus();
}

}  // namespace

void CaseService::Register(rpc::Router& router) {
  router.Unary(this, &CaseService::OpenCase, CheckOpening);
  router.Unary(this, &CaseService::AdvanceCase);
  router.Unary(this, &CaseService::CloseCase, CheckClosing);
  router.Unary(this, &CaseService::LiftRestriction);
  router.Unary(this, &CaseService::ListCases);
  router.Unary(this, &CaseService::ListOverdueCases);
}

async::Task<absl::StatusOr<v1::OpenCaseResponse>> CaseService::OpenCase(rpc::Call& call,
                                                                        const v1::OpenCaseRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckOpening(call, request));
  auto look = [&](const store::Reader& reader) { return HeldPerson(parts_, reader, call, request.person_ref()); };
  About about;
  NWD_CO_ASSIGN_OR_RETURN(about.person_id, co_await parts_.store.View(look));
  NWD_CO_ASSIGN_OR_RETURN(about.key, co_await KeyOrNull(parts_, about.person_id));
  if (about.key == nullptr) co_return status::Denied();
  std::vector<ids::Uuid> told;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::OpenCaseResponse> {
    told.clear();
    NWD_RETURN_IF_ERROR(HeldPerson(parts_, txn, call, request.person_ref()).status());
    auto once = [&] { return Open(txn, call, request, about, told); };
    return parts_.requests.Once<v1::OpenCaseResponse>(txn, call, request, once);
  };
  absl::StatusOr<v1::OpenCaseResponse> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "a case", response.status());
  RingBells(parts_, told);
  if (request.kind() == v1::CASE_KIND_RESTRICTION) co_await parts_.off_host.Wait(call.deadline());
  co_return response;
}

absl::StatusOr<v1::OpenCaseResponse> CaseService::Open(store::Txn& txn, const rpc::Call& call,
                                                       const v1::OpenCaseRequest& request, const About& about,
                                                       std::vector<ids::Uuid>& told) const {
  const absl::Time now = call.Now();
  NWD_ASSIGN_OR_RETURN(const ids::Uuid handler, Handler(txn, parts_, call, request, about.person_id));
  NWD_RETURN_IF_ERROR(CheckAuthorityIsTheirs(txn, request, about.person_id));
  NWD_RETURN_IF_ERROR(CheckCount(txn, about.person_id, OrganisationOf(call)));

  const ids::Uuid case_id = ids::Uuid::Random();
  storage::CaseWords words;
  words.set_request(request.request());
  words.set_practitioner(call.practitioner());
  storage::Case row;
  row.set_case_id(std::string(case_id.bytes()));
  row.set_kind(request.kind());
  row.set_person_id(std::string(about.person_id.bytes()));
  row.set_handler_id(std::string(handler.bytes()));
  row.set_opener_id(std::string(OrganisationOf(call).bytes()));
  row.set_categories(MaskOfAll(request.categories()));
  if (!request.authority_id().empty()) row.set_authority_id(std::string(IdIn(request.authority_id()).bytes()));
  row.set_create_time_us(Micros(now));
  row.set_receive_time_us(Micros(request.has_receive_time() ? FromTimestamp(request.receive_time()) : now));
  row.set_sealed_words(cases::Seal(*about.key, case_id, words));
  Begin(calendar_, row);
  cases::Add(txn, row);
  if (row.kind() == v1::CASE_KIND_RESTRICTION) {
    NWD_RETURN_IF_ERROR(BeginRestriction(txn, row, now, told));
  }
  storage::Deed deed = DeedOn(call, row);
  deed.set_reason(row.kind());
  Record(parts_, txn, "case.opened", now, about.person_id, about.key, deed);

  v1::OpenCaseResponse response;
  response.set_case_id(case_id.ToString());
  response.set_handler_organisation_id(handler.ToString());
  *response.mutable_due_time() = MicrosToTimestamp(row.due_time_us());
  response.set_etag(cases::EtagOf(row));
  return response;
}

template <class Response, class Request, class Act>
async::Task<absl::StatusOr<Response>> CaseService::Do(rpc::Call& call, const Request& request, By by,
                                                      std::string_view audit_type, Act act) {
  const ids::Uuid case_id = IdIn(request.case_id());
  auto look = [&](const store::Reader& reader) { return cases::Find(reader, case_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Case> seen, co_await parts_.store.View(look));
  const ids::Uuid person_id = seen.has_value() ? consents::IdOf(seen->person_id()) : ids::Uuid();
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));
  const ties::Asker asker = ties::AskerOf(call);
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Response> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Case> row, cases::Find(txn, case_id));
    NWD_ASSIGN_OR_RETURN(bool theirs, cases::IsAnsweredBy(txn, asker, row));
    if (by == By::kHandlerOrPerson) {
      NWD_ASSIGN_OR_RETURN(const bool speaks, cases::SpeaksFor(txn, asker, row));
      theirs = theirs || speaks;
    }
    if (!theirs) return status::Denied();
    call.ProveTie(common::v1::TIE_CASE_HANDLER);
    auto once = [&]() -> absl::StatusOr<Response> {
      if constexpr (requires { request.etag(); }) {
        if (request.etag() != cases::EtagOf(*row)) return status::StaleEtag("case");
      }
      const storage::Case before = *row;
      NWD_ASSIGN_OR_RETURN(Response response, act(txn, *row, key));
      response.set_etag(cases::EtagOf(*row));
      if (row->revision() == before.revision()) return response;  // what was lifted already stays so
      cases::Replace(txn, before, *row);
      storage::Deed deed = DeedOn(call, *row);
      if constexpr (requires { request.action(); }) deed.set_reason(request.action());
      if constexpr (requires { request.outcome(); }) deed.set_reason(request.outcome());
      Record(parts_, txn, audit_type, call.Now(), person_id, key, deed);
      return response;
    };
    return parts_.requests.Once<Response>(txn, call, request, once);
  };
  absl::StatusOr<Response> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "a case", response.status());
  co_return response;
}

async::Task<absl::StatusOr<v1::AdvanceCaseResponse>> CaseService::AdvanceCase(rpc::Call& call,
                                                                              const v1::AdvanceCaseRequest& request) {
  auto act = [&](store::Txn&, storage::Case& row,
                 const person_keys::PersonKey&) -> absl::StatusOr<v1::AdvanceCaseResponse> {
    NWD_RETURN_IF_ERROR(Advance(calendar_, request.action(), call.Now(), row));
    v1::AdvanceCaseResponse response;
    response.set_state(row.state());
    if (row.due_time_us() != 0) *response.mutable_due_time() = MicrosToTimestamp(row.due_time_us());
    return response;
  };
  co_return co_await Do<v1::AdvanceCaseResponse>(call, request, By::kHandler, "case.advanced", act);
}

async::Task<absl::StatusOr<v1::CloseCaseResponse>> CaseService::CloseCase(rpc::Call& call,
                                                                          const v1::CloseCaseRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckClosing(call, request));
  auto act = [&](store::Txn& txn, storage::Case& row,
                 const person_keys::PersonKey& key) -> absl::StatusOr<v1::CloseCaseResponse> {
    NWD_RETURN_IF_ERROR(Close(txn, call, request, key, row));
    v1::CloseCaseResponse response;
    response.set_state(row.state());
    response.set_restricted(row.kind() == v1::CASE_KIND_RESTRICTION && row.lift_time_us() == 0);
    return response;
  };
  // What they asked for people take back themselves.
  const By by = request.outcome() == v1::CASE_OUTCOME_WITHDRAWN ? By::kHandlerOrPerson : By::kHandler;
  co_return co_await Do<v1::CloseCaseResponse>(call, request, by, "case.closed", act);
}

absl::Status CaseService::Close(store::Txn& txn, const rpc::Call& call, const v1::CloseCaseRequest& request,
                                const person_keys::PersonKey& key, storage::Case& row) const {
  if (request.outcome() == v1::CASE_OUTCOME_FULFILLED) NWD_RETURN_IF_ERROR(CheckDone(txn, row, call.Now()));
  NWD_RETURN_IF_ERROR(consent::Close(request.outcome(), call.Now(), row));
  row.set_refusal(request.refusal());
  if (row.kind() == v1::CASE_KIND_RESTRICTION && EndsRestriction(request.outcome())) {
    NWD_RETURN_IF_ERROR(EndRestriction(txn, row, call.Now()).status());
  }
  return ChangeWords(key, row, [&](storage::CaseWords& words) { words.set_answer(request.answer()); });
}

async::Task<absl::StatusOr<v1::LiftRestrictionResponse>> CaseService::LiftRestriction(
    rpc::Call& call, const v1::LiftRestrictionRequest& request) {
  const bool speaks_for_them = ties::AskerOf(call).is_channel;
  auto act = [&](store::Txn& txn, storage::Case& row,
                 const person_keys::PersonKey&) -> absl::StatusOr<v1::LiftRestrictionResponse> {
    if (row.kind() != v1::CASE_KIND_RESTRICTION) {
      return WrongState({.thing = "case", .state = KindName(row.kind()), .event = "lifting", .states = "RESTRICTION"});
    }
    if (!speaks_for_them && !request.person_told()) {
      return status::InvalidField("person_told", "must be true: the person is told before (UK GDPR, Article 18(3))");
    }
    NWD_ASSIGN_OR_RETURN(const bool lifted, EndRestriction(txn, row, call.Now()));
    if (lifted) row.set_revision(row.revision() + 1);
    return v1::LiftRestrictionResponse();
  };
  co_return co_await Do<v1::LiftRestrictionResponse>(call, request, By::kHandlerOrPerson, "restriction.lifted", act);
}

}  // namespace nwd::consent
