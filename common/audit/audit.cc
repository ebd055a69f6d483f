#include "common/audit/audit.h"

#include "common/audit/record.h"
#include "common/base/check.h"
#include "common/base/proto_bytes.h"
#include "common/crypto/random.h"

namespace nwd::audit {
namespace {

std::string AppendSealed(store::Txn& txn, std::string_view type, absl::Time now, ids::Uuid person_id,
                         const crypto::AeadKey& key, const google::protobuf::Message& detail) {
  const std::string k = crypto::RandomBytes(crypto::kKeySizeBytes);
  const std::string bytes = DeterministicBytes(detail);
  std::string entry = EncodeEntry(type, now, Commitment(k, bytes));
  const std::string sealed = SealDetail(key, person_id, entry, k, bytes);
  txn.Append(store::Feed::kAudit, EncodeRecord({entry, person_id, sealed}));
  return entry;
}

}  // namespace

std::string Audit::Append(store::Txn& txn, std::string_view type, absl::Time now, ids::Uuid person_id,
                          const crypto::AeadKey& person_key, const google::protobuf::Message& detail) const {
  NWD_CHECK(!person_id.is_nil());
  return AppendSealed(txn, type, now, person_id, person_key, detail);
}

std::string Audit::AppendPlain(store::Txn& txn, std::string_view type, absl::Time now,
                               const google::protobuf::Message& detail) const {
  return AppendSealed(txn, type, now, ids::Uuid(), service_key_, detail);
}

void Audit::AppendAs(store::Txn& txn, std::string_view type, absl::Time now, const crypto::Digest& commitment) const {
  const std::string entry = EncodeEntry(type, now, commitment);
  const std::string k = crypto::RandomBytes(crypto::kKeySizeBytes);  // of nothing: records have one form
  const std::string sealed = SealDetail(service_key_, ids::Uuid(), entry, k, "");
  txn.Append(store::Feed::kAudit, EncodeRecord({entry, ids::Uuid(), sealed}));
}

std::string Audit::AppendUnder(const crypto::AeadKey* person_key, store::Txn& txn, std::string_view type,
                               absl::Time now, ids::Uuid person_id, const google::protobuf::Message& detail) const {
  return person_key != nullptr ? Append(txn, type, now, person_id, *person_key, detail)
                               : AppendPlain(txn, type, now, detail);
}

}  // namespace nwd::audit
