// How entries lie in a service's own store, table 'O':
//
//   'O' 'w' group 0 number(8) random(8)  → format(1 byte: 2) added_micros(8) kind 0 trace_id(16) payload
//       waiting, in order within the group; trace_id: all zeros where no call caused it
//   'O' 'x' group 0 number(8) random(8)  → format(1 byte: 3) code(1), then the value it had while it waited
//       set aside; code: of the final error
//
// Still read: a waiting entry of format 1, which has no trace_id; one set aside in format 1 or 2, whose value follows
// without a format of its own, which it shares. An EntryId is a key without its first two bytes. Times are
// microseconds since 1970, big-endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/outbox/outbox.h"

namespace nwd::outbox {

struct Entry {
  uint64_t added_micros = 0;
  std::string kind;
  Delivery delivery;
};

EntryId MakeId(std::string_view group, uint64_t number);
bool ReadId(std::string_view id, std::string_view* group, uint64_t* number);

std::string WaitingPrefix();
std::string WaitingPrefix(std::string_view group);
std::string WaitingKey(std::string_view id);
std::string AsideKey(std::string_view id);
// The id in a key of either kind.
std::string_view IdOf(std::string_view key);
// After every key of this group.
std::string AfterGroup(std::string_view group);

std::string EncodeWaiting(const Entry& entry);
std::optional<Entry> DecodeWaiting(std::string_view bytes);
// From the bytes of the waiting entry, whatever they are: what does not read is set aside too.
std::string EncodeAside(absl::StatusCode code, std::string_view waiting);
std::optional<absl::StatusCode> DecodeAsideCode(std::string_view bytes);

}  // namespace nwd::outbox
