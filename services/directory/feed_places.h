// Where a feed's service is offered: places with address, postcode, point and borough. What the feed leaves out is
// found from its postcode; a point that cannot be in the United Kingdom is dropped, one with its halves exchanged is
// turned round. A function of what it is given; runs on the worker pool, a page a thread.
#pragma once

#include "common/geo/gazetteer.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "services/directory/areas.h"
#include "services/directory/json_fields.h"

namespace nwd::directory {

void ReadFeedPlaces(json::Object entry, const Areas& areas, const geo::Gazetteer& gazetteer, v1::Service& service,
                    FeedProblems& problems);

}  // namespace nwd::directory
