#include "services/consent/explain_service.h"

#include <optional>
#include <utility>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "services/consent/explain_scan.h"

namespace nwd::consent {
namespace {

bool IsAuditor(const rpc::Call& call) { return call.caller().organisation->HasRole(common::v1::ROLE_AUDITOR); }

void CheckAsked(const rpc::Call& call, const v1::ExplainAccessRequest& request, status::Violations& violations) {
  // By what it can see of another's people, asked of one after another, an agency would learn who holds somebody.
  const std::string& held_by = request.held_by_organisation_id();
  if (!held_by.empty() && IdIn(held_by) != OrganisationOf(call) && !IsAuditor(call)) {
    violations.Add("held_by_organisation_id", "is another organisation; an agency asks of its own people, or of all");
  }
  if (!request.draft_replaces_agreement_id().empty() && !request.has_draft()) {
    violations.Add("draft_replaces_agreement_id", "needs the draft that would replace it");
  }
}

// The draft as the directory would tell of it, were it in force.
Explanation::Draft DraftIn(const v1::ExplainAccessRequest& request, absl::Time now) {
  const v1::DraftAgreement& asked = request.draft();
  Explanation::Draft draft;
  draft.agreement.set_agreement_id(ids::Uuid::Random().ToString());
  *draft.agreement.mutable_party_organisation_ids() = asked.party_organisation_ids();
  *draft.agreement.mutable_purposes() = asked.purposes();
  *draft.agreement.mutable_categories() = asked.categories();
  *draft.agreement.mutable_lawful_bases() = asked.lawful_bases();
  *draft.agreement.mutable_end_time() = ToTimestamp(now + absl::Hours(1));
  if (const auto replaces = ids::Uuid::Parse(request.draft_replaces_agreement_id())) draft.replaces = replaces->bytes();
  return draft;
}

}  // namespace

void ExplainService::Register(rpc::Router& router) {
  router.Unary(this, &ExplainService::ExplainAccess,
               [](const rpc::Call& call, const v1::ExplainAccessRequest& request) {
                 status::Violations violations;
                 CheckAsked(call, request, violations);
                 return violations.ToStatus();
               });
}

async::Task<absl::StatusOr<v1::ExplainAccessResponse>> ExplainService::ExplainAccess(
    rpc::Call& call, const v1::ExplainAccessRequest& request) {
  if (!IsAuditor(call) && request.organisation_id() != call.organisation_id()) co_return status::Denied();
  call.ProveTie(common::v1::TIE_SELF);
  NWD_CO_ASSIGN_OR_RETURN(Explanation::Asked asked, co_await Read(call, request));
  std::optional<ids::Uuid> held_by;
  if (!request.held_by_organisation_id().empty()) held_by = IdIn(request.held_by_organisation_id());

  auto explain = [&]() -> absl::StatusOr<v1::ExplainAccessResponse> {
    Explanation explanation(std::move(asked));
    const auto alive = [&] { return call.CheckAlive(); };
    NWD_RETURN_IF_ERROR(ExplainFrom(parts_.store, held_by, alive, explanation));
    return std::move(explanation).Tell();
  };
  absl::StatusOr<v1::ExplainAccessResponse> explained = co_await workers_.Run(explain);
  if (!explained.ok()) co_return Corrupt(parts_, "a consent or authority", explained.status());
  NWD_CO_RETURN_IF_ERROR(Log(call, request));
  if (parts_.check_log.Closing()) NWD_CO_RETURN_IF_ERROR(co_await parts_.check_log.Flush());
  co_return explained;
}

async::Task<absl::StatusOr<Explanation::Asked>> ExplainService::Read(const rpc::Call& call,
                                                                     const v1::ExplainAccessRequest& request) {
  status::Violations violations;
  CheckAsked(call, request, violations);
  NWD_CO_ASSIGN_OR_RETURN(const access::OrganisationPtr organisation,
                          co_await parts_.organisations.Find(request.organisation_id()));
  if (organisation == nullptr) violations.Add("organisation_id", "is no organisation of this hub");
  if (!request.draft_replaces_agreement_id().empty()) {
    NWD_CO_ASSIGN_OR_RETURN(const AgreementPtr replaced,
                            co_await parts_.agreements.Find(request.draft_replaces_agreement_id()));
    if (replaced == nullptr) violations.Add("draft_replaces_agreement_id", "names no agreement of this hub");
  }
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());
  Explanation::Asked asked;
  asked.organisation_id = IdIn(request.organisation_id());
  asked.kind = KindNow(organisation);
  if (!request.categories().empty()) asked.categories = MaskOfAll(request.categories());
  asked.purpose = request.purpose();
  asked.now = call.Now();
  if (request.has_draft()) asked.draft = DraftIn(request, asked.now);
  co_return asked;
}

absl::Status ExplainService::Log(const rpc::Call& call, const v1::ExplainAccessRequest& request) const {
  storage::Deed deed = DeedOf(call);
  deed.set_recipient_id(std::string(IdIn(request.organisation_id()).bytes()));
  deed.set_purpose(request.purpose());
  deed.set_categories_asked(MaskOfAll(request.categories()));
  if (const auto replaces = ids::Uuid::Parse(request.draft_replaces_agreement_id())) {
    deed.set_agreement_id(std::string(replaces->bytes()));
  }
  return parts_.check_log.Add({"access.explained", call.Now(), ids::Uuid(), nullptr, std::move(deed)});
}

}  // namespace nwd::consent
