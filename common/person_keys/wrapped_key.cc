#include "common/person_keys/wrapped_key.h"

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/crypto/secret.h"
#include "common/store/keys.h"

namespace nwd::person_keys {
namespace {

constexpr char kTable = 'P';
constexpr char kWrappingTable = 'W';
constexpr char kUnderRoot = 1;
constexpr char kUnderLater = 2;
constexpr size_t kNumberSizeBytes = 4;

std::string NumberBytes(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

std::string AssociatedData(const ids::Uuid& person_id, uint32_t number) {
  return Cat("nwd person key", person_id.bytes(), number == crypto::kRootNumber ? "" : NumberBytes(number));
}

absl::Status Corrupt() {
  return absl::DataLossError("a person's wrapped key does not open: it was changed, or wrapped under another hub key");
}

// The key itself, for the caller to wipe.
absl::StatusOr<std::string> Open(const WrappingRing& ring, const ids::Uuid& person_id, std::string_view wrapped) {
  const uint32_t number = WrappedUnder(wrapped);
  const crypto::AeadKey* wrapping = ring.Find(number);
  if (wrapping == nullptr) return Corrupt();
  const std::string_view sealed = wrapped.substr(number == crypto::kRootNumber ? 1 : 1 + kNumberSizeBytes);
  absl::StatusOr<std::string> key = wrapping->Open(sealed, AssociatedData(person_id, number));
  if (!key.ok()) return Corrupt();
  if (key->size() == crypto::kKeySizeBytes) return key;
  crypto::Wipe(key->data(), key->size());
  return Corrupt();
}

}  // namespace

std::string WrappedKeyRows() { return std::string(1, kTable); }

std::string WrappedKeyRow(const ids::Uuid& person_id) {
  return store::KeyBuilder(kTable).Bytes(person_id.bytes()).Build();
}

ids::Uuid PersonOfRow(std::string_view row) {
  store::KeyReader parts(row);
  std::string_view id;
  if (row.empty() || row.front() != kTable || !parts.Bytes(ids::Uuid::kSizeBytes, &id) || !parts.Done()) return {};
  return ids::Uuid::FromBytes(id).value_or(ids::Uuid());
}

std::string WrappingKeyRows() { return std::string(1, kWrappingTable); }

std::string WrappingKeyRow(uint32_t number) { return store::KeyBuilder(kWrappingTable).Number(number).Build(); }

uint32_t NumberOfRow(std::string_view row) {
  store::KeyReader parts(row);
  uint64_t number = 0;
  if (row.empty() || row.front() != kWrappingTable || !parts.Number(&number) || number > UINT32_MAX) return 0;
  return static_cast<uint32_t>(number);
}

std::string Wrap(const WrappingRing& ring, const ids::Uuid& person_id, std::string_view key) {
  NWD_CHECK(key.size() == crypto::kKeySizeBytes);
  const uint32_t number = ring.newest();
  std::string wrapped(1, number == crypto::kRootNumber ? kUnderRoot : kUnderLater);
  if (number != crypto::kRootNumber) wrapped += NumberBytes(number);
  return wrapped += ring.Find(number)->Seal(key, AssociatedData(person_id, number));
}

uint32_t WrappedUnder(std::string_view wrapped) {
  if (wrapped.empty()) return 0;
  if (wrapped.front() == kUnderRoot) return crypto::kRootNumber;
  if (wrapped.front() != kUnderLater || wrapped.size() < 1 + kNumberSizeBytes) return 0;
  uint32_t number = 0;
  for (const char byte : wrapped.substr(1, kNumberSizeBytes)) number = number << 8 | static_cast<uint8_t>(byte);
  return number == crypto::kRootNumber ? 0 : number;
}

absl::StatusOr<PersonKey> Unwrap(const WrappingRing& ring, const ids::Uuid& person_id, std::string_view wrapped) {
  NWD_ASSIGN_OR_RETURN(std::string key, Open(ring, person_id, wrapped));
  PersonKey unwrapped = std::make_shared<const crypto::AeadKey>(key);
  crypto::Wipe(key.data(), key.size());
  return unwrapped;
}

absl::StatusOr<std::string> Rewrap(const WrappingRing& ring, const ids::Uuid& person_id, std::string_view wrapped) {
  NWD_ASSIGN_OR_RETURN(std::string key, Open(ring, person_id, wrapped));
  std::string again = Wrap(ring, person_id, key);
  crypto::Wipe(key.data(), key.size());
  return again;
}

}  // namespace nwd::person_keys
