// Plays the main job from end to end on a hub of its own.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace nwd::demo {

struct DemoOptions {
  std::string
      folder;  // the hub's; whatever an earlier demo left there is removed first. Empty: a new one, removed in the end
  std::string source;  // of the feed: a file, a folder or a URL; empty: the sample
  int people = 60;
  bool json = false;  // the last line is one JSON object
  bool keep = false;  // leave the hub up
};

// The exit code: 0, 1 where a step does not hold, or 2 where what it was asked for is at fault.
int RunDemo(const DemoOptions& options);

}  // namespace nwd::demo
