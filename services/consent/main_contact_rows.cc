#include "services/consent/main_contact_rows.h"

#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "services/consent/person_rows.h"

namespace nwd::consent::people {

absl::StatusOr<storage::Person> LatestMainContact(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(std::vector<Known> family, FindFamily(reader, person_id));
  storage::Person latest;
  for (Known& known : family) {
    if (known.person.main_contact_time_us() > latest.main_contact_time_us()) latest = std::move(known.person);
  }
  return latest;
}

}  // namespace nwd::consent::people
