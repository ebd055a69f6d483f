#include "common/person_keys/wrapped_key.h"

#include "common/base/strings.h"
#include "common/crypto/random.h"
#include "common/crypto/secret.h"
#include "common/store/keys.h"

namespace nwd::person_keys {
namespace {

constexpr char kTable = 'P';
constexpr char kFormat = 1;

std::string AssociatedData(const ids::Uuid& person_id) { return Cat("nwd person key", person_id.bytes()); }

absl::Status Corrupt() {
  return absl::DataLossError("a person's wrapped key does not open: it was changed, or wrapped under another hub key");
}

}  // namespace

std::string WrappedKeyRow(const ids::Uuid& person_id) {
  return store::KeyBuilder(kTable).Bytes(person_id.bytes()).Build();
}

std::string WrapNewKey(const crypto::AeadKey& wrapping_key, const ids::Uuid& person_id) {
  std::string key = crypto::RandomBytes(crypto::kKeySizeBytes);
  std::string wrapped(1, kFormat);
  wrapped += wrapping_key.Seal(key, AssociatedData(person_id));
  crypto::Wipe(key.data(), key.size());
  return wrapped;
}

absl::StatusOr<PersonKey> Unwrap(const crypto::AeadKey& wrapping_key, const ids::Uuid& person_id,
                                 std::string_view wrapped) {
  if (wrapped.empty() || wrapped[0] != kFormat) return Corrupt();
  absl::StatusOr<std::string> key = wrapping_key.Open(wrapped.substr(1), AssociatedData(person_id));
  if (!key.ok()) return Corrupt();
  PersonKey unwrapped;
  if (key->size() == crypto::kKeySizeBytes) unwrapped = std::make_shared<const crypto::AeadKey>(*key);
  crypto::Wipe(key->data(), key->size());
  if (unwrapped == nullptr) return Corrupt();
  return unwrapped;
}

}  // namespace nwd::person_keys
