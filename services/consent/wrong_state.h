// What a call is told whose act the state of a thing does not allow. A pure function.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace nwd::consent {

struct WrongStateOf {
  std::string_view thing;           // "consent"
  std::string_view state;           // as it is
  std::string_view event;           // what was asked for
  std::string_view states;          // from which that is possible, in words
  std::string_view otherwise = "";  // what to do instead, after a semicolon; may be empty
};

// FAILED_PRECONDITION, WRONG_STATE.
absl::Status WrongState(const WrongStateOf& wrong);

}  // namespace nwd::consent
