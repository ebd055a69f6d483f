// Checkpoints, and the signed notes they travel in (C2SP tlog-checkpoint and signed-note): who signs one says what the
// whole log was at one moment.
//
//   nwd/hub.example/consent/1           origin
//   1234067                             entries
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=       the tree's root
//
//   — nwd/hub.example/consent/1 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//
// Signatures are Ed25519. There may be several: while a key is rotated, of the old one and the new one.
//
// Pure functions; values own what they hold. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/tree.h"
#include "common/crypto/sign.h"

namespace nwd::audit {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Hash root{};
  bool operator==(const Checkpoint&) const = default;
};

inline constexpr uint32_t kFirstEpoch = 1;
// "nwd/<hub>/<service>/<epoch>": also the name of the keys that sign it.
std::string OriginOf(std::string_view hub, std::string_view service, uint32_t epoch);

// A public key and the name it signs under; as text "name+hex(key id)+base64(0x01 ‖ key)".
struct Verifier {
  std::string name;
  crypto::VerifyingKey key;
};
std::string VerifierText(std::string_view name, const crypto::VerifyingKey& key);
// INVALID_ARGUMENT where it is none, or its id is not that of its name and key. White space around it is ignored.
absl::StatusOr<Verifier> ParseVerifier(std::string_view text);

// The three lines that are signed.
std::string TextOf(const Checkpoint& checkpoint);
// The checkpoint, signed by each of the keys under the name of its origin.
std::string SignCheckpoint(const Checkpoint& checkpoint, std::span<const crypto::SigningKey* const> keys);

// Whether it has the shape of a signed note.
bool IsNote(std::string_view note);
// What the first entry of an epoch commits to that cites this note: SHA-256 of the text that was signed; of nothing where
// there is no note.
Hash CitationOf(std::string_view note);

// The checkpoint in a note that one of the verifiers signed. Signatures of others are passed over, one of theirs that is
// wrong is not. INVALID_ARGUMENT where it is no checkpoint; DATA_LOSS where no verifier's signature is good, or the origin
// is not the verifier's name.
absl::StatusOr<Checkpoint> OpenCheckpoint(std::string_view note, std::span<const Verifier> verifiers);

}  // namespace nwd::audit
