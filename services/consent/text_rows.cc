#include "services/consent/text_rows.h"

#include <limits>
#include <string>

#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/keys.h"

namespace nwd::consent::texts {

absl::StatusOr<std::optional<storage::Text>> Find(const store::Reader& reader, std::string_view sha256,
                                                  const ids::Uuid& organisation_id) {
  return store::Find<storage::Text>(reader, keys::Text(sha256, organisation_id));
}

absl::StatusOr<std::optional<ids::Uuid>> FirstKeeper(const store::Reader& reader, std::string_view sha256) {
  const std::string prefix = keys::TextsNamed(sha256);
  std::optional<ids::Uuid> first;
  int64_t first_us = std::numeric_limits<int64_t>::max();
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(
      store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view value) {
        const absl::StatusOr<storage::Text> text = store::ParseValue<storage::Text>(key, value);
        failed = text.status();
        if (!failed.ok()) return store::Visit::kStop;
        if (text->create_time_us() < first_us) {
          first_us = text->create_time_us();
          first = consents::IdOf(key.substr(prefix.size()));
        }
        return store::Visit::kContinue;
      }));
  if (!failed.ok()) return failed;
  return first;
}

void Put(store::Txn& txn, std::string_view sha256, const ids::Uuid& organisation_id, const storage::Text& text) {
  store::PutMessage(txn, keys::Text(sha256, organisation_id), text);
}

}  // namespace nwd::consent::texts
