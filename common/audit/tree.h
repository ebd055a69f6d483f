// The Merkle tree over a log's entries (RFC 6962, section 2.1; RFC 9162 has the same tree), and the proofs that tie an
// entry to a root, and a root to an earlier one.
//
//   absl::StatusOr<std::vector<Hash>> proof = InclusionProof(index, size, hashes);
//   absl::Status holds = CheckInclusion(LeafHash(entry), index, size, *proof, root);
//
// Pure functions of values; the hashes they need are asked of the caller, who has them in tiles (tiles.h) or computes
// them. Errors are the caller's own; INVALID_ARGUMENT for what lies outside the tree; DATA_LOSS where a proof does not
// hold. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/sha256.h"

namespace nwd::audit {

using Hash = crypto::Digest;

Hash LeafHash(std::string_view entry);               // SHA-256(0x00 ‖ entry)
Hash NodeHash(const Hash& left, const Hash& right);  // SHA-256(0x01 ‖ left ‖ right)
Hash EmptyRoot();                                    // of a log without entries: SHA-256("")

// A subtree that is full: the 2^level leaves from index · 2^level on. Level 0 is a leaf.
struct Subtree {
  int level;
  uint64_t index;
  bool operator==(const Subtree&) const = default;
};
using HashOf = absl::FunctionRef<absl::StatusOr<Hash>(const Subtree&)>;

// The full subtrees that the leaves [begin, end) of a tree fall into, from left to right; `begin` is where a subtree of
// at least that size begins.
std::vector<Subtree> SubtreesOf(uint64_t begin, uint64_t end);

absl::StatusOr<Hash> RootOf(uint64_t size, HashOf hash_of);

// The path of the entry `index` in the tree of the first `size`, from the leaf up (RFC 6962, 2.1.1).
absl::StatusOr<std::vector<Hash>> InclusionProof(uint64_t index, uint64_t size, HashOf hash_of);
absl::Status CheckInclusion(const Hash& leaf, uint64_t index, uint64_t size, std::span<const Hash> proof,
                            const Hash& root);

// That the tree of the first `size` begins with that of the first `from`, 1 or more (RFC 6962, 2.1.2).
absl::StatusOr<std::vector<Hash>> ConsistencyProof(uint64_t from, uint64_t size, HashOf hash_of);
absl::Status CheckConsistency(uint64_t from, const Hash& from_root, uint64_t size, const Hash& root,
                              std::span<const Hash> proof);

}  // namespace nwd::audit
