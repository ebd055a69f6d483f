#include "services/directory/organisation_repository.h"

#include <algorithm>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/directory/keys.h"

namespace nwd::directory {
namespace {

using ids::Uuid;
using store::Visit;

bool IsActiveAdmin(const directory::v1::Organisation& organisation) {
  const auto& roles = organisation.roles();
  return organisation.state() == common::v1::ORGANISATION_STATE_ACTIVE &&
         std::find(roles.begin(), roles.end(), common::v1::ROLE_HUB_ADMIN) != roles.end();
}

absl::StatusOr<std::optional<OrganisationRow>> FindByIdBytes(const store::Reader& reader, std::string_view bytes) {
  const std::optional<Uuid> id = Uuid::FromBytes(bytes);
  if (!id) return absl::DataLossError("an organisation's finder holds no id");
  return store::Find<OrganisationRow>(reader, keys::Organisation(*id));
}

}  // namespace

absl::StatusOr<std::optional<OrganisationRow>> FindOrganisation(const store::Reader& reader,
                                                                std::string_view organisation_id) {
  const std::optional<Uuid> id = Uuid::Parse(organisation_id);
  if (!id) return std::nullopt;
  return store::Find<OrganisationRow>(reader, keys::Organisation(*id));
}

absl::StatusOr<std::optional<OrganisationRow>> FindOrganisationBySlug(const store::Reader& reader,
                                                                      std::string_view slug) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool known, reader.Get(keys::Slug(slug), &bytes));
  if (!known) return std::nullopt;
  return FindByIdBytes(reader, bytes);
}

absl::StatusOr<std::string> OwnerOfIdentity(const store::Reader& reader, std::string_view spiffe_id) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool known, reader.Get(keys::Identity(spiffe_id), &bytes));
  if (!known) return std::string();
  const std::optional<Uuid> id = Uuid::FromBytes(bytes);
  if (!id) return absl::DataLossError("an identity's finder holds no id");
  return id->ToString();
}

absl::StatusOr<std::vector<OrganisationRow>> ListOrganisationsAfter(const store::Reader& reader,
                                                                    std::string_view after_slug,
                                                                    common::v1::OrganisationKind kind, int limit) {
  std::vector<OrganisationRow> rows;
  store::Range range = store::PrefixRange(keys::Table(keys::kSlugs));
  // A slug's key ends with a zero byte, so the next possible key is that key and one byte more.
  if (!after_slug.empty()) range.begin = keys::Slug(after_slug) + '\0';
  absl::Status inner;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view, std::string_view id) {
    absl::StatusOr<std::optional<OrganisationRow>> row = FindByIdBytes(reader, id);
    if (!row.ok() || !row->has_value()) {
      inner = row.ok() ? absl::DataLossError("a slug names an organisation that is not there") : row.status();
      return Visit::kStop;
    }
    const bool fits = kind == common::v1::ORGANISATION_KIND_UNSPECIFIED || (*row)->organisation().kind() == kind;
    if (fits) rows.push_back(**std::move(row));
    return static_cast<int>(rows.size()) < limit ? Visit::kContinue : Visit::kStop;
  }));
  NWD_RETURN_IF_ERROR(inner);
  return rows;
}

absl::StatusOr<std::vector<OrganisationRow>> AllOrganisations(const store::Reader& reader) {
  std::vector<OrganisationRow> rows;
  absl::Status inner;
  auto take = [&](std::string_view key, std::string_view value) {
    absl::StatusOr<OrganisationRow> row = store::ParseValue<OrganisationRow>(key, value);
    if (!row.ok()) {
      inner = row.status();
      return Visit::kStop;
    }
    rows.push_back(*std::move(row));
    return Visit::kContinue;
  };
  NWD_RETURN_IF_ERROR(
      reader.Scan(store::PrefixRange(keys::Table(keys::kOrganisations)), store::Direction::kForward, take));
  NWD_RETURN_IF_ERROR(inner);
  return rows;
}

absl::StatusOr<int> CountActiveAdmins(const store::Reader& reader) {
  int count = 0;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Table(keys::kAdmins)), store::Direction::kForward,
                                  [&](std::string_view, std::string_view) {
                                    ++count;
                                    return Visit::kContinue;
                                  }));
  return count;
}

absl::StatusOr<bool> IsLastAdmin(const store::Reader& reader, const directory::v1::Organisation& organisation) {
  if (!IsActiveAdmin(organisation)) return false;
  NWD_ASSIGN_OR_RETURN(const int admins, CountActiveAdmins(reader));
  return admins <= 1;
}

void SaveOrganisation(store::Txn& txn, OrganisationRow& row, const OrganisationRow* before, absl::Time now) {
  directory::v1::Organisation& organisation = *row.mutable_organisation();
  const std::optional<Uuid> id = Uuid::Parse(organisation.organisation_id());
  NWD_CHECK(id.has_value());
  if (before == nullptr) {
    *organisation.mutable_create_time() = ToTimestamp(now);
    txn.Put(keys::Slug(organisation.slug()), id->bytes());
  } else {
    for (const std::string& identity : before->organisation().identities()) txn.Delete(keys::Identity(identity));
  }
  *organisation.mutable_update_time() = ToTimestamp(now);
  row.set_revision((before == nullptr ? 0 : before->revision()) + 1);
  for (const std::string& identity : organisation.identities()) txn.Put(keys::Identity(identity), id->bytes());
  if (IsActiveAdmin(organisation)) {
    txn.Put(keys::Admin(*id), "");
  } else {
    txn.Delete(keys::Admin(*id));
  }
  store::PutMessage(txn, keys::Organisation(*id), row);
  txn.Append(store::Feed::kChanges, ChangeOf(organisation).SerializeAsString());
}

std::string EtagOf(const OrganisationRow& row) { return Cat("r", row.revision()); }

directory::v1::Organisation ToMessage(const OrganisationRow& row) {
  directory::v1::Organisation organisation = row.organisation();
  organisation.set_etag(EtagOf(row));
  return organisation;
}

common::v1::Change ChangeOf(const directory::v1::Organisation& organisation) {
  common::v1::Change change;
  *change.mutable_change_time() = organisation.update_time();
  common::v1::OrganisationChange& detail = *change.mutable_organisation();
  detail.set_organisation_id(organisation.organisation_id());
  detail.set_slug(organisation.slug());
  detail.set_kind(organisation.kind());
  detail.set_state(organisation.state());
  *detail.mutable_roles() = organisation.roles();
  *detail.mutable_identities() = organisation.identities();
  *detail.mutable_revoked_serials() = organisation.revoked_serials();
  detail.set_sponsor_organisation_id(organisation.sponsor_organisation_id());
  return change;
}

}  // namespace nwd::directory
