// Looks after the stores of a service: says once in the log, as `store.failed`, that one of them has failed, and why.
//
// Not thread-safe. The stores outlive it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "common/store/store.h"

namespace nwd::program {

class StoreWatch {
 public:
  // By name.
  explicit StoreWatch(std::map<std::string, store::Store*> stores) : stores_(std::move(stores)) {}

  // Whether all can be read and written, as of now.
  bool Healthy();

 private:
  const std::map<std::string, store::Store*> stores_;
  std::set<std::string> failed_;  // said already
};

}  // namespace nwd::program
