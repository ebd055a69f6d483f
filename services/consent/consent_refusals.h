// Refusal beats a broader grant. What a person refused an organisation for a purpose stays closed to it under every
// other consent for that purpose, until they say otherwise as precisely: a later consent that names no organisation and
// no category beyond those refused, or that cites the refused one as the consent it changes, lifts the refusal for whom and
// what it names. What was lifted once stays so for consents decided on from then on: a renewal, or a broader one, asks the
// person again. Values in, values out.
#pragma once

#include <vector>

#include "services/consent/storage.pb.h"

namespace nwd::consent {

// Marks in `given` what `all` refuse, and nothing else; true where that changed anything. `all` are of one person, as they
// stand, and may have `given` among them.
bool ApplyRefusals(const std::vector<storage::Consent>& all, storage::Consent& given);

}  // namespace nwd::consent
