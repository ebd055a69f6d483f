// Answering notices, as an organisation that was told something must.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "deploy/demo/world.h"

namespace nwd::demo {

// Answers those of `slug`'s open notices that are meant; how many there were.
absl::StatusOr<int> AnswerNotices(World& world, std::string_view slug,
                                  const std::function<bool(const consent::v1::Notice&)>& meant,
                                  consent::v1::NoticeAnswer answer);

}  // namespace nwd::demo
