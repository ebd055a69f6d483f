#include "services/consent/agreements.h"

#include <algorithm>

#include "common/base/timestamps.h"

namespace nwd::consent::agreements {
namespace {

template <class Repeated>
bool Names(const Repeated& all, int one) {
  return one != 0 && std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

bool IsOver(const common::v1::AgreementChange& agreement, absl::Time now) {
  return !agreement.has_end_time() || now >= FromTimestamp(agreement.end_time());
}

bool InForce(const common::v1::AgreementChange& agreement, absl::Time now) {
  const bool begun = !agreement.has_valid_from() || now >= FromTimestamp(agreement.valid_from());
  return begun && !IsOver(agreement, now);
}

bool IsParty(const common::v1::AgreementChange& agreement, const ids::Uuid& organisation_id) {
  const auto& parties = agreement.party_organisation_ids();
  return std::find(parties.begin(), parties.end(), organisation_id.ToString()) != parties.end();
}

CategoryMask Covered(const common::v1::AgreementChange& agreement, const Use& use, absl::Time now) {
  const bool holds = InForce(agreement, now) && Names(agreement.lawful_bases(), use.lawful_basis) &&
                     Names(agreement.purposes(), use.purpose) && IsParty(agreement, use.recipient_id);
  return holds ? MaskOfAll(agreement.categories()) : 0;
}

CategoryMask Allowed(std::string_view cited, const common::v1::AgreementChange* agreement, const Use& use,
                     absl::Time now) {
  if (cited.empty()) return kAllCategories;
  const auto id = ids::Uuid::FromBytes(cited);
  if (agreement == nullptr || !id.has_value() || agreement->agreement_id() != id->ToString()) return 0;
  return Covered(*agreement, use, now);
}

}  // namespace nwd::consent::agreements
