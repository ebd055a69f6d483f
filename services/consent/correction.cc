#include "services/consent/correction.h"

#include <map>
#include <string>
#include <utility>

#include "common/base/macros.h"
#include "services/consent/consent_rows.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/limits.h"
#include "services/consent/telling.h"

namespace nwd::consent {

absl::Status TellCorrected(store::Txn& txn, const ids::Uuid& person_id, Category category, const ids::Uuid& source,
                           absl::Time now, std::vector<ids::Uuid>& told) {
  struct Recipient {
    Touched touched;
    storage::Disclosure newest;
  };
  std::map<ids::Uuid, Recipient> recipients;
  int budget = kDisclosuresLookedAtMax;
  const auto look = [&](const disclosures::Placed& placed) {
    if ((disclosures::CategoriesOf(placed.disclosure, source) & MaskOf(category)) == 0) return;
    if (placed.disclosure.recipient_id() == source.bytes()) return;
    Recipient& recipient = recipients[consents::IdOf(placed.disclosure.recipient_id())];
    if (recipient.touched.count == 0) recipient.newest = placed.disclosure;
    recipient.touched.Add(placed.disclosure_id);
  };
  NWD_RETURN_IF_ERROR(disclosures::WalkNewest(txn, person_id, budget, look));
  for (const auto& [id, recipient] : recipients) {
    // They may have asked about another whom this person is, or was, joined to.
    NWD_ASSIGN_OR_RETURN(const ids::Uuid known_by, KnownBy(txn, recipient.newest, person_id));
    storage::Notice notice;
    notice.set_type(v1::NOTICE_TYPE_RECTIFICATION);
    notice.set_person_id(std::string(known_by.bytes()));
    notice.set_categories(MaskOf(category));
    notice.set_source_id(std::string(source.bytes()));
    NWD_RETURN_IF_ERROR(Tell(txn, id, std::move(notice), recipient.touched, now, told));
  }
  return absl::OkStatus();
}

}  // namespace nwd::consent
