// docs/referral-states.md, printed from the table. `nwd_referral_table > docs/referral-states.md`; a test fails where
// the two differ. Thread-safe.
#pragma once

#include <string>

namespace nwd::referral {

std::string StatesDocument();

}  // namespace nwd::referral
