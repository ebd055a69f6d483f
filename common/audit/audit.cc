#include "common/audit/audit.h"

#include "common/audit/record.h"
#include "common/base/check.h"
#include "common/base/proto_bytes.h"
#include "common/crypto/random.h"

namespace nwd::audit {

std::string Audit::MakeRecord(std::string_view type, absl::Time now, ids::Uuid person_id,
                              const crypto::AeadKey& person_key, const google::protobuf::Message& detail) {
  const std::string k = crypto::RandomBytes(crypto::kKeySizeBytes);
  const std::string bytes = DeterministicBytes(detail);
  const std::string entry = EncodeEntry(type, now, Commitment(k, bytes));
  const std::string sealed = SealDetail(person_key, person_id, entry, k, bytes);
  return EncodeRecord({entry, person_id, sealed});
}

void Audit::Append(store::Txn& txn, std::string_view type, absl::Time now, ids::Uuid person_id,
                   const crypto::AeadKey& person_key, const google::protobuf::Message& detail) const {
  NWD_CHECK(!person_id.is_nil());
  txn.Append(store::Feed::kAudit, MakeRecord(type, now, person_id, person_key, detail));
}

void Audit::AppendPlain(store::Txn& txn, std::string_view type, absl::Time now,
                        const google::protobuf::Message& detail) const {
  txn.Append(store::Feed::kAudit, MakeRecord(type, now, ids::Uuid(), service_key_, detail));
}

void Audit::AppendUnder(const crypto::AeadKey* person_key, store::Txn& txn, std::string_view type, absl::Time now,
                        ids::Uuid person_id, const google::protobuf::Message& detail) const {
  if (person_key != nullptr) {
    Append(txn, type, now, person_id, *person_key, detail);
  } else {
    AppendPlain(txn, type, now, detail);
  }
}

}  // namespace nwd::audit
