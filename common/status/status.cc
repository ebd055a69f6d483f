#include "common/status/status.h"

#include <algorithm>
#include <map>

#include "absl/strings/cord.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/status/reasons.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace nwd::status {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/";
constexpr char kDomain[] = "nwd";
constexpr size_t kViolationsMax = 100;
// Details travel in a trailer, in base64; clients take 8 KiB of trailers before they begin to refuse answers for it.
constexpr size_t kViolationsBytesMax = 4096;
constexpr absl::Duration kRetryAfter = absl::Seconds(1);  // where a RESOURCE_EXHAUSTED does not say
constexpr int64_t kNanosPerSecond = 1'000'000'000;

// What a code means where the error itself gives no reason; and what callers read instead of a text that is ours.
struct CodeWords {
  absl::StatusCode code;
  const char* reason;
  const char* neutral_message;  // null where the error's own text goes out
};
constexpr CodeWords kCodeWords[] = {
    {absl::StatusCode::kCancelled, "CANCELLED", nullptr},
    {absl::StatusCode::kInvalidArgument, reasons::kInvalidRequest, nullptr},
    {absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", nullptr},
    {absl::StatusCode::kNotFound, "NOT_FOUND", nullptr},
    {absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS", nullptr},
    {absl::StatusCode::kPermissionDenied, reasons::kDenied, nullptr},
    {absl::StatusCode::kResourceExhausted, reasons::kOverloaded, nullptr},
    {absl::StatusCode::kFailedPrecondition, "FAILED_PRECONDITION", nullptr},
    {absl::StatusCode::kAborted, "ABORTED", nullptr},
    {absl::StatusCode::kOutOfRange, "OUT_OF_RANGE", nullptr},
    {absl::StatusCode::kUnimplemented, "UNIMPLEMENTED", nullptr},
    {absl::StatusCode::kInternal, "INTERNAL", "something went wrong on our side; the operator's log says what"},
    {absl::StatusCode::kUnavailable, "UNAVAILABLE", "the service cannot do this at the moment; try again"},
    {absl::StatusCode::kDataLoss, "DATA_LOSS",
     "stored data is damaged; the operator's log says what: tell the operator"},
    {absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED", nullptr},
};

const CodeWords& WordsOf(absl::StatusCode code) {
  const auto* found = std::find_if(std::begin(kCodeWords), std::end(kCodeWords),
                                   [code](const CodeWords& words) { return words.code == code; });
  NWD_CHECK(found != std::end(kCodeWords));  // OK is no error
  return *found;
}

template <class Detail>
std::string TypeUrl() {
  return Cat(kTypePrefix, Detail::descriptor()->full_name());
}

template <class Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <class Detail>
bool Has(const absl::Status& status) {
  return status.GetPayload(TypeUrl<Detail>()).has_value();
}

void AttachInfo(absl::Status& status, std::string_view reason, const Metadata& metadata = {}) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  Attach(status, info);
}

void AttachRetry(absl::Status& status, absl::Duration after) {
  google::rpc::RetryInfo retry;
  const int64_t nanos = absl::ToInt64Nanoseconds(after);
  retry.mutable_retry_delay()->set_seconds(nanos / kNanosPerSecond);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % kNanosPerSecond));
  Attach(status, retry);
}

// The error as callers may know it.
absl::Status Outward(const absl::Status& status) {
  const absl::StatusCode code = WireCode(status);
  const CodeWords& words = WordsOf(code);
  absl::Status outward = IsOurs(status) ? absl::Status(code, words.neutral_message) : status;
  if (!Has<google::rpc::ErrorInfo>(outward)) AttachInfo(outward, words.reason);
  if (absl::IsResourceExhausted(outward) && !Has<google::rpc::RetryInfo>(outward)) AttachRetry(outward, kRetryAfter);
  return outward;
}

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message, const Metadata& metadata) {
  absl::Status status(code, AbslView(message));
  AttachInfo(status, reason, metadata);
  return status;
}

absl::Status Denied() {
  return Error(absl::StatusCode::kPermissionDenied, reasons::kDenied,
               "not allowed, or nothing there that you may know of");
}

