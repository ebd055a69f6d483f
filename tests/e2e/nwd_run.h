// The operator's program, run as an operator runs it.
#pragma once

#include <string>
#include <vector>

namespace nwd::e2e {

struct Ended {
  int exit_code = -1;
  std::string out, err;
};

// Runs nwd with these arguments, to its end.
Ended RunNwd(const std::vector<std::string>& arguments);

}  // namespace nwd::e2e
