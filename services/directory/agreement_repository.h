// Data-sharing agreements in the store: the row, its place among all of them, and the change that tells peers, always
// together.
//
// Functions of a transaction or a view; no state. Ids are text as in messages; one that is no UUID finds nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

using storage::AgreementRow;

absl::StatusOr<std::optional<AgreementRow>> FindAgreement(const store::Reader& reader, std::string_view agreement_id);

// All agreements, newest first, from the place `from` (empty: the newest) until `visit` says stop.
absl::Status WalkAgreements(const store::Reader& reader, std::string_view from,
                            absl::FunctionRef<store::Visit(const std::string& place, const AgreementRow& row)> visit);

// Writes `row` as its next revision, and its change. A row of revision 0 is a new one.
void SaveAgreement(store::Txn& txn, AgreementRow& row);

// The row as callers see it at `now`.
directory::v1::Agreement ToMessage(const AgreementRow& row, absl::Time now);
std::string EtagOf(const AgreementRow& row);
// What peers are told of it: as of its last change.
common::v1::Change ChangeOf(const directory::v1::Agreement& agreement);

}  // namespace nwd::directory
