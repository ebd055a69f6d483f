#include "tests/e2e/operator_view.h"

#include <httplib.h>

#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"

namespace nwd::e2e {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(5);

bool Has(std::string_view labels, const Labels& wanted) {
  for (const auto& [name, value] : wanted) {
    if (labels.find(Cat(name, "=\"", value, "\"")) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

bool Eventually(const std::function<bool()>& is_so) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!is_so()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(kLookAgain);
  }
  return true;
}

Page GetPage(World& world, const std::string& service, const std::string& path) {
  httplib::Client client("127.0.0.1", world.hub().Service(service).http_port);
  const httplib::Result result = client.Get(path.c_str());
  if (!result) return {};
  return {.status = result->status, .body = result->body};
}

double Figure(const std::string& metrics, const std::string& name, const Labels& labels) {
  double sum = 0;
  bool found = false;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(metrics, '\n'))) {
    if (line.substr(0, name.size()) != name || line.size() <= name.size()) continue;
    const size_t value_at = line.rfind(' ');
    const std::string rest = line.substr(name.size(), value_at - name.size());
    if ((!rest.empty() && rest.front() != '{') || !Has(rest, labels)) continue;
    double value = 0;
    if (!absl::SimpleAtod(line.substr(value_at + 1), &value)) continue;
    sum += value;
    found = true;
  }
  return found ? sum : -1;
}

std::vector<nlohmann::json> LogOf(World& world, const std::string& service) {
  std::vector<nlohmann::json> lines;
  std::ifstream file(hub::LogFile(world.hub().folder, service));
  for (std::string line; std::getline(file, line);) {
    auto parsed = nlohmann::json::parse(line, nullptr, false);
    if (parsed.is_object()) lines.push_back(std::move(parsed));
  }
  return lines;
}

}  // namespace nwd::e2e
