// One service of a feed's page, cleaned and checked. Part of feed_reader.h; split by what is read: the service itself
// here, its places in feed_places.h, its contacts in feed_contacts.h. Functions of what they are given; run on the
// worker pool, a page a thread.
#pragma once

#include <optional>

#include "common/geo/gazetteer.h"
#include "services/directory/areas.h"
#include "services/directory/json_fields.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

// The service, or nothing where it must be left out; either way what was wrong is in `problems`.
std::optional<storage::StagedService> ReadFeedService(json::Element entry, const Areas& areas,
                                                      const geo::Gazetteer& gazetteer, FeedProblems& problems);

// Plain text of at most `bytes_max`, HTML stripped; text that had to be cut, or held control characters, is listed under
// `field`.
std::string CleanText(std::string_view text, size_t bytes_max, std::string_view field, FeedProblems& problems);

}  // namespace nwd::directory
