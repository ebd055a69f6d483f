#include "services/directory/service_ids.h"

#include <string>

#include "absl/strings/ascii.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/crypto/sha256.h"

namespace nwd::directory {

using ids::Uuid;

std::optional<Uuid> OwnServiceId(std::string_view external_id) {
  std::optional<Uuid> id = Uuid::Parse(absl::AsciiStrToLower(AbslView(external_id)));
  return id && !id->is_nil() ? id : std::nullopt;
}

Uuid DerivedServiceId(Uuid feed_id, std::string_view external_id) {
  const crypto::Digest digest = crypto::Sha256({"nwd service id", feed_id.bytes(), external_id});
  std::string bytes(crypto::View(digest).substr(0, Uuid::kSizeBytes));
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x80);  // version 8
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);  // the variant of RFC 9562
  const std::optional<Uuid> id = Uuid::FromBytes(bytes);
  NWD_CHECK(id.has_value());
  return *id;
}

}  // namespace nwd::directory
