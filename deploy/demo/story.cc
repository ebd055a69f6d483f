#include "deploy/demo/story.h"

#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "common/base/strings.h"

namespace nwd::demo {

void Story::Chapter(const std::string& title) {
  if (failed_) return;
  chapter_ = title;
  screen_.Chapter(title);
}

void Story::Step(const std::string& name, const std::function<absl::StatusOr<std::string>()>& body) {
  if (failed_) return;
  screen_.Begin(name);
  const absl::Time begin = absl::Now();
  const absl::StatusOr<std::string> figure = body();
  const absl::Duration took = absl::Now() - begin;
  failed_ = !figure.ok();
  const std::string what =
      figure.ok() ? *figure : Cat(absl::StatusCodeToString(figure.status().code()), ": ", figure.status().message());
  told_.push_back({chapter_, name, figure.ok(), took, what});
  if (figure.ok()) {
    screen_.Done(name, what, took);
  } else {
    screen_.Failed(name, what, took);
  }
}

absl::Status Story::Unfit(const absl::Status& why) {
  unfit_ = why;
  return why;
}

void Story::Count(const std::string& name, int64_t value) { counts_.emplace_back(name, value); }

void Story::FeedProblem(Problem problem) {
  if (problems_.size() < kFeedProblemsMax) problems_.push_back(std::move(problem));
}

std::string Story::Report() const {
  nlohmann::ordered_json report = {{"ok", !failed_}};
  for (const auto& [name, value] : counts_) report[name] = value;
  report["total_ms"] = absl::ToInt64Milliseconds(absl::Now() - begin_);
  if (failed_) report["error"] = Cat(told_.back().name, ": ", told_.back().figure);
  nlohmann::ordered_json problems = nlohmann::ordered_json::array();
  for (const Problem& problem : problems_) {
    problems.push_back({{"file", problem.file},
                        {"index", problem.index},
                        {"field", problem.field},
                        {"description", problem.description}});
  }
  report["problems"] = std::move(problems);
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const Told& step : told_) {
    steps.push_back({{"chapter", step.chapter},
                     {"name", step.name},
                     {"ok", step.ok},
                     {"ms", absl::ToInt64Milliseconds(step.took)},
                     {"figure", step.figure}});
  }
  report["steps"] = std::move(steps);
  return report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace nwd::demo
