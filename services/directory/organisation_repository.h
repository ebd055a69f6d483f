// Organisations in the store: the row, what finds it (slug, identities), and the change that tells peers, always
// together.
//
// Functions of a transaction or a view; no state. Ids are text as in messages; one that is no UUID finds nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

using storage::OrganisationRow;

absl::StatusOr<std::optional<OrganisationRow>> FindOrganisation(const store::Reader& reader,
                                                                std::string_view organisation_id);
absl::StatusOr<std::optional<OrganisationRow>> FindOrganisationBySlug(const store::Reader& reader,
                                                                      std::string_view slug);
// The organisation that may carry this identity; empty where none does.
absl::StatusOr<std::string> OwnerOfIdentity(const store::Reader& reader, std::string_view spiffe_id);
// Organisations by slug, after `after_slug` (empty: from the first), at most `limit`; `kind` unspecified means any.
absl::StatusOr<std::vector<OrganisationRow>> ListOrganisationsAfter(const store::Reader& reader,
                                                                    std::string_view after_slug,
                                                                    common::v1::OrganisationKind kind, int limit);
absl::StatusOr<std::vector<OrganisationRow>> AllOrganisations(const store::Reader& reader);
// How many organisations are active and hold HUB_ADMIN.
absl::StatusOr<int> CountActiveAdmins(const store::Reader& reader);
// Whether the hub would be left without an active admin if this organisation ceased to be one.
absl::StatusOr<bool> IsLastAdmin(const store::Reader& reader, const directory::v1::Organisation& organisation);

// Writes `row` as its next revision, its finders, and its change. `before` is what stood; null for a new one. Slug and
// identities are free (the caller has looked in the same transaction).
void SaveOrganisation(store::Txn& txn, OrganisationRow& row, const OrganisationRow* before, absl::Time now);

// The row as callers see it.
directory::v1::Organisation ToMessage(const OrganisationRow& row);
std::string EtagOf(const OrganisationRow& row);
// What peers are told of it: as of its last change.
common::v1::Change ChangeOf(const directory::v1::Organisation& organisation);

}  // namespace nwd::directory
