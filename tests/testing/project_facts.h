// The facts of deploy/data, for tests that ask about the real ones.
#pragma once

#include <gtest/gtest.h>

#include "common/facts/facts.h"

namespace nwd::testing {

inline const facts::Facts& ProjectFacts() {
  static const absl::StatusOr<facts::Facts> facts = facts::Facts::Load(NWD_DATA_DIR);
  if (!facts.ok()) ADD_FAILURE() << facts.status();
  return facts.value();
}

}  // namespace nwd::testing
