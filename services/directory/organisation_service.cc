#include "services/directory/organisation_service.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/replica/watch.h"
#include "common/tokens/page.h"
#include "services/directory/acts.h"
#include "services/directory/limits.h"
#include "services/directory/organisation_repository.h"
#include "services/directory/organisation_rules.h"
#include "services/directory/reasons.h"
#include "services/directory/role_rules.h"

namespace nwd::directory {
namespace {

using store::Reader;
using store::Txn;
using Done = OrganisationEditor::Done;

absl::Status CheckIdentitiesFree(const Reader& reader, const v1::Organisation& organisation) {
  for (const std::string& identity : organisation.identities()) {
    NWD_ASSIGN_OR_RETURN(const std::string owner, OwnerOfIdentity(reader, identity));
    if (owner.empty() || owner == organisation.organisation_id()) continue;
    return status::Error(absl::StatusCode::kAlreadyExists, reasons::kIdentityTaken,
                         Cat("the identity ", identity, " belongs to another organisation"), {{"identity", identity}});
  }
  return absl::OkStatus();
}

// Slug and identities are free, and the sponsor, where there is one, is still here.
absl::Status CheckMayJoin(const Reader& reader, const v1::Organisation& wanted) {
  NWD_ASSIGN_OR_RETURN(const auto same_slug, FindOrganisationBySlug(reader, wanted.slug()));
  if (same_slug) {
    return status::Error(absl::StatusCode::kAlreadyExists, reasons::kSlugTaken,
                         Cat("an organisation of this hub is already called ", wanted.slug()),
                         {{"slug", wanted.slug()}});
  }
  NWD_RETURN_IF_ERROR(CheckIdentitiesFree(reader, wanted));
  if (wanted.sponsor_organisation_id().empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto sponsor, FindOrganisation(reader, wanted.sponsor_organisation_id()));
  if (!sponsor) return NoOrganisation(wanted.sponsor_organisation_id());
  return CheckNotLeft(sponsor->organisation());
}

std::string_view StateName(OrganisationState state) {
  constexpr std::string_view kPrefix = "ORGANISATION_STATE_";
  return std::string_view(common::v1::OrganisationState_Name(state)).substr(kPrefix.size());
}

}  // namespace

void OrganisationService::Register(rpc::Router& router) {
  router.Unary(this, &OrganisationService::CreateOrganisation,
               [this](const rpc::Call&, const v1::CreateOrganisationRequest& request) { return CheckNew(request); });
  router.Unary(this, &OrganisationService::GetOrganisation);
  router.Unary(this, &OrganisationService::ListOrganisations);
  router.Unary(this, &OrganisationService::UpdateOrganisation,
               [this](const rpc::Call&, const v1::UpdateOrganisationRequest& request) { return CheckUpdate(request); });
  router.Unary(this, &OrganisationService::SetOrganisationState);
  router.Unary(this, &OrganisationService::RevokeCertificate);
  router.Stream(this, &OrganisationService::WatchOrganisations);
}

async::Task<absl::StatusOr<v1::CreateOrganisationResponse>> OrganisationService::CreateOrganisation(
    rpc::Call& call, const v1::CreateOrganisationRequest& request) {
  v1::Organisation wanted;
  wanted.set_organisation_id(ids::Uuid::Random().ToString());
  wanted.set_slug(request.slug());
  wanted.set_name(request.name());
  wanted.set_kind(request.kind());
  wanted.set_state(common::v1::ORGANISATION_STATE_ACTIVE);
  *wanted.mutable_identities() = request.identities();
  if (wanted.identities().empty()) wanted.add_identities(IdentityOf(parts_.trust_domain, request.slug()));
  if (request.kind() != common::v1::ORGANISATION_KIND_HUB) wanted.add_roles(common::v1::ROLE_AGENCY);
  wanted.set_sponsor_organisation_id(request.sponsor_organisation_id());
  NWD_CO_RETURN_IF_ERROR(CheckNew(request));

  std::optional<OrganisationRow> created;
  auto body = [&](Txn& txn) {
    created.reset();
    auto effect = [&]() -> absl::StatusOr<v1::CreateOrganisationResponse> {
      NWD_RETURN_IF_ERROR(CheckMayJoin(txn, wanted));
      OrganisationRow row;
      *row.mutable_organisation() = wanted;
      SaveOrganisation(txn, row, nullptr, call.Now());
      parts_.audit.AppendPlain(txn, "organisation.created", call.Now(),
                               ActOf(call, wanted.organisation_id(), RoleNames(RolesOf(wanted.roles()))));
      v1::CreateOrganisationResponse response;
      response.set_organisation_id(wanted.organisation_id());
      response.set_etag(EtagOf(row));
      created = std::move(row);
      return response;
    };
    return parts_.requests.Once<v1::CreateOrganisationResponse>(txn, call, request, effect);
  };
  auto result = co_await parts_.store.Update(body, call.deadline());
  if (result.ok() && created) parts_.trust.Publish(*created);
  co_return result;
}

async::Task<absl::StatusOr<v1::GetOrganisationResponse>> OrganisationService::GetOrganisation(
    rpc::Call&, const v1::GetOrganisationRequest& request) {
  if (request.organisation_id().empty() == request.slug().empty()) {
    co_return status::InvalidField("organisation_id",
                                   "name the organisation by its id or by its slug, exactly one of the two");
  }
  auto body = [&](const Reader& reader) -> absl::StatusOr<v1::GetOrganisationResponse> {
    NWD_ASSIGN_OR_RETURN(const auto row, request.slug().empty() ? FindOrganisation(reader, request.organisation_id())
                                                                : FindOrganisationBySlug(reader, request.slug()));
    if (!row) return NoOrganisation(request.slug().empty() ? request.organisation_id() : request.slug());
    v1::GetOrganisationResponse response;
    *response.mutable_organisation() = ToMessage(*row);
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::ListOrganisationsResponse>> OrganisationService::ListOrganisations(
    rpc::Call& call, const v1::ListOrganisationsRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string after_slug, tokens::PageStart(parts_.tokens, scope, request));
  const int size = tokens::PageSize(request.page_size());
  auto body = [&](const Reader& reader) {
    return ListOrganisationsAfter(reader, after_slug, request.kind(), size + 1);
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<OrganisationRow> rows, co_await parts_.store.View(body));
  v1::ListOrganisationsResponse response;
  for (const OrganisationRow& row : rows) {
    if (response.organisations_size() == size) {
      response.set_next_page_token(parts_.tokens.Seal(scope, response.organisations(size - 1).slug()));
      break;
    }
    *response.add_organisations() = ToMessage(row);
  }
  co_return response;
}

absl::Status OrganisationService::CheckNew(const v1::CreateOrganisationRequest& request) const {
  status::Violations violations;
  CheckIdentities(request.identities(), parts_.trust_domain, "identities", violations);
  return violations.ToStatus();
}

bool OrganisationService::Sets(const v1::UpdateOrganisationRequest& request, std::string_view field) {
  const auto& paths = request.update_mask().paths();
  return std::find(paths.begin(), paths.end(), field) != paths.end();
}

absl::Status OrganisationService::CheckUpdate(const v1::UpdateOrganisationRequest& request) const {
  status::Violations violations;
  if (request.update_mask().paths().empty()) violations.Add("update_mask", "names what to set: name, kind, identities");
  for (const std::string& path : request.update_mask().paths()) {
    if (path != "name" && path != "kind" && path != "identities") {
      violations.Add("update_mask", Cat("cannot set \"", path, "\"; it sets name, kind and identities"));
    }
  }
  if (Sets(request, "name") && request.name().empty()) violations.Add("name", "must not be empty");
  if (Sets(request, "kind") && request.kind() == common::v1::ORGANISATION_KIND_UNSPECIFIED)
    violations.Add("kind", "must be a kind of organisation");
  if (Sets(request, "identities")) {
    if (request.identities().empty()) violations.Add("identities", "must have at least one");
    CheckIdentities(request.identities(), parts_.trust_domain, "identities", violations);
  }
  return violations.ToStatus();
}

async::Task<absl::StatusOr<v1::UpdateOrganisationResponse>> OrganisationService::UpdateOrganisation(
    rpc::Call& call, const v1::UpdateOrganisationRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckUpdate(request));
  const bool name = Sets(request, "name"), kind = Sets(request, "kind"), identities = Sets(request, "identities");
  auto edit = [&](Txn& txn, v1::Organisation& organisation) -> absl::StatusOr<Done> {
    if (name) organisation.set_name(request.name());
    if (kind) organisation.set_kind(request.kind());
    if (identities) *organisation.mutable_identities() = request.identities();
    NWD_RETURN_IF_ERROR(CheckIdentitiesFree(txn, organisation));
    return Done{"organisation.updated", ""};
  };
  co_return co_await parts_.editor.Change<v1::UpdateOrganisationResponse>(call, request, request.etag(), edit);
}

async::Task<absl::StatusOr<v1::SetOrganisationStateResponse>> OrganisationService::SetOrganisationState(
    rpc::Call& call, const v1::SetOrganisationStateRequest& request) {
  auto edit = [&](Txn& txn, v1::Organisation& organisation) -> absl::StatusOr<Done> {
    if (organisation.state() == request.state()) return Done{};
    NWD_ASSIGN_OR_RETURN(const bool last_admin, IsLastAdmin(txn, organisation));
    NWD_RETURN_IF_ERROR(CheckStateChange({.from = organisation.state(),
                                          .to = request.state(),
                                          .own = organisation.organisation_id() == call.organisation_id(),
                                          .last_admin = last_admin}));
    organisation.set_state(request.state());
    return Done{"organisation.state_set", std::string(StateName(request.state()))};
  };
  co_return co_await parts_.editor.Change<v1::SetOrganisationStateResponse>(call, request, request.etag(), edit);
}

async::Task<absl::StatusOr<v1::RevokeCertificateResponse>> OrganisationService::RevokeCertificate(
    rpc::Call& call, const v1::RevokeCertificateRequest& request) {
  if (request.serial().starts_with('0')) {
    co_return status::InvalidField("serial", "must have no leading zeros, as certificates are shown and compared");
  }
  auto edit = [&](Txn&, v1::Organisation& organisation) -> absl::StatusOr<Done> {
    const auto& revoked = organisation.revoked_serials();
    if (std::find(revoked.begin(), revoked.end(), request.serial()) != revoked.end()) return Done{};
    if (revoked.size() >= kRevokedSerialsMax) {
      return status::Error(
          absl::StatusCode::kFailedPrecondition, reasons::kTooManyRevoked,
          Cat("the organisation has ", kRevokedSerialsMax, " revoked certificates; give it a new identity instead"),
          {{"most", Cat(kRevokedSerialsMax)}});
    }
    organisation.add_revoked_serials(request.serial());
    return Done{"organisation.certificate_revoked", request.serial()};
  };
  co_return co_await parts_.editor.Change<v1::RevokeCertificateResponse>(call, request, "", edit);
}

async::Task<absl::Status> OrganisationService::WatchOrganisations(rpc::Call& call,
                                                                  const v1::WatchOrganisationsRequest& request,
                                                                  rpc::Writer<v1::WatchOrganisationsResponse>& writer) {
  auto map = [](const Reader& reader, const common::v1::Change& change,
                std::vector<v1::WatchOrganisationsResponse>& out) -> absl::Status {
    if (!change.has_organisation()) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(const auto row, FindOrganisation(reader, change.organisation().organisation_id()));
    if (!row) return absl::DataLossError("a change names an organisation that is not there");
    *out.emplace_back().mutable_organisation() = ToMessage(*row);
    return absl::OkStatus();
  };
  co_return co_await replica::Watch(call, parts_.store, parts_.tokens, request.cursor(), writer, map);
}

}  // namespace nwd::directory
