// The decision on an emergency access, as decide.h has that on a consent: only the organisation that opened it, only to
// view, only for SAFEGUARDING, and only while it is trusted with safeguarding. Pure functions.
#pragma once

#include "services/consent/decide.h"

namespace nwd::consent {

// Ceilings by kind (ceilings.h) have no say here. They are what organisations of a kind need in their ordinary work; what
// a person needs to be kept safe, such as how they can be spoken to or what they are ill with, is not ordinary work. In
// their place stand the role, which two of the hub's offices give, few sections, three hours, and the review.
Decision Decide(const storage::EmergencyAccess& access, const Question& question, absl::Time now);

// What the opener must do with what it receives: it is looked at and not passed on.
v1::Obligations EmergencyObligations();

}  // namespace nwd::consent
