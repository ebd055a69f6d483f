// Ways to reach a person, checked loosely: enough to catch a slip, never so strictly that somebody's real address is
// refused. Thread-safe.
#pragma once

#include "common/identifiers/checked.h"

namespace nwd::identifiers {

// A UK telephone number, with or without +44, brackets, dots and hyphens: "(020) 7946 0018" → "+442079460018".
// Emergency and other short codes are no way to reach a person.
Checked CheckPhone(std::string_view text);

// An e-mail address: one @, something before it, a domain with a dot after it. White space around it is dropped and the
// domain is put in lower case; what stands before the @ is its owner's to spell.
Checked CheckEmail(std::string_view text);

}  // namespace nwd::identifiers
