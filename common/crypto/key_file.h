// The hub's key: one 32-byte root, from which every service derives the keys it works with, and beside it what people's
// keys are wrapped under since they were rotated. It is kept as text in a file that only its owner may read, or, for a
// demonstration, in an environment variable:
//
//   AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=          the root, as base64; it stays for as long as the hub does
//   2 hVb0kY4mW5X2m8r3l1vV0eZ1W1m3f1fJ0sJ4wD5j9mM=        a wrapping key, after the number it has for good
//   3 …                                                   numbers rise; what is wrapped newly is wrapped under the last
//
//   absl::StatusOr<HubKey> hub = HubKey::FromFile("/etc/nwd/hub.key", HubKey::IfMissing::kFail);
//   HmacKey tokens(hub->Derive("consent/tokens"));
//   PersonKeys people(keys, hub->WrappingKeys("consent/person-keys"));
//
// Errors are one sentence that says what to do, and never show any of the key: NOT_FOUND (no file), PERMISSION_DENIED
// (cannot be read, or others may read it), FAILED_PRECONDITION (truncated or garbled). Thread-safe once made;
// move-only; wiped on destruction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/secret.h"

namespace nwd::crypto {

inline constexpr uint32_t kRootNumber = 1;  // of the wrapping key that is derived from the root itself

// A 32-byte key that others are wrapped under, and the number by which what is wrapped names it.
struct WrappingKey {
  uint32_t number;
  std::string key;
};

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

  // The keys of one purpose under which others are wrapped, oldest first: that of the root, which is Derive's, and one
  // for each further line.
  std::vector<WrappingKey> WrappingKeys(std::string_view purpose) const;

  // Whether both derive the same: their first lines are one.
  bool SameRoot(const HubKey& other) const { return root_.view() == other.root_.view(); }

 private:
  // A line after the first.
  struct Further {
    uint32_t number;
    Secret root;
  };
  explicit HubKey(std::string_view root) : root_(root) {}
  static absl::StatusOr<HubKey> FromText(const std::string& place, std::string_view text);
  friend absl::StatusOr<uint32_t> AddWrappingKey(const std::string& path);

  Secret root_;
  std::vector<Further> further_;
};

// Appends a line with a new key, which gets the next number, to a file that holds a hub's key; answers the number. The
// file is replaced as a whole, so that it never holds half a line.
absl::StatusOr<uint32_t> AddWrappingKey(const std::string& path);

}  // namespace nwd::crypto
