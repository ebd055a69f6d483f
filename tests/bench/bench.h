// The benches' frame: what a bench is, what it is given, and the one list of all.
//
// A bench measures against the running hub of the Context and adds its rows to the report. A goal that is missed is a
// row that says so; an error is only what makes the figure void (a call that failed, a program that did not start).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/report.h"

namespace nwd::bench {

class Fixture;
class Population;

struct Settings {
  int people = 100'000;
  absl::Duration round = absl::Seconds(3);  // of one measurement
  int rounds = 5;                           // pairs of echo and measured
  int connections = 4;                      // of the client to each server
  bool quick = false;
  bool keep = false;   // go on with what an earlier run left in the folder
  std::string folder;  // data, logs and certificates; on a real disk
};

class Context {
 public:
  explicit Context(Settings settings);
  ~Context();

  const Settings& settings() const { return settings_; }
  Report& report() { return report_; }

  // The hub, started when first asked for.
  absl::StatusOr<Fixture*> Hub();
  // Its people and their consents, registered when first asked for.
  absl::StatusOr<Population*> People();

 private:
  const Settings settings_;
  Report report_;
  std::unique_ptr<Fixture> fixture_;
  std::unique_ptr<Population> population_;
};

struct Bench {
  std::string_view name;
  std::string_view measures;
  absl::Status (*run)(Context&);
};

// In the order they run in.
const std::vector<Bench>& AllBenches();

// One file each.
absl::Status AuditAppend(Context& context);
absl::Status AuditProof(Context& context);
absl::Status ConsentCheck(Context& context);
absl::Status ConsentWithdraw(Context& context);
absl::Status NoticeFanout(Context& context);
absl::Status PersonExport(Context& context);
absl::Status PersonMatch(Context& context);
absl::Status RecordGet(Context& context);
absl::Status Memory(Context& context);
absl::Status ReferralCreate(Context& context);
absl::Status ReferralTransition(Context& context);
absl::Status DirectorySearch(Context& context);
absl::Status FeedImport(Context& context);
absl::Status IdleLatency(Context& context);
absl::Status Recovery(Context& context);

}  // namespace nwd::bench
