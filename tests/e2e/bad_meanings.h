// What rules beside a field cannot say: values that are well formed and yet wrong where they stand. By hand, as data;
// the fields that must be named are all of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace nwd::e2e {

struct BadMeaning {
  std::string what;
  std::function<void(google::protobuf::Message&)> spoil;  // a good call's request
  std::vector<std::string> fields;                        // sorted
};

// Those of a request type; none for most.
std::vector<BadMeaning> BadMeaningsOf(const google::protobuf::Descriptor& request);

}  // namespace nwd::e2e
