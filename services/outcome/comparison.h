// What can be worked out by setting two releases against each other.
//
// Figures that have not changed between them are the same unknowns in both; so whatever the second release says of the
// figures that have changed, it says of the rest of their sum, too, and through that of what the first release
// suppressed. Looked at sum by sum (a row of cells and its whole, months and their quarter, quarters and their year),
// which for one sum and two releases is exact. What needs several sums of both releases at once (a row of the first, a
// quarter of the second) is not looked for. Measured by search on random tables, with somebody who is even told which
// suppressed figures have not changed: months alone, two or three releases, none of 2,000 each; months and their
// quarter in two releases, 14 of 2,000, mostly 3 or 4 values left instead of 5.
//
// Pure: it changes the year it is given and nothing else.
#pragma once

#include <vector>

#include "services/outcome/disclosure.h"

namespace nwd::outcome {

// Suppresses further figures of `now` until no suppressed figure of either release can be narrowed down to fewer than
// kSpanMin values by one sum of both. Both have been through Protect's first part (`learned` is filled in). True where
// it suppressed anything.
bool SecureAgainst(YearOfFigures& now, const YearOfFigures& earlier);

}  // namespace nwd::outcome
