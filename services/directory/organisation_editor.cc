#include "services/directory/organisation_editor.h"

namespace nwd::directory {

absl::StatusOr<OrganisationRow> OrganisationEditor::EditRow(store::Txn& txn, const rpc::Call& call,
                                                            const std::string& organisation_id, std::string_view etag,
                                                            Edit edit, std::optional<OrganisationRow>& changed) const {
  NWD_ASSIGN_OR_RETURN(const auto before, FindOrganisation(txn, organisation_id));
  if (!before) return NoOrganisation(organisation_id);
  if (!etag.empty() && etag != EtagOf(*before)) return status::StaleEtag("organisation");
  NWD_RETURN_IF_ERROR(CheckNotLeft(before->organisation()));
  OrganisationRow row = *before;
  NWD_ASSIGN_OR_RETURN(const Done done, edit(txn, *row.mutable_organisation()));
  if (done.type.empty()) return row;
  SaveOrganisation(txn, row, &*before, call.Now());
  parts_.audit.AppendPlain(txn, done.type, call.Now(), ActOf(call, organisation_id, done.detail));
  changed = row;
  return row;
}

}  // namespace nwd::directory
