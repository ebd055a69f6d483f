#include "common/outbox/entry.h"

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/crypto/random.h"
#include "common/store/keys.h"

namespace nwd::outbox {
namespace {

constexpr char kTable = 'O';
constexpr char kWaiting[] = "w";
constexpr char kAside[] = "x";
constexpr size_t kPrefixBytes = 2;  // table and kind of key
constexpr size_t kRandomBytes = 8;
constexpr size_t kTraceIdBytes = 16;
constexpr char kFormatUntraced = 1;
constexpr char kFormat = 2;
constexpr char kAsideFormat = 3;

bool IsFormat(char format) { return format == kFormat || format == kFormatUntraced; }

// Text that is no trace id is kept as none.
std::string TraceIdBytes(std::string_view trace_id) {
  const bool is_one =
      trace_id.size() == 2 * kTraceIdBytes && trace_id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_one ? absl::HexStringToBytes(AbslView(trace_id)) : std::string(kTraceIdBytes, '\0');
}

std::string TraceIdText(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos ? "" : absl::BytesToHexString(AbslView(bytes));
}

}  // namespace

EntryId MakeId(std::string_view group, uint64_t number) {
  return store::KeyBuilder(kTable)
      .Text(group)
      .Number(number)
      .Bytes(crypto::RandomBytes(kRandomBytes))
      .Build()
      .substr(1);
}

bool ReadId(std::string_view id, std::string_view* group, uint64_t* number) {
  const size_t end = id.find('\0');
  if (end == std::string_view::npos || id.size() != end + 1 + sizeof(uint64_t) + kRandomBytes) return false;
  *group = id.substr(0, end);
  return store::KeyReader(id.substr(end)).Number(number);  // which passes over one byte, here the group's end
}

std::string WaitingPrefix() { return store::KeyBuilder(kTable).Bytes(kWaiting).Build(); }
std::string WaitingPrefix(std::string_view group) {
  return store::KeyBuilder(kTable).Bytes(kWaiting).Text(group).Build();
}
std::string WaitingKey(std::string_view id) { return store::KeyBuilder(kTable).Bytes(kWaiting).Bytes(id).Build(); }
std::string AsideKey(std::string_view id) { return store::KeyBuilder(kTable).Bytes(kAside).Bytes(id).Build(); }
std::string_view IdOf(std::string_view key) { return key.substr(kPrefixBytes); }
std::string AfterGroup(std::string_view group) {
  // The zero byte that ends the group, plus one.
  return store::KeyBuilder(kTable).Bytes(kWaiting).Bytes(group).Bytes("\x01").Build();
}

std::string EncodeWaiting(const Entry& entry) {
  return store::KeyBuilder(kFormat)
      .Number(entry.added_micros)
      .Text(entry.kind)
      .Bytes(TraceIdBytes(entry.delivery.trace_id))
      .Bytes(entry.delivery.payload)
      .Build();
}

std::optional<Entry> DecodeWaiting(std::string_view bytes) {
  if (bytes.empty() || !IsFormat(bytes[0])) return std::nullopt;
  store::KeyReader reader(bytes);
  Entry entry;
  std::string_view kind;
  if (!reader.Number(&entry.added_micros) || !reader.Text(&kind)) return std::nullopt;
  entry.kind = kind;
  std::string_view rest = bytes.substr(1 + sizeof(uint64_t) + kind.size() + 1);
  if (bytes[0] == kFormat) {
    if (rest.size() < kTraceIdBytes) return std::nullopt;
    entry.delivery.trace_id = TraceIdText(rest.substr(0, kTraceIdBytes));
    rest.remove_prefix(kTraceIdBytes);
  }
  entry.delivery.payload = rest;
  return entry;
}

std::string EncodeAside(absl::StatusCode code, std::string_view waiting) {
  const char code_byte = static_cast<char>(code);
  return store::KeyBuilder(kAsideFormat).Bytes({&code_byte, 1}).Bytes(waiting).Build();
}

std::optional<absl::StatusCode> DecodeAsideCode(std::string_view bytes) {
  if (bytes.size() < 2 || bytes[1] == 0) return std::nullopt;
  if (bytes[0] != kAsideFormat && !IsFormat(bytes[0])) return std::nullopt;
  return static_cast<absl::StatusCode>(bytes[1]);
}

}  // namespace nwd::outbox
