// The ids of organisations and services that a message names anywhere in it, by the names of its fields
// (…organisation_id, …organisation_ids, …service_id, …service_ids). Pure functions.
#pragma once

#include <set>
#include <string>

#include "google/protobuf/message.h"

namespace nwd::consent {

struct NamedIds {
  std::set<std::string> organisations;
  std::set<std::string> services;
};
NamedIds IdsNamedIn(const google::protobuf::Message& message);

}  // namespace nwd::consent
