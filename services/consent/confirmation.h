// Whether what was said confirms a possible match: a number of theirs, or the name or the birthday that completes what a
// certain match asks for. The second gives no more than registering under that name or birthday would: then, too, one of
// the identifiers given would be theirs, and name and birthday.
//
// Values in, values out; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/consent/identifier_hashes.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// What was said: one of the two.
struct Confirmation {
  std::optional<HashedIdentifier> identifier;
  std::string match_hash;  // of name and birthday as another desk may have them; empty where a number was said
};

// Whether an identifier of this kind was given at registration: it has agreed or not already, and confirms nothing.
bool WasGiven(const storage::PossibleMatch& match, IdentifierKind kind);

// `family`: everybody who is the person that the match names.
bool Confirms(const Confirmation& said, const storage::PossibleMatch& match,
              const std::vector<storage::Person>& family);

}  // namespace nwd::consent
