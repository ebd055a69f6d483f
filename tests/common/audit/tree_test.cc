#include "common/audit/tree.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "tests/common/audit/plain_tree.h"

namespace nwd::audit {
namespace {

constexpr int kSizes = 130;  // every pair of them: past two powers of two

// What RFC 6962 gives as hashes of the empty tree and the empty entry.
TEST(Tree, HashesAsTheStandardDoes) {
  const auto hex = [](const Hash& hash) { return absl::BytesToHexString(AbslView(crypto::View(hash))); };
  EXPECT_EQ(hex(EmptyRoot()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(LeafHash("")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(Tree, TheRootIsThatOfThePlainDefinition) {
  const PlainTree tree(kSizes);
  for (uint64_t size = 0; size <= kSizes; ++size) EXPECT_EQ(*RootOf(size, tree.hash_of()), tree.Root(0, size)) << size;
}

TEST(Tree, EveryEntryIsProvedInEveryTreeThatHasIt) {
  const PlainTree tree(kSizes);
  for (uint64_t size = 1; size <= kSizes; ++size) {
    const Hash root = tree.Root(0, size);
    for (uint64_t index = 0; index < size; ++index) {
      const auto proof = InclusionProof(index, size, tree.hash_of());
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_EQ(CheckInclusion(tree.leaf(index), index, size, *proof, root), absl::OkStatus())
          << index << " of " << size;
    }
  }
  EXPECT_EQ(InclusionProof(kSizes, kSizes, tree.hash_of()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Tree, EveryTwoSizesAreProvedConsistent) {
  const PlainTree tree(kSizes);
  for (uint64_t size = 1; size <= kSizes; ++size) {
    for (uint64_t from = 1; from <= size; ++from) {
      const auto proof = ConsistencyProof(from, size, tree.hash_of());
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_EQ(CheckConsistency(from, tree.Root(0, from), size, tree.Root(0, size), *proof), absl::OkStatus())
          << from << " and " << size;
    }
  }
  EXPECT_EQ(ConsistencyProof(0, 5, tree.hash_of()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(6, 5, tree.hash_of()).status().code(), absl::StatusCode::kInvalidArgument);
}

// Whatever is changed of a proof or of what it is for, it holds no more.
TEST(Tree, NoOtherProofHolds) {
  const PlainTree tree(kSizes);
  constexpr uint64_t kIndex = 77, kFrom = 44;
  const Hash root = tree.Root(0, kSizes), other = LeafHash("another");
  const std::vector<Hash> path = *InclusionProof(kIndex, kSizes, tree.hash_of());
  const std::vector<Hash> bridge = *ConsistencyProof(kFrom, kSizes, tree.hash_of());
  const auto included = [&](const Hash& leaf, uint64_t index, uint64_t size, const std::vector<Hash>& proof,
                            const Hash& to) { return CheckInclusion(leaf, index, size, proof, to).ok(); };
  const auto consistent = [&](uint64_t from, const Hash& from_root, const std::vector<Hash>& proof, const Hash& to) {
    return CheckConsistency(from, from_root, kSizes, to, proof).ok();
  };
  ASSERT_TRUE(included(tree.leaf(kIndex), kIndex, kSizes, path, root));
  ASSERT_TRUE(consistent(kFrom, tree.Root(0, kFrom), bridge, root));

  EXPECT_FALSE(included(other, kIndex, kSizes, path, root));
  EXPECT_FALSE(included(tree.leaf(kIndex), kIndex, kSizes, path, other));
  EXPECT_FALSE(included(tree.leaf(kIndex), kIndex, kIndex, path, root));
  for (uint64_t index = 0; index < kSizes; ++index) {
    EXPECT_EQ(included(tree.leaf(kIndex), index, kSizes, path, root), index == kIndex) << index;
  }
  EXPECT_FALSE(consistent(kFrom, other, bridge, root));
  EXPECT_FALSE(consistent(kFrom, tree.Root(0, kFrom), bridge, other));
  EXPECT_FALSE(consistent(kFrom + 1, tree.Root(0, kFrom + 1), bridge, root));
  EXPECT_FALSE(CheckConsistency(kSizes, other, kSizes, root, {}).ok()) << "two roots of one size";
  for (const std::vector<Hash>& proof : {path, bridge}) {
    for (size_t i = 0; i <= proof.size(); ++i) {
      std::vector<Hash> longer = proof, shorter = proof, changed = proof;
      longer.insert(longer.begin() + i, other);
      if (i < proof.size()) {
        shorter.erase(shorter.begin() + i);
        changed[i] = other;
      }
      for (const std::vector<Hash>& wrong : {longer, shorter, changed}) {
        if (wrong == proof) continue;
        EXPECT_FALSE(included(tree.leaf(kIndex), kIndex, kSizes, wrong, root)) << i;
        EXPECT_FALSE(consistent(kFrom, tree.Root(0, kFrom), wrong, root)) << i;
      }
    }
  }
}

}  // namespace
}  // namespace nwd::audit
