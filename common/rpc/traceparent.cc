#include "common/rpc/traceparent.h"

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/crypto/random.h"

namespace nwd::rpc {
namespace {

constexpr std::string_view kVersion = "00";
constexpr size_t kTraceIdBytes = 16;
constexpr size_t kSpanIdBytes = 8;
constexpr size_t kFlagsDigits = 2;
constexpr std::string_view kSampled = "01";

// Where the parts begin, hyphens between them.
constexpr size_t kTraceIdAt = kVersion.size() + 1;
constexpr size_t kSpanIdAt = kTraceIdAt + 2 * kTraceIdBytes + 1;
constexpr size_t kFlagsAt = kSpanIdAt + 2 * kSpanIdBytes + 1;
constexpr size_t kLength = kFlagsAt + kFlagsDigits;

bool IsHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }
bool IsId(std::string_view text) { return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos; }

// Random, and not all zeros, which would mean "none".
std::string NewId(size_t size_bytes) {
  std::string id;
  do id = absl::BytesToHexString(crypto::RandomBytes(size_bytes));
  while (!IsId(id));
  return id;
}

}  // namespace

std::string TraceIdIn(std::string_view traceparent) {
  if (traceparent.size() != kLength || traceparent.substr(0, kVersion.size()) != kVersion) return "";
  for (const size_t part : {kTraceIdAt, kSpanIdAt, kFlagsAt}) {
    if (traceparent[part - 1] != '-') return "";
  }
  const std::string_view trace_id = traceparent.substr(kTraceIdAt, 2 * kTraceIdBytes);
  const std::string_view span_id = traceparent.substr(kSpanIdAt, 2 * kSpanIdBytes);
  if (!IsId(trace_id) || !IsId(span_id) || !IsHex(traceparent.substr(kFlagsAt))) return "";
  return std::string(trace_id);
}

std::string NewTraceId() { return NewId(kTraceIdBytes); }

std::string TraceparentOf(std::string_view trace_id) {
  return Cat(kVersion, "-", trace_id, "-", NewId(kSpanIdBytes), "-", kSampled);
}

}  // namespace nwd::rpc
