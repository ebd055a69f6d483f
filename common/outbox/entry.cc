#include "common/outbox/entry.h"

#include "common/crypto/random.h"
#include "common/store/keys.h"

namespace nwd::outbox {
namespace {

constexpr char kTable = 'O';
constexpr char kWaiting[] = "w";
constexpr char kAside[] = "x";
constexpr size_t kPrefixBytes = 2;  // table and kind of key
constexpr size_t kRandomBytes = 8;
constexpr char kFormat = 1;

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
  return store::KeyBuilder(kFormat).Number(entry.added_micros).Text(entry.kind).Bytes(entry.payload).Build();
}

std::optional<Entry> DecodeWaiting(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kFormat) return std::nullopt;
  store::KeyReader reader(bytes);
  Entry entry;
  std::string_view kind;
  if (!reader.Number(&entry.added_micros) || !reader.Text(&kind)) return std::nullopt;
  entry.kind = kind;
  entry.payload = bytes.substr(1 + sizeof(uint64_t) + kind.size() + 1);
  return entry;
}

std::string EncodeAside(absl::StatusCode code, std::string_view waiting) {
  const char code_byte = static_cast<char>(code);
  return store::KeyBuilder(kFormat).Bytes({&code_byte, 1}).Bytes(waiting.substr(1)).Build();
}

std::optional<absl::StatusCode> DecodeAsideCode(std::string_view bytes) {
  if (bytes.size() < 2 || bytes[0] != kFormat || bytes[1] == 0) return std::nullopt;
  return static_cast<absl::StatusCode>(bytes[1]);
}

}  // namespace nwd::outbox
