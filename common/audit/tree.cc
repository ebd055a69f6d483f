#include "common/audit/tree.h"

#include <bit>

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

constexpr std::string_view kLeaf("\x00", 1), kNode("\x01", 1);

// The size of the left part of a tree of `size` leaves, 2 or more: the largest power of two below it.
uint64_t LeftOf(uint64_t size) { return std::bit_floor(size - 1); }

// The hash of the leaves [begin, end): one subtree that is full, or several put together from the right.
absl::StatusOr<Hash> HashOfRange(uint64_t begin, uint64_t end, HashOf hash_of) {
  const std::vector<Subtree> parts = SubtreesOf(begin, end);
  NWD_CHECK(!parts.empty());
  NWD_ASSIGN_OR_RETURN(Hash hash, hash_of(parts.back()));
  for (size_t i = parts.size() - 1; i-- > 0;) {
    NWD_ASSIGN_OR_RETURN(const Hash left, hash_of(parts[i]));
    hash = NodeHash(left, hash);
  }
  return hash;
}

// PATH(index - begin, D[begin:end]), from the leaf up.
absl::Status AddPath(uint64_t index, uint64_t begin, uint64_t end, HashOf hash_of, std::vector<Hash>& path) {
  if (end - begin == 1) return absl::OkStatus();
  const uint64_t middle = begin + LeftOf(end - begin);
  const bool left = index < middle;
  NWD_RETURN_IF_ERROR(left ? AddPath(index, begin, middle, hash_of, path) : AddPath(index, middle, end, hash_of, path));
  NWD_ASSIGN_OR_RETURN(path.emplace_back(),
                       left ? HashOfRange(middle, end, hash_of) : HashOfRange(begin, middle, hash_of));
  return absl::OkStatus();
}

// SUBPROOF(from - begin, D[begin:end], whole), where `whole` says that the hash of all before `from` is known.
absl::Status AddSubproof(uint64_t from, uint64_t begin, uint64_t end, bool whole, HashOf hash_of,
                         std::vector<Hash>& proof) {
  if (from == end) {
    if (whole) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(proof.emplace_back(), HashOfRange(begin, end, hash_of));
    return absl::OkStatus();
  }
  const uint64_t middle = begin + LeftOf(end - begin);
  const bool left = from <= middle;
  NWD_RETURN_IF_ERROR(left ? AddSubproof(from, begin, middle, whole, hash_of, proof)
                           : AddSubproof(from, middle, end, false, hash_of, proof));
  NWD_ASSIGN_OR_RETURN(proof.emplace_back(),
                       left ? HashOfRange(middle, end, hash_of) : HashOfRange(begin, middle, hash_of));
  return absl::OkStatus();
}

absl::Status Outside(std::string_view what, uint64_t number, uint64_t size) {
  return absl::InvalidArgumentError(Cat(what, " ", number, " lies outside a tree of ", size));
}

absl::Status DoesNotHold(std::string_view why) { return absl::DataLossError(Cat("the proof does not hold: ", why)); }

}  // namespace

Hash LeafHash(std::string_view entry) { return crypto::Sha256({kLeaf, entry}); }
Hash NodeHash(const Hash& left, const Hash& right) {
  return crypto::Sha256({kNode, crypto::View(left), crypto::View(right)});
}
Hash EmptyRoot() { return crypto::Sha256(""); }

std::vector<Subtree> SubtreesOf(uint64_t begin, uint64_t end) {
  std::vector<Subtree> parts;
  while (begin < end) {
    const uint64_t size = std::bit_floor(end - begin);
    NWD_CHECK(begin % size == 0);
    const int level = std::countr_zero(size);
    parts.push_back({level, begin >> level});
    begin += size;
  }
  return parts;
}

absl::StatusOr<Hash> RootOf(uint64_t size, HashOf hash_of) {
  if (size == 0) return EmptyRoot();
  return HashOfRange(0, size, hash_of);
}

absl::StatusOr<std::vector<Hash>> InclusionProof(uint64_t index, uint64_t size, HashOf hash_of) {
  if (index >= size) return Outside("entry", index, size);
  std::vector<Hash> path;
  NWD_RETURN_IF_ERROR(AddPath(index, 0, size, hash_of, path));
  return path;
}

// RFC 9162, 2.1.3.2.
absl::Status CheckInclusion(const Hash& leaf, uint64_t index, uint64_t size, std::span<const Hash> proof,
                            const Hash& root) {
  if (index >= size) return Outside("entry", index, size);
  uint64_t at = index, last = size - 1;
  Hash hash = leaf;
  for (const Hash& beside : proof) {
    if (last == 0) return DoesNotHold("it has more hashes than the tree has levels");
    if ((at & 1) != 0 || at == last) {
      hash = NodeHash(beside, hash);
      while ((at & 1) == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, beside);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0) return DoesNotHold("it has fewer hashes than the tree has levels");
  if (hash != root) return DoesNotHold("it leads to another root");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hash>> ConsistencyProof(uint64_t from, uint64_t size, HashOf hash_of) {
  if (from == 0 || from > size) return Outside("an earlier size of", from, size);
  std::vector<Hash> proof;
  NWD_RETURN_IF_ERROR(AddSubproof(from, 0, size, true, hash_of, proof));
  return proof;
}

// RFC 9162, 2.1.4.2.
absl::Status CheckConsistency(uint64_t from, const Hash& from_root, uint64_t size, const Hash& root,
                              std::span<const Hash> proof) {
  if (from == 0 || from > size) return Outside("an earlier size of", from, size);
  if (from == size) {
    if (!proof.empty()) return DoesNotHold("of one size it has hashes");
    return from_root == root ? absl::OkStatus() : DoesNotHold("of one size there are two roots");
  }
  std::vector<Hash> path(proof.begin(), proof.end());
  if (std::has_single_bit(from)) path.insert(path.begin(), from_root);
  if (path.empty()) return DoesNotHold("it has no hashes");
  uint64_t at = from - 1, last = size - 1;
  while ((at & 1) != 0) {
    at >>= 1;
    last >>= 1;
  }
  Hash earlier = path.front(), later = path.front();
  for (size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return DoesNotHold("it has more hashes than the tree has levels");
    if ((at & 1) != 0 || at == last) {
      earlier = NodeHash(path[i], earlier);
      later = NodeHash(path[i], later);
      while ((at & 1) == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      later = NodeHash(later, path[i]);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0) return DoesNotHold("it has fewer hashes than the tree has levels");
  if (earlier != from_root) return DoesNotHold("it leads to another earlier root");
  if (later != root) return DoesNotHold("it leads to another root");
  return absl::OkStatus();
}

}  // namespace nwd::audit
