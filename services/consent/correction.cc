#include "services/consent/correction.h"

#include <string>

#include "common/base/macros.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/limits.h"
#include "services/consent/telling.h"

namespace nwd::consent {

absl::Status TellCorrected(store::Txn& txn, const ids::Uuid& person_id, Category category, const ids::Uuid& source,
                           absl::Time now, std::vector<ids::Uuid>& told) {
  GivenTo given;
  int budget = kDisclosuresLookedAtMax;
  NWD_RETURN_IF_ERROR(disclosures::WalkNewest(txn, person_id, budget, [&](const disclosures::Placed& placed) {
    const bool given_it = (disclosures::CategoriesOf(placed.disclosure, source) & MaskOf(category)) != 0;
    if (given_it && placed.disclosure.recipient_id() != source.bytes()) given.Add(placed);
  }));
  if (budget <= 0) NWD_RETURN_IF_ERROR(given.AddAllReaders(txn, person_id));
  storage::Notice notice;
  notice.set_type(v1::NOTICE_TYPE_RECTIFICATION);
  notice.set_categories(MaskOf(category));
  notice.set_source_id(std::string(source.bytes()));
  return given.Tell(txn, notice, now, told);
}

}  // namespace nwd::consent
