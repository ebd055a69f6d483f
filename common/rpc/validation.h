// Holds a request to the rules its fields declare (nwd.common.v1.rule), before any handler sees it. All violations at
// once.
//
// What no rule says is limited all the same: text, bytes, lists and depth by limits.h, enums to values this build
// knows, numbers to finite ones; and text holds no control characters but tabs and line breaks. What holds for a field holds for each item of a list. Rules are compiled once a
// message type. Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/status/status.h"
#include "google/protobuf/message.h"

namespace nwd::rpc {

// OK, or INVALID_ARGUMENT naming every violation, those found already first. `now` decides what is future and past.
absl::Status Validate(const google::protobuf::Message& request, absl::Time now, status::Violations found = {});

}  // namespace nwd::rpc
