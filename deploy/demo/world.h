// What the chapters hand on to each other: who is who, the cohort, consents and referrals as the clients know them; and
// how they call.
//
// Calls are thread-safe. A chapter works on many people at once; what it changes of one person or referral only one
// thread touches.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/strings.h"
#include "deploy/demo/cast.h"
#include "deploy/demo/cohort.h"
#include "deploy/demo/watcher.h"
#include "deploy/hub/clients.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"

namespace nwd::demo {

// How a person decided about sharing.
enum class Shape {
  kBroad,         // referral-scoped, every receiving organisation named
  kLimited,       // referral-scoped, two named, identity and contact only
  kStanding,      // as kBroad, and a standing one that the partner may read under at any time
  kRefused,       // said no
  kDeferred,      // wants to think
  kSelfCaptured,  // captured by the college, which is also its recipient
};

struct KnownConsent {
  std::string consent_id;
  std::string etag;
  std::string captor;  // slugs
  std::vector<std::string> recipients;
  std::vector<common::v1::Category> categories;
};

struct Person {
  MadeUpPerson made_up;
  Shape shape = Shape::kBroad;
  std::string registrar;                    // slug of who registered them first
  std::map<std::string, std::string> refs;  // each organisation's own reference, by slug
  KnownConsent consent;                     // for referral; of kSelfCaptured: the college's own
  KnownConsent standing;                    // of kStanding
};

// How a referral goes on.
enum class Plot {
  kStraight,
  kQuestion,
  kDeclined,
  kRedirected,
  kWaitlisted,
  kNoShow,
  kWithdrawnBeforeStart,
  kWithdrawnAfterStart
};

struct Case {
  int person = 0;
  Plot plot = Plot::kStraight;
  std::string referrer;  // slugs
  std::string receiver;
  std::string service_id;
  std::string referral_id;
  std::string etag;
  referral::v1::ReferralState state = referral::v1::REFERRAL_STATE_UNSPECIFIED;
  std::string receiver_ref;  // of the person, once it took the referral on
  bool read = false;         // the receiver has read the record
};

struct LinkedService {
  std::string service_id;
  std::string provider;  // slug of who answers for it
  std::vector<std::string> categories;
};

using ReferralWatcher = Watcher<referral::v1::WatchReferralsRequest, referral::v1::WatchReferralsResponse>;
using NoticeWatcher = Watcher<consent::v1::WatchNoticesRequest, consent::v1::WatchNoticesResponse>;

class World {
 public:
  World(hub::Clients& clients, std::string facts_folder) : clients_(clients), facts_folder_(std::move(facts_folder)) {}

  // As an organisation, with one of its practitioners. An error says who called what.
  template <class Response, class Request>
  absl::StatusOr<Response> Call(std::string_view as, const Request& request) {
    ++calls_;
    auto answer =
        clients_.Call<Response>(std::string(as), request, {.practitioner = Cat("adviser-", as.size() % 4 + 1)});
    if (!answer.ok()) return Explain(as, request, answer.status());
    return answer;
  }

  hub::Clients& clients() { return clients_; }
  const std::string& hub_folder() const { return clients_.hub().folder; }
  const std::string& trust_domain() const { return clients_.hub().trust_domain; }
  const std::string& facts_folder() const { return facts_folder_; }
  int64_t calls() const { return calls_; }

  const std::string& IdOf(std::string_view slug) const { return ids_.at(std::string(slug)); }
  std::string SlugOf(const std::string& organisation_id) const;  // empty where it is not one of the cast
  void Know(std::string_view slug, const std::string& organisation_id) { ids_[std::string(slug)] = organisation_id; }

  // Moves a referral on as `as`, and remembers where it is.
  absl::StatusOr<referral::v1::TransitionReferralResponse> Move(Case& referral, std::string_view as,
                                                                referral::v1::TransitionReferralRequest request);
  // The same for actions that need nothing said.
  absl::Status Move(Case& referral, std::string_view as, referral::v1::ReferralAction action);

  // Who follows the streams; made when the registry stands.
  absl::Status StartWatching();
  ReferralWatcher& referrals_of(std::string_view slug) { return *referral_watchers_.at(std::string(slug)); }
  NoticeWatcher& notices_of(std::string_view slug) { return *notice_watchers_.at(std::string(slug)); }
  void StopWatching();

  std::string feed_id;
  std::vector<LinkedService> services;  // that take referrals, without the scarce one
  LinkedService scarce;                 // has room for one
  std::string unlinked_service_id;      // nobody in the hub answers for it; empty where there is none
  std::vector<Person> people;
  std::vector<Case> cases;

 private:
  absl::Status Explain(std::string_view as, const google::protobuf::Message& request, const absl::Status& status) const;

  hub::Clients& clients_;
  const std::string facts_folder_;
  std::atomic<int64_t> calls_ = 0;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::unique_ptr<ReferralWatcher>> referral_watchers_;
  std::map<std::string, std::unique_ptr<NoticeWatcher>> notice_watchers_;
};

// How long anything that follows from something else may take before the demo says it did not happen.
inline constexpr absl::Duration kPatience = absl::Seconds(15);

// Runs body(0) … body(count - 1), several at a time; the first error, after all have ended.
absl::Status InParallel(size_t count, const std::function<absl::Status(int)>& body);

// For what follows soon and tells nobody: asks again until `holds` is true.
absl::Status Soon(std::string_view what, const std::function<absl::StatusOr<bool>()>& holds);

// Checks. Each says what was expected and what was seen.
absl::Status Unexpected(std::string_view what, std::string_view expected, std::string_view seen);
absl::Status Refused(std::string_view what, const absl::Status& seen, absl::StatusCode expected);
template <class T>
absl::Status Same(std::string_view what, const T& expected, const T& seen) {
  return expected == seen ? absl::OkStatus() : Unexpected(what, Cat(expected), Cat(seen));
}
absl::Status Holds(std::string_view what, bool holds);

std::string_view ShapeName(Shape shape);
google::protobuf::Timestamp ToProto(absl::Time time);

}  // namespace nwd::demo
