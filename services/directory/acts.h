// What the audit log says of an administrative act: who did what to which object. Ids and codes only. Pure; called
// within the transaction of the act.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/rpc/call.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

inline storage::Act ActOf(const rpc::Call& call, std::string_view object_id, std::string detail) {
  storage::Act act;
  act.set_organisation_id(call.organisation_id());
  act.set_object_id(std::string(object_id));
  act.set_detail(std::move(detail));
  return act;
}

}  // namespace nwd::directory
