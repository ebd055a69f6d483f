#include "services/consent/case_ties.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/macros.h"
#include "services/consent/case_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/main_contact_rows.h"
#include "services/consent/person_rows.h"

namespace nwd::consent::cases {

absl::StatusOr<bool> IsAnsweredBy(const store::Reader& reader, const ties::Asker& asker,
                                  const std::optional<storage::Case>& row) {
  const bool handler = row.has_value() && row->handler_id() == asker.organisation_id.bytes();
  if (!asker.is_channel) return handler;
  NWD_ASSIGN_OR_RETURN(const bool speaks, SpeaksFor(reader, asker, row));
  return handler && speaks;
}

absl::StatusOr<bool> SpeaksFor(const store::Reader& reader, const ties::Asker& asker,
                               const std::optional<storage::Case>& row) {
  const ids::Uuid person_id = row.has_value() ? consents::IdOf(row->person_id()) : ids::Uuid();
  if (!asker.is_channel) return false;
  return ties::HasPerson(reader, asker, person_id);
}

absl::StatusOr<ids::Uuid> WhoAnswers(const store::Reader& reader, const Organisations& organisations,
                                     const ids::Uuid& person_id) {
  const auto can = [&](const ids::Uuid& organisation) {
    return IsActive(organisations.Known(organisation.ToString()));
  };
  NWD_ASSIGN_OR_RETURN(const storage::Person said, people::LatestMainContact(reader, person_id));
  const ids::Uuid contact = consents::IdOf(said.main_contact_organisation_id());
  if (!contact.is_nil() && can(contact)) return contact;
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  ids::Uuid first;
  int64_t since_us = 0;
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(const std::vector<people::HolderOf> holders, people::HoldersOf(reader, relative));
    const auto able = std::find_if(holders.begin(), holders.end(),
                                   [&](const people::HolderOf& holder) { return can(holder.organisation_id); });
    if (able == holders.end() || (!first.is_nil() && able->row.since_us() >= since_us)) continue;
    first = able->organisation_id;
    since_us = able->row.since_us();
  }
  return first;
}

absl::Status HandOver(store::Txn& txn, const Organisations& organisations, const ids::Uuid& person_id,
                      const ids::Uuid& channel_id) {
  std::vector<storage::Case> open;
  NWD_RETURN_IF_ERROR(WalkPerson(txn, person_id, "", [&](const std::string&, const storage::Case& row) {
    if (row.handler_id() == channel_id.bytes() && row.state() != v1::CASE_STATE_CLOSED) open.push_back(row);
    return store::Visit::kContinue;
  }));
  if (open.empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const ids::Uuid next, WhoAnswers(txn, organisations, person_id));
  if (next.is_nil()) return absl::OkStatus();
  for (const storage::Case& before : open) {
    storage::Case row = before;
    row.set_handler_id(std::string(next.bytes()));
    row.set_revision(row.revision() + 1);
    Replace(txn, before, row);
  }
  return absl::OkStatus();
}

}  // namespace nwd::consent::cases
