// Audit entries in their final bytes (README.md): written with the effect they describe, in its transaction; the
// log's tree, tiles and checkpoints are built over them later, unchanged.
//
// What goes into the log is AuditEntry{type, time bucket, commitment}: no personal data. Beside it, sealed under the
// person's key, lie the key of the commitment and the detail, so that whoever may read the detail can prove it and
// erasing the person's key makes both unreadable for ever: commitment = HMAC-SHA256(k, detail), k fresh and random.
//
//   audit.Append(txn, "consent.withdrawn", now, person_id, *person_key, detail);  // about a person
//   audit.AppendPlain(txn, "organisation.suspended", now, detail);                // of nobody: the service's own key
//
// `detail` is a protobuf message, serialised deterministically. Types are fixed text, `thing.verb`. Each answers the
// entry: what proves later that it was logged (log.h). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/crypto/aead.h"
#include "common/crypto/sha256.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "google/protobuf/message.h"

namespace nwd::audit {

// Times in the log are rounded down to this, so that an entry alone does not single out an action.
inline constexpr absl::Duration kTimeBucket = absl::Minutes(10);

class Audit {
 public:
  // `service_key`: 32 bytes derived from the hub key for this service.
  explicit Audit(std::string_view service_key) : service_key_(service_key) {}

  std::string Append(store::Txn& txn, std::string_view type, absl::Time now, ids::Uuid person_id,
                     const crypto::AeadKey& person_key, const google::protobuf::Message& detail) const;
  std::string AppendPlain(store::Txn& txn, std::string_view type, absl::Time now,
                          const google::protobuf::Message& detail) const;
  // Of nobody, with a commitment that whoever reads the log can compute, and no detail (epoch.h).
  void AppendAs(store::Txn& txn, std::string_view type, absl::Time now, const crypto::Digest& commitment) const;
  // One or the other: of nobody where there is no key.
  std::string AppendUnder(const crypto::AeadKey* person_key, store::Txn& txn, std::string_view type, absl::Time now,
                          ids::Uuid person_id, const google::protobuf::Message& detail) const;

 private:
  crypto::AeadKey service_key_;
};

}  // namespace nwd::audit
