#include "common/status/status.h"

#include "absl/strings/cord.h"
#include "common/base/strings.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace nwd::status {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/";
constexpr char kDomain[] = "nwd";
constexpr size_t kViolationsMax = 100;

template <class Detail>
std::string TypeUrl() {
  return Cat(kTypePrefix, Detail::descriptor()->full_name());
}

template <class Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message, const Metadata& metadata) {
  absl::Status status(code, AbslView(message));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  Attach(status, info);
  return status;
}

absl::Status Denied() {
  return Error(absl::StatusCode::kPermissionDenied, "DENIED", "not allowed, or nothing there that you may know of");
}

absl::Status StaleEtag(std::string_view resource) {
  return Error(absl::StatusCode::kAborted, "STALE_ETAG",
               Cat("the ", resource, " has changed since the etag you name; read it again and decide anew"),
               {{"resource", std::string(resource)}});
}

absl::Status Shed(std::string_view what, absl::Duration retry_after) {
  absl::Status status = Error(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                              Cat(what, "; nothing was done; try again after the delay"));
  google::rpc::RetryInfo retry;
  const int64_t nanos = absl::ToInt64Nanoseconds(retry_after);
  retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  Attach(status, retry);
  return status;
}

absl::Status InvalidField(std::string_view field, std::string_view description) {
  Violations violations;
  violations.Add(field, description);
  return violations.ToStatus();
}

void Violations::Add(std::string_view field, std::string_view description) {
  violations_.emplace_back(field, description);
}

absl::Status Violations::ToStatus() const {
  if (violations_.empty()) return absl::OkStatus();
  std::string message = Cat(violations_.front().first, ": ", violations_.front().second);
  if (violations_.size() > 1) message += Cat(" (and ", violations_.size() - 1, " more, see details)");
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", message);
  google::rpc::BadRequest bad;
  for (const auto& [field, description] : violations_) {
    if (static_cast<size_t>(bad.field_violations_size()) == kViolationsMax) break;
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description(description);
  }
  Attach(status, bad);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<google::rpc::ErrorInfo>());
  google::rpc::ErrorInfo info;
  if (!payload.has_value() || !info.ParseFromString(std::string(*payload))) return "";
  return info.reason();
}

google::rpc::Status ToWire(const absl::Status& status) {
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  if (status.code() == absl::StatusCode::kInternal || status.code() == absl::StatusCode::kUnknown) {
    wire.set_code(static_cast<int>(absl::StatusCode::kInternal));
    wire.set_message("something went wrong on our side; the operator's log says what");
    return wire;
  }
  wire.set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& bytes) {
    auto* any = wire.add_details();
    any->set_type_url(std::string(type_url));
    any->set_value(std::string(bytes));
  });
  return wire;
}

absl::Status FromWire(const google::rpc::Status& wire) {
  absl::Status status(static_cast<absl::StatusCode>(wire.code()), wire.message());
  for (const auto& any : wire.details()) status.SetPayload(any.type_url(), absl::Cord(any.value()));
  return status;
}

}  // namespace nwd::status
