#include "deploy/nwd/keys_rotation.h"

#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/crypto/key_file.h"
#include "deploy/nwd/command.h"
#include "nwd/common/v1/maintenance_service.pb.h"

namespace nwd::tool {
namespace {

namespace v1 = common::v1;

constexpr absl::Duration kRotationPatience = absl::Hours(12);  // of one service, however many people it keeps
constexpr absl::Duration kTellEvery = absl::Seconds(5);        // off a terminal

// Shows how far one service is.
class Progress {
 public:
  explicit Progress(std::string service) : service_(std::move(service)), terminal_(isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (terminal_ && told_ != absl::InfinitePast()) std::cerr << "\n";
  }
  void Tell(const v1::RotateKeysResponse& at) {
    const absl::Time now = absl::Now();
    if (!terminal_ && !at.complete() && now - told_ < kTellEvery) return;
    told_ = now;
    std::cerr << (terminal_ ? "\r" : "")
              << absl::StreamFormat("%-9s %d of %d people's keys looked at, %d wrapped anew", service_, at.done(),
                                    at.total(), at.rewrapped())
              << (terminal_ ? "" : "\n") << std::flush;
  }

 private:
  const std::string service_;
  const bool terminal_;
  absl::Time told_ = absl::InfinitePast();
};

struct Rotated {
  std::string service;
  v1::RotateKeysResponse last;
  absl::Status status;
  bool whole() const { return status.ok() && last.complete() && last.damaged() == 0; }
};

Rotated RotateOne(const HubClient& hub, const std::string& service) {
  Rotated rotated{service, {}, {}};
  Progress progress(service);
  auto stream = hub.To(service).Watch<v1::RotateKeysResponse>(v1::RotateKeysRequest(), {.timeout = kRotationPatience});
  while (stream.Read(rotated.last)) progress.Tell(rotated.last);
  rotated.status = stream.Finish();
  return rotated;
}

std::string Numbers(const std::set<int>& newest) {
  std::string text;
  for (const int number : newest) text += Cat(text.empty() ? "" : ", ", number);
  return text;
}

// What to do next, in a sentence.
std::string Advice(const std::vector<Rotated>& all, const std::set<int>& newest, bool whole) {
  if (!whole) return "not all is done: keep every line of the key file, mend what is said above, and run this again";
  if (newest.size() > 1) {
    return Cat("the services use different newest keys (", Numbers(newest),
               "): give all machines the same key file, and run this again");
  }
  const int number = *newest.begin();
  if (number == static_cast<int>(crypto::kRootNumber)) {
    return "the key file has one line, and there is nothing newer to rotate to: add one with nwd keys new";
  }
  const bool first = number == static_cast<int>(crypto::kRootNumber) + 1;
  return Cat("all people's keys of the ", all.size(), " services are wrapped under key ", number, "; ",
             first ? ""
                   : Cat("the lines of the key file that begin with lower numbers may go, but line ", number - 1,
                         " not before whoever verifies the audit logs has taken up the newest keys (nwd audit key); "),
             "the first line, which has no number, stays for good");
}

void PrintJson(const std::vector<Rotated>& all, bool whole) {
  nlohmann::json services = nlohmann::json::object();
  for (const Rotated& one : all) {
    services[one.service] = {{"complete", one.last.complete()},
                             {"total", one.last.total()},
                             {"done", one.last.done()},
                             {"rewrapped", one.last.rewrapped()},
                             {"damaged", one.last.damaged()},
                             {"newest_number", one.last.newest_number()},
                             {"error", std::string(one.status.message())}};
  }
  std::cout << nlohmann::json{{"ok", whole}, {"services", services}}.dump() << "\n";
}

}  // namespace

std::vector<std::string> KeyServices() { return {"consent", "referral", "outcome"}; }

int RotateKeys(const HubAsked& asked, bool json) {
  const absl::StatusOr<HubClient> hub = OpenAsOperator(asked);
  if (!hub.ok()) return Fail(hub.status());
  std::vector<Rotated> all;
  std::set<int> newest;
  bool whole = true;
  for (const std::string& service : asked.services) {
    const Rotated& one = all.emplace_back(RotateOne(*hub, service));
    if (!one.status.ok()) std::cerr << "nwd: " << Refusal(service, one.status) << "\n";
    if (one.last.damaged() > 0) {
      std::cerr << "nwd: " << service << ": " << one.last.damaged() << " people's keys do not open\n";
    }
    if (one.whole()) newest.insert(one.last.newest_number());
    whole = whole && one.whole();
  }
  const bool ok = whole && newest.size() == 1;
  if (json) {
    PrintJson(all, ok);
  } else {
    std::cout << Advice(all, newest, whole) << "\n";
  }
  return ok ? kExitDone : kExitFailed;
}

int ShowKeys(const HubAsked& asked, bool json) {
  const absl::StatusOr<HubClient> hub = OpenAsOperator(asked);
  if (!hub.ok()) return Fail(hub.status());
  nlohmann::json services = nlohmann::json::object();
  for (const std::string& service : asked.services) {
    const auto status =
        hub->To(service).Call<v1::GetStatusResponse>(v1::GetStatusRequest(), {.timeout = kRotationPatience});
    if (!status.ok()) return Fail(absl::Status(status.status().code(), Refusal(service, status.status())));
    services[service] = nlohmann::json::array();
    for (const v1::WrappingKeyStatus& key : status->wrapping_keys()) {
      services[service].push_back({{"number", key.number()},
                                   {"people_keys", key.people_keys()},
                                   {"held", key.held()},
                                   {"newest", key.newest()}});
      if (json) continue;
      std::cout << absl::StreamFormat("%-9s key %d: %d people's keys%s%s\n", service, key.number(), key.people_keys(),
                                      key.newest() ? ", and all new ones" : "",
                                      key.held() ? "" : "; the key file does not hold it");
    }
  }
  if (json) std::cout << services.dump() << "\n";
  return kExitDone;
}

}  // namespace nwd::tool
