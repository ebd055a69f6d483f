// The three numbers by which a person can be matched across organisations. White space is ignored, letters may be of
// either case. Thread-safe.
#pragma once

#include "common/identifiers/checked.h"

namespace nwd::identifiers {

// National Insurance number: "qq 12 34 56 c" → "QQ123456C" (if QQ were in use). It has no check digit, so a slip of the
// pen in its figures goes unnoticed.
Checked CheckNino(std::string_view text);

// NHS number: ten digits, the last a check (modulus 11).
Checked CheckNhsNumber(std::string_view text);

// Unique Learner Number: ten digits, the last a check (modulus 11); no ULN is an NHS number.
Checked CheckUln(std::string_view text);

}  // namespace nwd::identifiers
