// What a data-sharing agreement lets a basis that cites it permit: nothing by itself, it only narrows. A basis is a
// consent or an authority. Pure functions, and every doubt is a no.
//
//   const CategoryMask under = agreements::Allowed(consent.agreement_id(), agreement, {LAWFUL_BASIS_CONSENT, …}, now);
//
// The agreement comes from the directory (cited_agreement.h), as last known here.
#pragma once

#include <string_view>

#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "services/consent/categories.h"

namespace nwd::consent::agreements {

// What is to be done under an agreement.
struct Use {
  common::v1::LawfulBasis lawful_basis = common::v1::LAWFUL_BASIS_UNSPECIFIED;
  common::v1::Purpose purpose = common::v1::PURPOSE_UNSPECIFIED;
  ids::Uuid recipient_id;  // who would receive
};

// Its end has come. One without an end is over: the directory tells of none.
bool IsOver(const common::v1::AgreementChange& agreement, absl::Time now);
// It has begun and is not over.
bool InForce(const common::v1::AgreementChange& agreement, absl::Time now);
bool IsParty(const common::v1::AgreementChange& agreement, const ids::Uuid& organisation_id);

// The categories that the agreement covers for this use at `now`.
CategoryMask Covered(const common::v1::AgreementChange& agreement, const Use& use, absl::Time now);

// The categories that a basis citing `cited` (the bytes of an id) may permit for this use: all where it cites none,
// none where it cites one that is not known here (`agreement` null) or is another than `agreement`.
CategoryMask Allowed(std::string_view cited, const common::v1::AgreementChange* agreement, const Use& use,
                     absl::Time now);

}  // namespace nwd::consent::agreements
