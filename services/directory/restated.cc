#include "services/directory/restated.h"

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/directory/agreement_repository.h"
#include "services/directory/catalogue_repository.h"
#include "services/directory/keys.h"
#include "services/directory/organisation_repository.h"

namespace nwd::directory {
namespace {

using Told = absl::StatusOr<std::optional<common::v1::Change>>;

Told Organisation(const store::Reader&, const OrganisationRow& row) { return ChangeOf(row.organisation()); }

// The row may be one that a newer has replaced, or that readers do not see yet: what they see counts.
Told Service(const store::Reader& reader, const storage::ServiceRow& row) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(row.service().service_id());
  if (!id) return absl::DataLossError("a service's row names no id");
  NWD_ASSIGN_OR_RETURN(const auto seen, FindServiceRow(reader, *id));
  if (!seen) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(const HubFacts facts, ReadHubFacts(reader, *seen));
  return ServiceChangeOf(*seen, facts, FromTimestamp(seen->service().update_time()));
}

Told Agreement(const store::Reader&, const AgreementRow& row) { return ChangeOf(row.agreement()); }

}  // namespace

std::vector<replica::RestatedTable> RestatedTables() {
  return {replica::Restated<OrganisationRow>(keys::Table(keys::kOrganisations), Organisation),
          replica::Restated<storage::ServiceRow>(keys::Table(keys::kServices), Service),
          replica::Restated<AgreementRow>(keys::Table(keys::kAgreements), Agreement)};
}

}  // namespace nwd::directory
