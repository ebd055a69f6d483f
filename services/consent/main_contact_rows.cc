#include "services/consent/main_contact_rows.h"

#include <optional>
#include <vector>

#include "common/base/macros.h"
#include "services/consent/joins.h"
#include "services/consent/person_rows.h"

namespace nwd::consent::people {

absl::StatusOr<storage::Person> LatestMainContact(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  storage::Person latest;
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> person, Find(reader, relative));
    if (person.has_value() && person->main_contact_time_us() > latest.main_contact_time_us()) {
      latest = *std::move(person);
    }
  }
  return latest;
}

}  // namespace nwd::consent::people
