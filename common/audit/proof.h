// A proof that an entry is in a log, as text to hand over (C2SP tlog-proof): where it is, the path to the root, and the
// checkpoint that says so. The entry itself travels in the line `extra`: whoever has the file and the log's key needs
// nothing else. Pure functions, thread-safe.
//
//   c2sp.org/tlog-proof@v1
//   extra ARByZWNvcmQuZGlzY2xvc2Vk…         the entry, base64
//   index 73894
//   gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
//   …
//
//   nwd/hub.example/consent/1
//   109482
//   …
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/note.h"
#include "common/audit/tree.h"

namespace nwd::audit {

struct Proof {
  uint64_t index = 0;
  std::vector<Hash> path;  // from the leaf up
  std::string checkpoint;  // the signed note to whose root it leads
};

std::string WriteProof(const Proof& proof, std::string_view entry);

struct ProvedEntry {
  Proof proof;
  std::string entry;
};
// INVALID_ARGUMENT where it is no proof, or carries no entry. What it says is not checked.
absl::StatusOr<ProvedEntry> ReadProof(std::string_view text);

// The checkpoint that the entry is proved to be under. DATA_LOSS where the proof does not hold, or no verifier signed the
// checkpoint; INVALID_ARGUMENT where that is none.
absl::StatusOr<Checkpoint> CheckProof(const ProvedEntry& proved, std::span<const Verifier> verifiers);

}  // namespace nwd::audit
