// Which id a feed's service has in this hub: always the same one, whatever order feeds are imported in again. Pure
// functions.
#pragma once

#include <optional>
#include <string_view>

#include "common/ids/uuid.h"

namespace nwd::directory {

// The feed's own id where it is a UUID, in either case; nothing for any other, and for the nil UUID.
std::optional<ids::Uuid> OwnServiceId(std::string_view external_id);

// For every other: a UUID (version 8, RFC 9562) made of the SHA-256 of the feed's id and the service's id in it.
ids::Uuid DerivedServiceId(ids::Uuid feed_id, std::string_view external_id);

}  // namespace nwd::directory
