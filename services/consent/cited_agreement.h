// The data-sharing agreement that a basis cites, from this service's replica of the directory.
//
//   NWD_ASSIGN_OR_RETURN(const AgreementPtr agreement, CitedAgreement(reader, consent.agreement_id()));
//   const Decision decision = Decide(consent, question, agreement.get(), now);
//
// Within a View or an Update, so that a decision sees one state. Errors are the store's, or DATA_LOSS.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"

namespace nwd::consent {

using AgreementPtr = std::unique_ptr<const common::v1::AgreementChange>;

// `agreement_id`: the bytes that a basis keeps. Null where they are empty, without a read; and null where the agreement
// is not known here, which denies (agreements.h).
absl::StatusOr<AgreementPtr> CitedAgreement(const store::Reader& reader, std::string_view agreement_id);

}  // namespace nwd::consent
