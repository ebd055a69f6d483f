#include "services/consent/identifier_hashes.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "services/consent/limits.h"

namespace nwd::consent {

std::string_view KindOfKept(std::string_view kept) {
  if (kept.empty()) return "";
  switch (static_cast<IdentifierKind>(kept.front())) {
    case IdentifierKind::kNino:
      return "NINO";
    case IdentifierKind::kNhsNumber:
      return "NHS_NUMBER";
    case IdentifierKind::kUln:
      return "ULN";
  }
  return "";
}

IdentifierHashes::IdentifierHashes(const crypto::HubKey& hub_key)
    : nino_(hub_key.Derive("consent/identifier/nino")),
      nhs_number_(hub_key.Derive("consent/identifier/nhs-number")),
      uln_(hub_key.Derive("consent/identifier/uln")),
      match_(hub_key.Derive("consent/identifier/name-and-date-of-birth")),
      block_(hub_key.Derive("consent/identifier/block")) {}

HashedIdentifier IdentifierHashes::Hash(const CheckedIdentifier& identifier) const {
  return {identifier.kind, KeyOf(identifier.kind).ComputeString(identifier.value)};
}

HashedDetails IdentifierHashes::Hash(const CheckedDetails& details) const {
  HashedDetails hashed;
  for (const CheckedIdentifier& identifier : details.identifiers) hashed.identifiers.push_back(Hash(identifier));
  hashed.match_hash = MatchHash(details.date_of_birth, details.comparable.words);
  for (const std::string& block : BlocksOf(details.comparable)) {
    hashed.blocks.push_back(block_.ComputeString(block).substr(0, kBlockHashBytes));
  }
  return hashed;
}

std::string IdentifierHashes::MatchHash(std::string_view date_of_birth, std::vector<std::string> words) const {
  std::sort(words.begin(), words.end());
  return match_.ComputeString(Cat(date_of_birth, "|", absl::StrJoin(words, " ")));
}

const crypto::HmacKey& IdentifierHashes::KeyOf(IdentifierKind kind) const {
  switch (kind) {
    case IdentifierKind::kNino:
      return nino_;
    case IdentifierKind::kNhsNumber:
      return nhs_number_;
    case IdentifierKind::kUln:
      return uln_;
  }
  NWD_CHECK(false);
}

}  // namespace nwd::consent
