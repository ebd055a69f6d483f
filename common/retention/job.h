// Lets go of what a service has kept for its time. Goes through the rows of each kind bit by bit, for ever, and has the
// service delete those whose time is over. A row that does not parse is passed over, and said: the others go all the same.
//
//   Job job(store, clock, schedule, {{"notices", keys, IsOldNotice, ForgetNotice}, …});
//   server.Background([&](rpc::Stop& stop) { return job.Run(stop); });
//
// A clock that jumps must not empty a hub. When it is set far ahead, or back (kGapMax since the last round, or earlier than
// it), or there was no round before, nothing is deleted until this process has run for kSettle by a clock that cannot be
// set; the log says so meanwhile. Then the time is believed.
//
// Run is one coroutine's; nobody else calls Round while it goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/base/steady.h"
#include "common/retention/schedule.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"

namespace nwd::retention {

inline constexpr absl::Duration kRoundEvery = absl::Minutes(1);
inline constexpr size_t kRowsLookedAtMax = 10'000;  // of a kind, in one round, where it says no other number
inline constexpr size_t kRowsForgottenMax = 100;    // in one transaction
inline constexpr absl::Duration kGapMax = absl::Hours(24 * 45);
inline constexpr absl::Duration kSettle = absl::Hours(24);

struct Kind {
  std::string name;    // as in the table
  std::string prefix;  // of its rows' keys
  // Whether the row's time is over: what it is counted from came before `before`.
  std::function<absl::StatusOr<bool>(const store::Reader&, std::string_view key, std::string_view value,
                                     absl::Time before)>
      is_old;
  // Deletes the row and what goes with it. Within an Update, in which is_old was asked again.
  std::function<absl::Status(store::Txn&, const std::string& key, const std::string& value)> forget;
  // In one round, which is one View: fewer where is_old reads more than the row.
  size_t rows_looked_at_max = kRowsLookedAtMax;
};

class Job {
 public:
  // All that is given outlives it. A kind that the schedule keeps is passed over.
  Job(store::Store& store, const Clock& clock, const Schedule& schedule, std::vector<Kind> kinds,
      std::function<absl::Time()> steady_now = SteadyNow);

  // INVALID_ARGUMENT where the schedule has days for a kind that nobody lets go of: a promise that is not kept; or says nothing
  // of one that is let go of.
  absl::Status Check() const { return unknown_; }
  async::Task<void> Run(rpc::Stop& stop);
  struct Went {
    std::map<std::string, int64_t> rows;  // by kind
    absl::Status failed;                  // the first error that was met; what could go went all the same
  };
  async::Task<Went> Round();

 private:
  struct Going {
    Kind kind;
    absl::Duration kept;
    std::string next;  // where the next round goes on; empty: at the beginning
  };
  // Whether the time can be believed; keeps it where it can.
  async::Task<absl::StatusOr<bool>> IsTimeBelieved(absl::Time now);
  // Adds to `forgotten` how many rows went.
  async::Task<absl::Status> Go(Going& going, absl::Time now, int64_t& forgotten);
  // All of them, or none.
  async::Task<absl::Status> ForgetThese(const Kind& kind, absl::Span<const std::string> keys, absl::Time before,
                                        int64_t& forgotten);

  store::Store& store_;
  const Clock& clock_;
  const std::function<absl::Time()> steady_now_;
  std::vector<Going> going_;
  absl::Status unknown_;
  std::optional<absl::Time> doubted_since_;  // by steady_now_
};

}  // namespace nwd::retention
