// A small hub to test against: organisations with every role, an imported feed, a service that takes referrals, and
// short words for what organisations do.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "deploy/hub/clients.h"
#include "deploy/hub/local_hub.h"
#include "nwd/common/v1/access.pb.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/testing/temp_folder.h"

namespace nwd::e2e {

// Slugs.
inline constexpr char kAdmin[] = "hub-office";
inline constexpr char kSecondAdmin[] = "hub-assurance";
inline constexpr char kReferrer[] = "sample-borough";
inline constexpr char kReceiver[] = "sample-advice";
inline constexpr char kStranger[] = "sample-college";  // an agency with no tie to anything
// Agencies that are trusted with safeguarding too: they hold people, and may open emergency access.
inline constexpr char kCrisis[] = "sample-crisis";
inline constexpr char kSecondCrisis[] = "sample-refuge";
inline constexpr char kChannel[] = "sample-channel";  // a resident channel
inline constexpr char kPractitioner[] = "adviser-7";

class World {
 public:
  // The world of this test program; made at the first use. Ends the program if the hub cannot be had.
  static World& Get();

  template <class Response, class Request>
  absl::StatusOr<Response> Call(const std::string& who, const Request& request) {
    return ClientOf(who, hub::Clients::ServiceOf(*request.GetDescriptor()))
        .template Call<Response>(request, {.practitioner = kPractitioner});
  }
  // The same where anything but OK ends the test program.
  template <class Response, class Request>
  Response Do(const std::string& who, const Request& request) {
    absl::StatusOr<Response> response = Call<Response>(who, request);
    Require(response.status(), request);
    return *std::move(response);
  }
  // The client of an organisation (or "service/referral") to the service a request belongs to.
  rpc::Client& ClientOf(const std::string& who, const std::string& service);

  const std::string& IdOf(const std::string& slug) const { return organisation_ids_.at(slug); }
  // An organisation that has this role and, AGENCY apart, no other.
  const std::string& HolderOf(common::v1::Role role) const { return holders_.at(role); }
  // A service that kReceiver answers for; no limit of places.
  const std::string& service_id() const { return service_id_; }
  const std::string& feed_id() const { return feed_id_; }
  hub::HubState& hub() { return hub_; }
  const hub::UpOptions& options() const { return options_; }
  std::string FolderOf(const std::string& who) const;

  // What people's organisations do. Each ends the test program where the hub refuses.
  std::string Register(const std::string& who);
  struct Consented {
    std::string person_ref;
    std::string consent_id;
  };
  // A new person at `who`, who agrees that `recipients` may read identity and contact for referral.
  Consented Consent(const std::string& who, const std::vector<std::string>& recipients, bool standing = false);
  // The same for a person who is registered, with terms changed by `change`.
  Consented ConsentOf(const std::string& who, const std::string& person_ref, const std::vector<std::string>& recipients,
                      bool standing, const std::function<void(consent::v1::ConsentTerms&)>& change = {});
  // How another organisation refers to a person that `who` knows as `person_ref`: what our services ask.
  std::string RefOf(const std::string& who, const std::string& person_ref, const std::string& other);
  // What draws up such a consent for a person that its sender holds, and puts it to them.
  consent::v1::CreateConsentRequest ConsentRequest(const std::string& person_ref,
                                                   const std::vector<std::string>& recipients, bool standing);
  // The person says yes.
  void Give(const std::string& who, const consent::v1::CreateConsentResponse& created);
  void PutIdentity(const std::string& who, const std::string& person_ref);
  struct Referred {
    std::string referral_id;
    std::string etag;
  };
  Referred Refer(const std::string& who, const Consented& consented);
  // What sends such a referral, to service_id().
  referral::v1::CreateReferralRequest ReferralRequest(const Consented& consented) const;
  // What reads the identity of a person, whom the reader knows as `person_ref`, on the strength of a consent.
  static consent::v1::GetRecordRequest ReadRequest(const std::string& person_ref, const std::string& consent_id);

  // One of the hub's programs: killed with -9, told to stop and waited for, started again on the same data and ports.
  void Kill(const std::string& service);
  void Stop(const std::string& service);
  void Start(const std::string& service);

  // Ends the hub's processes; at the end of the program by itself.
  void End();

 private:
  World();
  void LetGoOfClients();
  static void Require(const absl::Status& status, const google::protobuf::Message& request);
  void CreateOrganisation(const std::string& slug, common::v1::OrganisationKind kind);
  void GiveRoles(const std::string& slug, const std::vector<common::v1::Role>& roles);
  void ImportFeed();

  testing::TempFolder folder_;
  hub::UpOptions options_;
  hub::HubState hub_;
  std::unique_ptr<hub::Clients> clients_;
  absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<rpc::Client>> clients_of_services_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> organisation_ids_;
  std::map<common::v1::Role, std::string> holders_;
  std::string service_id_;
  std::string feed_id_;
  std::string text_sha256_;
  std::atomic<int> people_{0};
};

}  // namespace nwd::e2e
