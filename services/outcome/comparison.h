// What can be worked out by setting two releases against each other.
//
// Figures that have not changed between them are the same unknowns in both; so whatever the second release says of the figures that have
// changed, it says of the rest of their sum, too, and through that of what the first release suppressed. Looked at sum by sum (a row of
// cells and its whole, months and their quarter, quarters and their year), which for one sum and two releases is exact. What needs several
// sums of several releases at once is not looked for; searching for it in random tables finds about one in five hundred in which
// somebody who is also told which suppressed figures have not changed is left with four values instead of five.
#pragma once

#include <vector>

#include "services/outcome/disclosure.h"

namespace nwd::outcome {

// Suppresses further figures of `now` until no suppressed figure of either release can be narrowed down to fewer than kSpanMin
// values by one sum of both. Both have been through Protect's first part (`learned` is filled in). True where it suppressed anything.
bool SecureAgainst(YearOfFigures& now, const YearOfFigures& earlier);

}  // namespace nwd::outcome
