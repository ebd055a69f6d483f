#include "services/consent/case_ties.h"

#include <algorithm>
#include <vector>

#include "common/base/macros.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/main_contact_rows.h"
#include "services/consent/person_rows.h"

namespace nwd::consent::cases {

absl::StatusOr<bool> IsAnsweredBy(const store::Reader& reader, const ties::Asker& asker,
                                  const std::optional<storage::Case>& row) {
  const bool handler = row.has_value() && row->handler_id() == asker.organisation_id.bytes();
  // Who was erased is enrolled nowhere; whoever answered sees that it was done.
  if (!asker.is_channel || (handler && row->erase_time_us() != 0)) return handler;
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

}  // namespace nwd::consent::cases
