#include "services/consent/cited_agreement.h"

#include <optional>
#include <utility>

#include "common/base/macros.h"
#include "common/ids/uuid.h"
#include "common/replica/directory_replica.h"

namespace nwd::consent {

absl::StatusOr<AgreementPtr> CitedAgreement(const store::Reader& reader, std::string_view agreement_id) {
  if (agreement_id.empty()) return nullptr;
  const auto id = ids::Uuid::FromBytes(agreement_id);
  if (!id.has_value()) return absl::DataLossError("a basis cites an agreement by something that is no id");
  NWD_ASSIGN_OR_RETURN(std::optional<common::v1::AgreementChange> agreement,
                       replica::DirectoryReplica::FindAgreement(reader, *id));
  if (!agreement.has_value()) return nullptr;
  return std::make_unique<const common::v1::AgreementChange>(*std::move(agreement));
}

}  // namespace nwd::consent
