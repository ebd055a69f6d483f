#include "common/audit/record.h"

#include <algorithm>
#include <cstring>

#include "common/audit/audit.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/crypto/hmac.h"
#include "common/store/keys.h"

namespace nwd::audit {
namespace {

constexpr char kEntryFormat = 1;
constexpr char kRecordFormat = 1;
constexpr size_t kCommitmentKeyBytes = crypto::kKeySizeBytes;
constexpr std::string_view kSealedFor = "nwd audit detail";
const int64_t kBucketSeconds = absl::ToInt64Seconds(kTimeBucket);  // part of entry format 1: see README.md

char Low(size_t size, int shift) { return static_cast<char>(size >> shift); }

std::string AssociatedData(ids::Uuid person_id, std::string_view entry) {
  std::string data;
  data.reserve(kSealedFor.size() + ids::Uuid::kSizeBytes + entry.size());
  data.append(kSealedFor).append(person_id.bytes()).append(entry);
  return data;
}

}  // namespace

bool IsType(std::string_view type) {
  if (type.empty() || type.size() > kTypeBytesMax || type.front() == '.' || type.back() == '.') return false;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  return std::all_of(type.begin(), type.end(), allowed) && type.find('.') != std::string_view::npos &&
         type.find("..") == std::string_view::npos;
}

std::string EncodeEntry(std::string_view type, absl::Time now, const crypto::Digest& commitment) {
  NWD_CHECK(IsType(type));
  const int64_t seconds = absl::ToUnixSeconds(now);
  NWD_CHECK(seconds >= 0);
  std::string entry;
  entry.reserve(2 + type.size() + sizeof(uint64_t) + commitment.size());
  entry.push_back(kEntryFormat);
  entry.push_back(Low(type.size(), 0));
  entry.append(type);
  const uint64_t bucket = static_cast<uint64_t>(seconds - seconds % kBucketSeconds);
  for (int shift = 56; shift >= 0; shift -= 8) entry.push_back(static_cast<char>(bucket >> shift));
  entry.append(crypto::View(commitment));
  return entry;
}

std::optional<Entry> DecodeEntry(std::string_view bytes) {
  if (bytes.size() < 2 || bytes[0] != kEntryFormat) return std::nullopt;
  const size_t type_size = static_cast<uint8_t>(bytes[1]);
  store::KeyReader reader(bytes.substr(1));
  Entry entry;
  uint64_t seconds = 0;
  std::string_view commitment;
  if (!reader.Bytes(type_size, &entry.type) || !reader.Number(&seconds) ||
      !reader.Bytes(entry.commitment.size(), &commitment) || !reader.Done()) {
    return std::nullopt;
  }
  if (!IsType(entry.type) || seconds > INT64_MAX || seconds % kBucketSeconds != 0) return std::nullopt;
  entry.time_bucket = absl::FromUnixSeconds(static_cast<int64_t>(seconds));
  std::memcpy(entry.commitment.data(), commitment.data(), commitment.size());
  return entry;
}

std::string EncodeRecord(const Record& record) {
  NWD_CHECK(record.entry.size() <= UINT16_MAX);
  std::string bytes;
  bytes.reserve(3 + record.entry.size() + ids::Uuid::kSizeBytes + record.sealed.size());
  bytes.push_back(kRecordFormat);
  bytes.push_back(Low(record.entry.size(), 8));
  bytes.push_back(Low(record.entry.size(), 0));
  bytes.append(record.entry).append(record.person_id.bytes()).append(record.sealed);
  return bytes;
}

std::optional<Record> DecodeRecord(std::string_view bytes) {
  constexpr size_t kHeadBytes = 3;
  if (bytes.size() < kHeadBytes || bytes[0] != kRecordFormat) return std::nullopt;
  const size_t entry_size = static_cast<size_t>(static_cast<uint8_t>(bytes[1])) << 8 | static_cast<uint8_t>(bytes[2]);
  bytes.remove_prefix(kHeadBytes);
  if (bytes.size() < entry_size + ids::Uuid::kSizeBytes) return std::nullopt;
  Record record;
  record.entry = bytes.substr(0, entry_size);
  record.person_id = *ids::Uuid::FromBytes(bytes.substr(entry_size, ids::Uuid::kSizeBytes));
  record.sealed = bytes.substr(entry_size + ids::Uuid::kSizeBytes);
  return record;
}

// Each key serves once.
crypto::Digest Commitment(std::string_view k, std::string_view detail) { return crypto::HmacSha256(k, detail); }

std::string SealDetail(const crypto::AeadKey& key, ids::Uuid person_id, std::string_view entry, std::string_view k,
                       std::string_view detail) {
  NWD_CHECK(k.size() == kCommitmentKeyBytes);
  std::string text;
  text.reserve(k.size() + detail.size());
  text.append(k).append(detail);
  return key.Seal(text, AssociatedData(person_id, entry));
}

absl::StatusOr<Detail> OpenDetail(const crypto::AeadKey& key, const Record& record) {
  const std::optional<Entry> entry = DecodeEntry(record.entry);
  if (!entry.has_value()) return absl::DataLossError("an audit entry does not read");
  NWD_ASSIGN_OR_RETURN(const std::string text, key.Open(record.sealed, AssociatedData(record.person_id, record.entry)));
  if (text.size() < kCommitmentKeyBytes) return absl::DataLossError("an audit record's sealed part is too short");
  Detail opened{text.substr(0, kCommitmentKeyBytes), text.substr(kCommitmentKeyBytes)};
  if (Commitment(opened.k, opened.detail) != entry->commitment) {
    return absl::DataLossError("an audit entry does not commit to the detail beside it");
  }
  return opened;
}

}  // namespace nwd::audit
