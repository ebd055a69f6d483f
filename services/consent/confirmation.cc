#include "services/consent/confirmation.h"

#include <algorithm>

#include "common/crypto/hmac.h"

namespace nwd::consent {
namespace {

bool HasIdentifier(const std::vector<storage::Person>& family, const std::string& kept) {
  return std::any_of(family.begin(), family.end(), [&](const storage::Person& person) {
    return std::find(person.identifiers().begin(), person.identifiers().end(), kept) != person.identifiers().end();
  });
}

}  // namespace

bool WasGiven(const storage::PossibleMatch& match, IdentifierKind kind) {
  return std::any_of(match.identifiers().begin(), match.identifiers().end(),
                     [&](const std::string& given) { return given.front() == static_cast<char>(kind); });
}

bool Confirms(const Confirmation& said, const storage::PossibleMatch& match,
              const std::vector<storage::Person>& family) {
  if (said.identifier.has_value()) return HasIdentifier(family, said.identifier->Kept());
  const bool shared = std::any_of(match.identifiers().begin(), match.identifiers().end(),
                                  [&](const std::string& given) { return HasIdentifier(family, given); });
  return shared && std::any_of(family.begin(), family.end(), [&](const storage::Person& person) {
           return crypto::ConstantTimeEqual(person.match_hash(), said.match_hash);
         });
}

}  // namespace nwd::consent
