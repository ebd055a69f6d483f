// The bytes of an audit record, for those who write, integrate, open or verify them. README.md describes both formats
// byte by byte.
//
//   entry:  what the log's tree is built over; public to whoever may read the log; no personal data.
//   record: the entry with what stays beside it; the element of Feed::kAudit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/aead.h"
#include "common/crypto/sha256.h"
#include "common/ids/uuid.h"

namespace nwd::audit {

inline constexpr size_t kTypeBytesMax = 64;
// The first entry of an epoch after the first (epoch.h).
inline constexpr std::string_view kEpochBegan = "audit.epoch_began";

struct Entry {
  std::string_view type;
  absl::Time time_bucket;  // its beginning
  crypto::Digest commitment;
};

struct Record {
  std::string_view entry;   // the exact bytes of the leaf
  ids::Uuid person_id;      // nil where the entry is about nobody
  std::string_view sealed;  // opened with OpenDetail
};

// [a-z0-9_-]+ joined by dots, at least one, at most kTypeBytesMax in all.
bool IsType(std::string_view type);

std::string EncodeEntry(std::string_view type, absl::Time now, const crypto::Digest& commitment);
std::optional<Entry> DecodeEntry(std::string_view bytes);

std::string EncodeRecord(const Record& record);
std::optional<Record> DecodeRecord(std::string_view bytes);

// HMAC-SHA256(k, detail).
crypto::Digest Commitment(std::string_view k, std::string_view detail);
std::string SealDetail(const crypto::AeadKey& key, ids::Uuid person_id, std::string_view entry, std::string_view k,
                       std::string_view detail);

struct Detail {
  std::string k;       // the key of the commitment
  std::string detail;  // the message's bytes
};
// DATA_LOSS where the record was changed, is sealed under another key, or its commitment is not to this detail.
absl::StatusOr<Detail> OpenDetail(const crypto::AeadKey& key, const Record& record);

}  // namespace nwd::audit
