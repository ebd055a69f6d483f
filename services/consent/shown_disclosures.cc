#include "services/consent/shown_disclosures.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/categories.h"
#include "services/consent/cited_basis.h"
#include "services/consent/consent_rows.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/emergency_states.h"

namespace nwd::consent::disclosures {
namespace {

bool Concerns(const storage::Disclosure& disclosure, std::string_view organisation) {
  return disclosure.recipient_id() == organisation ||
         std::find(disclosure.source_ids().begin(), disclosure.source_ids().end(), organisation) !=
             disclosure.source_ids().end();
}

}  // namespace

v1::Disclosure Show(const Placed& placed, std::string person_ref) {
  v1::Disclosure shown;
  shown.set_disclosure_id(placed.disclosure_id.ToString());
  shown.set_person_ref(std::move(person_ref));
  shown.set_recipient_organisation_id(consents::IdOf(placed.disclosure.recipient_id()).ToString());
  ShowCited(placed.disclosure, shown);
  shown.set_purpose(placed.disclosure.purpose());
  ForEachCategory(placed.disclosure.categories(), [&](Category category) { shown.add_categories(category); });
  *shown.mutable_disclose_time() = MicrosToTimestamp(placed.time_us);
  shown.set_referral_id(ShownId(placed.disclosure.referral_id()));
  return shown;
}

absl::StatusOr<bool> IsShownTo(const store::Reader& reader, const ties::Asker& asker,
                               const storage::Disclosure& disclosure) {
  if (!asker.is_channel) return Concerns(disclosure, asker.organisation_id.bytes());
  if (disclosure.emergency_access_id().empty()) return true;
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::EmergencyAccess> access,
                       emergencies::Find(reader, consents::IdOf(disclosure.emergency_access_id())));
  return !access.has_value() || !IsKeptFromPerson(*access);
}

}  // namespace nwd::consent::disclosures
