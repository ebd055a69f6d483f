// The story as steps: each runs, checks itself, is timed and told in one line with its figure. After a step that failed
// nothing more runs.
//
//   story.Chapter("People");
//   story.Step("people are registered", [&] { return RegisterAll(world); });      // the figure, or why it does not
//   hold
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "deploy/demo/screen.h"

namespace nwd::demo {

inline constexpr size_t kFeedProblemsMax = 100;  // in the report; all are counted

class Story {
 public:
  explicit Story(Screen& screen) : screen_(screen) {}

  void Chapter(const std::string& title);
  void Step(const std::string& name, const std::function<absl::StatusOr<std::string>()>& body);
  // A number for the report: "people", 60.
  void Count(const std::string& name, int64_t value);

  // Something wrong with the feed, where an import found it; the first kFeedProblemsMax are in the report.
  struct Problem {
    std::string file;
    int index;
    std::string field;
    std::string description;
  };
  void FeedProblem(Problem problem);

  // Says of a step's failure that what the demo was given is to blame, not the hub; answers it again, to be returned.
  absl::Status Unfit(const absl::Status& why);

  bool failed() const { return failed_; }
  // Why what it was given cannot be played; OK where that is not what failed.
  const absl::Status& unfit() const { return unfit_; }
  Screen& screen() { return screen_; }
  // One JSON object: {"ok":…, counts…, "total_ms":…, "problems":[{"file","index","field","description"}, …], "steps":[{"chapter","name","ok","ms","figure"}, …]}, and "error"
  // where it failed.
  std::string Report() const;

 private:
  struct Told {
    std::string chapter;
    std::string name;
    bool ok = false;
    absl::Duration took;
    std::string figure;  // or why it failed
  };
  Screen& screen_;
  const absl::Time begin_ = absl::Now();
  std::string chapter_;
  std::vector<Told> told_;
  std::vector<std::pair<std::string, int64_t>> counts_;
  std::vector<Problem> problems_;
  bool failed_ = false;
  absl::Status unfit_;
};

}  // namespace nwd::demo