absl::Status StaleEtag(std::string_view resource) {
  return Error(absl::StatusCode::kAborted, reasons::kStaleEtag,
               Cat("the ", resource, " has changed since the etag you name; read it again and decide anew"),
               {{"resource", std::string(resource)}});
}

absl::Status Shed(std::string_view what, absl::Duration retry_after) {
  return UsedUp(reasons::kOverloaded, Cat(what, "; nothing was done; try again after the delay"), retry_after);
}

absl::Status UsedUp(std::string_view reason, std::string_view message, absl::Duration retry_after,
                    const Metadata& metadata) {
  absl::Status status = Error(absl::StatusCode::kResourceExhausted, reason, message, metadata);
  AttachRetry(status, retry_after);
  return status;
}

absl::Status InvalidField(std::string_view field, std::string_view description, std::string_view reason) {
  Violations violations;
  violations.Add(field, description);
  return violations.ToStatus(reason);
}

void Violations::Add(std::string_view field, std::string_view description) {
  violations_.emplace_back(field, description);
}

namespace {

// Whether a path names a field, an item of it, or a field of it: "terms.categories[0]" is within "terms".
bool IsWithin(std::string_view path, std::string_view field) {
  if (!path.starts_with(field)) return false;
  return path.size() == field.size() || path[field.size()] == '.' || path[field.size()] == '[';
}

}  // namespace

Violations Violations::Of(const absl::Status& status) {
  Violations violations;
  violations.AddNew(status);
  return violations;
}

void Violations::AddNew(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<google::rpc::BadRequest>());
  google::rpc::BadRequest bad;
  if (!payload.has_value() || !bad.ParseFromString(std::string(*payload))) return;
  for (const auto& violation : bad.field_violations()) {
    const bool named = std::any_of(violations_.begin(), violations_.end(), [&](const auto& before) {
      return IsWithin(before.first, violation.field()) || IsWithin(violation.field(), before.first);
    });
    if (!named) Add(violation.field(), violation.description());
  }
}

absl::Status Violations::ToStatus(std::string_view reason) const {
  if (violations_.empty()) return absl::OkStatus();
  const auto& [first_field, first] = violations_.front();
  std::string message = first_field.empty() ? first : Cat(first_field, ": ", first);
  if (violations_.size() > 1) message += Cat(" (and ", violations_.size() - 1, " more, see details)");
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, reason, message);
  google::rpc::BadRequest bad;
  for (const auto& [field, description] : violations_) {
    const auto named = static_cast<size_t>(bad.field_violations_size());
    if (named == kViolationsMax || bad.ByteSizeLong() + field.size() + description.size() > kViolationsBytesMax) break;
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

bool IsOurs(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return true;
    case absl::StatusCode::kUnavailable:
      return !Has<google::rpc::ErrorInfo>(status);
    default:
      return false;
  }
}

absl::StatusCode WireCode(const absl::Status& status) {
  return absl::IsUnknown(status) ? absl::StatusCode::kInternal : status.code();
}

google::rpc::Status ToWire(const absl::Status& status) {
  google::rpc::Status wire;
  if (status.ok()) return wire;
  const absl::Status outward = Outward(status);
  wire.set_code(static_cast<int>(outward.code()));
  wire.set_message(std::string(outward.message()));
  const auto add = [&](std::string_view type_url, std::string bytes) {
    auto* any = wire.add_details();
    any->set_type_url(std::string(type_url));
    any->set_value(std::move(bytes));
  };
  // A status keeps its details in no order of its own.
  std::map<std::string, std::string> others;
  outward.ForEachPayload([&](absl::string_view type_url, const absl::Cord& bytes) {
    others.emplace(std::string(type_url), std::string(bytes));
  });
  const auto info = others.find(TypeUrl<google::rpc::ErrorInfo>());
  add(info->first, std::move(info->second));
  others.erase(info);
  for (auto& [type_url, bytes] : others) add(type_url, std::move(bytes));
  return wire;
}

absl::Status FromWire(const google::rpc::Status& wire) {
  absl::Status status(static_cast<absl::StatusCode>(wire.code()), wire.message());
  for (const auto& any : wire.details()) status.SetPayload(any.type_url(), absl::Cord(any.value()));
  return status;
}

}  // namespace nwd::status
