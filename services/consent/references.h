// A person as one organisation sees them: "p1_" and 26 characters, the person's id enciphered as one AES-256 block
// under a key that is derived for that organisation. Two organisations cannot join their data by it, and the same
// person always has the same reference.
//
// The root is derived from the hub's key for this alone, and rotation of other keys never touches it. Per-organisation
// ciphers are kept in memory, bounded. A reference that was made up deciphers to an id that names nobody. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/crypto/block.h"
#include "common/crypto/key_file.h"
#include "common/ids/uuid.h"

namespace nwd::consent {

class References {
 public:
  explicit References(const crypto::HubKey& hub_key);

  std::string ReferenceOf(const ids::Uuid& organisation_id, const ids::Uuid& person_id) const;
  // The id behind the reference; nothing where the text is no reference. Whether anybody has that id is the caller's to
  // look up.
  std::optional<ids::Uuid> PersonOf(const ids::Uuid& organisation_id, std::string_view person_ref) const;

 private:
  using CipherPtr = std::shared_ptr<const crypto::BlockCipher>;
  CipherPtr CipherOf(const ids::Uuid& organisation_id) const;

  const crypto::Secret root_;
  mutable absl::Mutex mutex_;
  mutable absl::flat_hash_map<ids::Uuid, CipherPtr> ciphers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::consent
