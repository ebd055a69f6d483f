// An emergency access in time: where it is in its life, whether it permits, and when its review is due. Pure functions.
//
// It permits for kEmergencyLasts from its opening, the last microsecond included and the end not, until it is closed.
// What was closed stays closed, whatever the clock says.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/emergency_service.pb.h"
#include "services/consent/categories.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// What it can open at most: who and where somebody is, what is the matter, and what is known of the danger.
inline constexpr CategoryMask kEmergencyCategories =
    MaskOf(common::v1::CATEGORY_IDENTITY) | MaskOf(common::v1::CATEGORY_CONTACT) |
    MaskOf(common::v1::CATEGORY_CIRCUMSTANCES) | MaskOf(common::v1::CATEGORY_SAFEGUARDING);

// Whether emergency access can rest on it.
bool IsEmergencyBasis(common::v1::LawfulBasis basis);

// When it stops permitting by itself.
int64_t ExpireTimeUs(const storage::EmergencyAccess& access);
// Whether its time has begun and is not over. Says nothing of whether it was closed.
bool InTime(const storage::EmergencyAccess& access, absl::Time now);
v1::EmergencyAccessState StateAt(const storage::EmergencyAccess& access, absl::Time now);
// kEmergencyReviewDue after it stopped permitting or, while it permits, would by itself.
int64_t ReviewDueTimeUs(const storage::EmergencyAccess& access);

// Whether the person is not to learn of it: telling them was held to be unsafe, and no review has said otherwise. It
// is that word that counts, not whether anybody was there to tell them.
bool IsKeptFromPerson(const storage::EmergencyAccess& access);

// "AWAITING_REVIEW".
std::string_view StateName(v1::EmergencyAccessState state);

}  // namespace nwd::consent
