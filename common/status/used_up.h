// Refusals of what is used up for a while: a day's share, or as many as there can be at once. What is shed for load
// (status::Shed) is worth trying again in a moment; this is not before its time, which the RetryInfo tells exactly.
//
//   return status::UsedUp(reasons::kTooManyToday, "too many codes enrolled nobody today", until_midnight,
//                         {{"limit", Cat(limit)}});
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/status/status.h"

namespace nwd::status {

// RESOURCE_EXHAUSTED with a reason of its own. `retry_after`: until when nothing is left, unless the caller frees some.
absl::Status UsedUp(std::string_view reason, std::string_view message, absl::Duration retry_after,
                    const Metadata& metadata = {});

}  // namespace nwd::status
