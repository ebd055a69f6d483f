// What an operator's tools see of a service from outside: its pages over HTTP, its figures, its log.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {

// Longer than anything that is waited for takes on a busy machine.
inline constexpr absl::Duration kPatience = absl::Seconds(30);

// Waits until it is so; false where it was not so within kPatience.
bool Eventually(const std::function<bool()>& is_so);

struct Page {
  int status = 0;  // 0: nobody answered
  std::string body;
};
Page GetPage(World& world, const std::string& service, const std::string& path);

using Labels = std::vector<std::pair<std::string, std::string>>;

// The figure of that name with at least these labels on a page of metrics, summed over all that match; -1 where there
// is none.
double Figure(const std::string& metrics, const std::string& name, const Labels& labels = {});

// What is in a service's log so far: its lines that are JSON, parsed.
std::vector<nlohmann::json> LogOf(World& world, const std::string& service);

}  // namespace nwd::e2e
