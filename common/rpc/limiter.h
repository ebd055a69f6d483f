// How much is in flight at once: of the whole service, and of each organisation. What is over is shed at once.
//
//   Limiter::Ticket ticket;
//   NWD_RETURN_IF_ERROR(limiter.Enter(caller, /*stream=*/false, &ticket));   // leaves when the ticket goes
//
// Thread-safe.
#pragma once

#include <atomic>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/access/caller.h"

namespace nwd::rpc {

class Limiter {
 public:
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

  absl::Status Enter(const access::Caller& caller, bool stream, Ticket* ticket);
  int calls() const;
  int streams() const;

 private:
  struct Counts {
    int calls = 0;
    int streams = 0;
  };
  void Leave(const Ticket& ticket);

  mutable absl::Mutex mutex_;
  Counts all_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Counts> by_organisation_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::rpc
