#include "services/consent/agreement_lookup.h"

#include <optional>

#include "common/base/macros.h"
#include "services/consent/agreements.h"

namespace nwd::consent {

async::Task<absl::StatusOr<AgreementPtr>> AgreementLookup::Find(const std::string& agreement_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(agreement_id);
  if (!id.has_value()) co_return AgreementPtr();
  auto look = [&](const store::Reader& reader) { return CitedAgreement(reader, id->bytes()); };
  NWD_CO_ASSIGN_OR_RETURN(AgreementPtr known, co_await store_.View(look));
  if (known != nullptr) co_return known;
  NWD_CO_RETURN_IF_ERROR(co_await ask_(agreement_id));
  co_return co_await store_.View(look);
}

async::Task<absl::StatusOr<AgreementPtr>> AgreementLookup::CheckCitable(const std::string& agreement_id,
                                                                        ids::Uuid organisation, absl::Time now,
                                                                        std::string_view field,
                                                                        status::Violations& violations) {
  if (agreement_id.empty()) co_return AgreementPtr();
  NWD_CO_ASSIGN_OR_RETURN(AgreementPtr agreement, co_await Find(agreement_id));
  if (agreement == nullptr) {
    violations.Add(field, "names no agreement of this hub");
  } else if (agreements::IsOver(*agreement, now)) {
    violations.Add(field, "names an agreement that has ended");
  } else if (!agreements::IsParty(*agreement, organisation)) {
    violations.Add(field, "names an agreement that you are not a party to");
  }
  co_return agreement;
}

}  // namespace nwd::consent
