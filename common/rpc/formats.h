// The shapes of nwd.common.v1.Format, as one table of checks.
#pragma once

#include <string_view>

#include "nwd/common/v1/rule.pb.h"

namespace nwd::rpc {

// Empty where `value` has the shape; else what is wrong, without the value.
std::string_view WrongFormat(common::v1::Format format, std::string_view value);

}  // namespace nwd::rpc
