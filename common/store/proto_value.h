// Reading and writing protobuf messages as values. A value that does not parse is corruption: DATA_LOSS, with the key's
// table tag only, since the rest of a key may name a person.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/store/store.h"

namespace nwd::store {

template <class Message>
absl::StatusOr<Message> ParseValue(std::string_view key, std::string_view bytes) {
  Message message;
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return message;
  return absl::DataLossError(Cat("a stored ", Message::descriptor()->name(), " does not parse; table ",
                                 absl::BytesToHexString(AbslView(key.substr(0, 1)))));
}

// The message under `key`, or nothing where the key is not there.
template <class Message>
absl::StatusOr<std::optional<Message>> Find(const Reader& reader, std::string_view key) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(key, &bytes));
  if (!present) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(Message message, ParseValue<Message>(key, bytes));
  return std::optional<Message>(std::move(message));
}

template <class Message>
void PutMessage(Txn& txn, std::string_view key, const Message& message) {
  txn.Put(key, message.SerializeAsString());
}

}  // namespace nwd::store
