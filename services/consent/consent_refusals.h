// Refusal beats a broader grant. What a person refused an organisation for a purpose stays closed to it under every
// other consent for that purpose, until they say otherwise as precisely: a later consent that names no organisation and
// no category beyond those refused, or that cites the refused one as the consent it changes, lifts the refusal. Values
// in, values out.
#pragma once

#include "services/consent/storage.pb.h"

namespace nwd::consent {

// Whether `given` lifts what was refused in `refused`.
bool Lifts(const storage::Consent& given, const storage::Consent& refused);

// Marks in `given` what `refused` closes; true where that changed anything. Both are of one person.
bool ApplyRefusal(storage::Consent& given, const storage::Consent& refused);

}  // namespace nwd::consent
