// Clients of a consent service that all want the same few consents at once: they draw up and give consents, suspend,
// resume and withdraw them, open and close referrals' access as the referral service does (in order, late, and twice), check, read and look;
// and what they did and were answered is a history.
//
//   Load load(world, people);
//   load.Run(20'000, [&] { world.Kill("consent"); });   // kills when so many were answered, with others in flight
//   world.Start("consent");
//   load.LookAtAll();
//   Judge(load.history());
//
// One thread makes it and runs it; the clients are coroutines of a runtime of their own.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/linearizability/client.h"
#include "tests/linearizability/history.h"
#include "tests/linearizability/stage.h"

namespace nwd::linearizability {

inline constexpr int kInFlight = 64;

class Load {
 public:
  Load(e2e::World& world, int people) : stage_(world, people) {}

  // Until `operations` have come to an end; then calls `kill`, while others are in flight, and waits for those.
  void Run(int64_t operations, const std::function<void()>& kill);
  // Asks once more about every consent, with nothing else going on.
  void LookAtAll();

  const History& history() const { return history_; }
  // By consent, in the history's order.
  const std::vector<std::string>& consent_ids() const { return stage_.consent_ids(); }
  const std::vector<int>& uses() const { return uses_; }  // as LookAtAll saw them
  // Each disclosure that a read was answered with, and its consent.
  const std::vector<std::pair<std::string, uint32_t>>& disclosures() const { return disclosures_; }
  // What was answered that makes no sense: the first few, as text.
  const std::vector<std::string>& surprises() const { return surprises_; }

 private:
  void Collect(Client& client);

  Stage stage_;
  uint64_t seed_ = 1;
  History history_;
  std::vector<int> uses_;
  std::vector<std::pair<std::string, uint32_t>> disclosures_;
  std::vector<std::string> surprises_;
};

}  // namespace nwd::linearizability
