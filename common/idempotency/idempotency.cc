#include "common/idempotency/idempotency.h"

#include <optional>
#include <vector>

#include "common/base/macros.h"
#include "common/base/proto_bytes.h"
#include "common/base/strings.h"
#include "common/idempotency/row.h"
#include "common/status/reasons.h"
#include "common/status/status.h"
#include "common/store/keys.h"

namespace nwd::idempotency {
namespace {

uint64_t Micros(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  return micros < 0 ? 0 : static_cast<uint64_t>(micros);
}

// An organisation's id or a service's name, told apart.
std::string CallerName(const rpc::Call& call) {
  return call.caller().IsService() ? Cat("service ", call.caller().service) : call.organisation_id();
}

std::string IdOf(const crypto::HmacKey& key, const rpc::Call& call, std::string_view request_id) {
  const std::string named =
      store::KeyBuilder('i').Text("id").Text(CallerName(call)).Text(call.method().full_name()).Text(request_id).Build();
  return key.ComputeString(std::string_view(named).substr(1)).substr(0, kIdBytes);
}

std::string BodyHash(const crypto::HmacKey& key, const google::protobuf::Message& request) {
  std::string body("body\0", 5);
  body += DeterministicBytes(request);
  return key.ComputeString(body);
}

absl::Status Corrupt() { return absl::DataLossError("a kept response does not read; the row is corrupt"); }

absl::StatusOr<std::optional<Row>> FindRow(const store::Reader& reader, std::string_view id) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(RowKey(id), &bytes));
  if (!present) return std::nullopt;
  std::optional<Row> row = DecodeRow(bytes);
  if (!row.has_value()) return Corrupt();
  return row;
}

}  // namespace

absl::StatusOr<bool> Requests::Replay(store::Txn& txn, const rpc::Call& call, const google::protobuf::Message& request,
                                      std::string_view request_id, google::protobuf::Message& response) const {
  NWD_ASSIGN_OR_RETURN(const std::optional<Row> row, FindRow(txn, IdOf(key_, call, request_id)));
  if (!row.has_value() || row->kept_until_micros <= Micros(call.Now())) return false;
  if (!crypto::ConstantTimeEqual(row->body_hash, BodyHash(key_, request))) {
    return status::Error(
        absl::StatusCode::kAlreadyExists, reasons::kRequestIdReused,
        "this request_id was used for a request with another content; nothing was changed; take a new id for a new "
        "request",
        {{"request_id", std::string(request_id)}});
  }
  if (!response.ParseFromString(row->response)) return Corrupt();
  return true;
}

void Requests::Keep(store::Txn& txn, const rpc::Call& call, const google::protobuf::Message& request,
                    std::string_view request_id, const google::protobuf::Message& response) const {
  const std::string id = IdOf(key_, call, request_id);
  const uint64_t kept_until_micros = Micros(call.Now() + kKept);
  txn.Put(RowKey(id), EncodeRow({kept_until_micros, BodyHash(key_, request), response.SerializeAsString()}));
  txn.Put(TimeKey(kept_until_micros, id), "");
}

absl::StatusOr<int> Requests::Sweep(store::Txn& txn, absl::Time now, int limit) const {
  const uint64_t now_micros = Micros(now);
  std::vector<std::string> due;
  const auto collect = [&](std::string_view key, std::string_view) {
    if (std::ssize(due) == limit) return store::Visit::kStop;
    due.emplace_back(key);
    return store::Visit::kContinue;
  };
  // Up to and including this microsecond, as in Replay.
  const store::Range range{TimeKeysEnd(0), TimeKeysEnd(now_micros + 1)};
  NWD_RETURN_IF_ERROR(txn.Scan(range, store::Direction::kForward, collect));
  for (const std::string& key : due) {
    uint64_t kept_until_micros = 0;
    std::string_view id;
    if (!ReadTimeKey(key, &kept_until_micros, &id)) return Corrupt();
    NWD_ASSIGN_OR_RETURN(const std::optional<Row> row, FindRow(txn, id));
    // The id may have been used anew after its time: that row has a time key of its own.
    if (row.has_value() && row->kept_until_micros == kept_until_micros) txn.Delete(RowKey(id));
    txn.Delete(key);
  }
  return static_cast<int>(due.size());
}

}  // namespace nwd::idempotency
