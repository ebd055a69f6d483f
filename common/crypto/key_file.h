// The hub's key: one 32-byte root, from which every service derives the keys it works with. It is kept as base64 text
// (44 characters and a newline) in a file that only its owner may read, or, for a demonstration, in an environment
// variable.
//
//   absl::StatusOr<HubKey> hub = HubKey::FromFile("/etc/nwd/hub.key", HubKey::IfMissing::kFail);
//   AeadKey wrapping(hub->Derive("consent/wrapping"));
//
// Errors are one sentence that says what to do, and never show any of the key: NOT_FOUND (no file), PERMISSION_DENIED
// (cannot be read, or others may read it), FAILED_PRECONDITION (truncated or garbled). Thread-safe once made;
// move-only; wiped on destruction.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/secret.h"

namespace nwd::crypto {

class HubKey {
 public:
  enum class IfMissing { kFail, kCreate };

  // Creates the file, where asked and missing, so that of several processes that start at once all end up with the same
  // key.
  static absl::StatusOr<HubKey> FromFile(const std::string& path, IfMissing if_missing);

  // `text` is the value of the environment variable `variable`, which errors name.
  static absl::StatusOr<HubKey> FromEnvironment(std::string_view variable, std::string_view text);

  // A 32-byte key for one purpose, such as "consent/references". The same purpose gives the same key for as long as the
  // root is the same; different purposes give unrelated keys.
  std::string Derive(std::string_view purpose) const;

 private:
  explicit HubKey(std::string_view root) : root_(root) {}
  static absl::StatusOr<HubKey> FromText(const std::string& place, std::string_view text);

  Secret root_;
};

}  // namespace nwd::crypto
