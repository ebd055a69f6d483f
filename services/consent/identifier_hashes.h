// Identifiers are kept as keyed hashes only: a NINO has so few possible values that a plain hash of it is as good as
// the number. What says "the same name and date of birth", or puts a description into a block, is a keyed hash too. Each
// kind has a key of its own. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/hmac.h"
#include "common/crypto/key_file.h"
#include "services/consent/person_details.h"

namespace nwd::consent {

struct HashedIdentifier {
  IdentifierKind kind;
  std::string hash;  // 32 bytes

  // The kind's letter and the hash: as it is kept.
  std::string Kept() const { return static_cast<char>(kind) + hash; }
};

// The kind of an identifier as it is kept, in words: "NINO"; empty where it is none.
std::string_view KindOfKept(std::string_view kept);

// By what a description is found again.
struct HashedDetails {
  std::vector<HashedIdentifier> identifiers;
  std::string match_hash;           // date of birth and the words of the name, in whatever order
  std::vector<std::string> blocks;  // of matching.h, kBlockHashBytes each
};

class IdentifierHashes {
 public:
  explicit IdentifierHashes(const crypto::HubKey& hub_key);

  HashedIdentifier Hash(const CheckedIdentifier& identifier) const;
  HashedDetails Hash(const CheckedDetails& details) const;
  // Of HashedDetails: `date_of_birth` YYYY-MM-DD, `words` those of a Comparable.
  std::string MatchHash(std::string_view date_of_birth, std::vector<std::string> words) const;

 private:
  const crypto::HmacKey& KeyOf(IdentifierKind kind) const;

  const crypto::HmacKey nino_, nhs_number_, uln_, match_, block_;
};

}  // namespace nwd::consent
