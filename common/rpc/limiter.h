// How much is in flight at once: of the whole service, and of each organisation, calls and streams counted apart. What
// is over is shed at once: RESOURCE_EXHAUSTED with RetryInfo. Our own services are counted under the whole only.
//
//   Limiter::Ticket ticket;
//   NWD_RETURN_IF_ERROR(limiter.Enter(caller, /*stream=*/false, &ticket));   // leaves when the ticket goes
//
// Thread-safe. Outlives its tickets.
#pragma once

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/access/caller.h"
#include "common/rpc/limits.h"

namespace nwd::rpc {

class Limiter {
 public:
  // One call's or stream's place; gives it back when it goes, on whatever thread. Empty until Enter has filled it,
  // which it does at most once.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket();

   private:
    friend class Limiter;
    Limiter* limiter_ = nullptr;
    bool stream_ = false;
    std::string organisation_id_;
  };

  // `streams`: what those are, for whoever is over.
  explicit Limiter(const Limits& limits, std::string streams = "open streams")
      : limits_(limits), streams_(std::move(streams)) {}

  absl::Status Enter(const access::Caller& caller, bool stream, Ticket* ticket);

 private:
  struct Counts {
    int calls = 0;
    int streams = 0;
  };
  void Leave(const Ticket& ticket);

  const Limits limits_;
  const std::string streams_;
  absl::Mutex mutex_;
  Counts all_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Counts> by_organisation_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::rpc
