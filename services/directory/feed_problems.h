// What could not be taken from a page, gathered while it is read. The first ones are kept, all are counted. Used by the
// one thread that reads the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nwd/directory/v1/feed_service.pb.h"
#include "services/directory/limits.h"

namespace nwd::directory {

class FeedProblems {
 public:
  explicit FeedProblems(std::string_view page) : page_(page) {}

  // What is reported from now on is about this entry of the page's contents; -1 is the page itself.
  void At(int index) { index_ = index; }
  // Something was repaired or dropped; the service stays.
  void Field(std::string_view field, std::string_view description) { Add(field, description, false); }
  // The service (or the page) is left out.
  void LeftOut(std::string_view field, std::string_view description) { Add(field, description, true); }

  const std::vector<v1::ImportProblem>& listed() const { return listed_; }
  int count() const { return count_; }

 private:
  void Add(std::string_view field, std::string_view description, bool left_out) {
    ++count_;
    if (listed_.size() >= kProblemsListedMax) return;
    v1::ImportProblem& problem = listed_.emplace_back();
    problem.set_page(page_);
    problem.set_index(index_);
    problem.set_field(std::string(field));
    problem.set_description(std::string(description));
    problem.set_left_out(left_out);
  }

  std::string page_;
  int index_ = -1;
  int count_ = 0;
  std::vector<v1::ImportProblem> listed_;
};

}  // namespace nwd::directory
