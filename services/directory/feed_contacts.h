// How to ask about a feed's service: telephone numbers and e-mail addresses, freed of the labels and blanks that feeds
// carry. Functions of what they are given; run on the worker pool, a page a thread.
#pragma once

#include "nwd/directory/v1/catalogue_service.pb.h"
#include "services/directory/json_fields.h"

namespace nwd::directory {

void ReadFeedContacts(json::Object entry, v1::Service& service, FeedProblems& problems);

// "Bristol Youth MAPS: 0117 496 0000" → number "0117 496 0000", label "Bristol Youth MAPS". An empty number: there is
// none in it.
struct LabelledPhone {
  std::string number;
  std::string label;
};
LabelledPhone SplitPhone(std::string_view text);

}  // namespace nwd::directory
