// Page tokens and cursors: opaque to callers, authenticated by us, bound to who may use them and for what.
//
//   std::string token = tokens.Seal(scope, payload);        // URL-safe text
//   absl::StatusOr<std::string> payload = tokens.Open(scope, token);
//
// A token altered, made up, of another scope or sealed under another key is INVALID_ARGUMENT, reason INVALID_TOKEN, and
// names the field it came in. The scope is not carried: whoever opens a token states it again. Tokens hold keys of
// rows, so they are encrypted, not only signed. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/store/store.h"
#include "google/protobuf/message.h"

namespace nwd::tokens {

class Tokens {
 public:
  // `key`: 32 bytes, derived from the hub key for this service. `epoch`: of the service's data, another after each restore
  // from a backup (common/audit/epoch.h).
  explicit Tokens(std::string_view key, uint32_t epoch = 1) : key_(key), epoch_(epoch) {}

  uint32_t epoch() const { return epoch_; }

  std::string Seal(std::string_view scope, std::string_view payload) const;
  absl::StatusOr<std::string> Open(std::string_view scope, std::string_view token,
                                   std::string_view field = "page_token") const;

 private:
  crypto::AeadKey key_;
  const uint32_t epoch_;
};

// The scope of a list: the method, the caller, and every field of the request but `page_size` and `page_token`, so that
// a token serves only the query it was given for.
std::string PageScope(std::string_view organisation_id, const google::protobuf::Message& request);

// 0 means 50; the validator has kept it within 0 to 500.
int PageSize(int requested);

// A cursor of a feed: a position, bound to the feed's name, the organisation (or service) that reads it, and the epoch: after
// a restore the same positions are given to other things.
std::string SealCursor(const Tokens& tokens, std::string_view feed, std::string_view reader, store::Position position);
// Empty text is position 0. A cursor of another epoch is OUT_OF_RANGE, reason CURSOR_OUT_OF_RANGE: start again without one.
absl::StatusOr<store::Position> OpenCursor(const Tokens& tokens, std::string_view feed, std::string_view reader,
                                           std::string_view cursor, std::string_view field = "cursor");

}  // namespace nwd::tokens
