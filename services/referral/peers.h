// The other services, as this one needs them: small interfaces, so that the rules are tested without a network.
// peers_rpc.h holds the real ones.
//
// Questions that must be true at once are asked at once, before the transaction that relies on them; the transaction
// then checks that what it can see (etag, ended bases, the replica) has not changed. Parameters live until the task
// has ended. Errors: those of the call (UNAVAILABLE, DEADLINE_EXCEEDED …); a denial is an answer, not an error, unless
// said otherwise. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/rpc/client.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/referral/basis.h"
#include "services/referral/storage.pb.h"

namespace nwd::referral {

// Whose reference it is, and which person.
struct PersonQuestion {
  std::string organisation_id;        // whose reference it is: must hold the person
  std::string person_ref;             // its reference; or
  std::string person_id;              // the person, known here already: nobody's reference is asked about
  std::string other_organisation_id;  // needs a reference of its own
};

struct ResolvedPerson {
  std::string person_id;
  std::string other_person_ref;
  std::vector<std::string> joined_person_ids;  // other ids of the same person
  std::vector<std::string> other_own_refs;     // other references of the same person that the organisation of the
                                               // question has; of Resolve only
};

struct BasisQuestion {
  std::string person_id;
  Basis basis;
  std::string organisation_id;  // would receive
};
// What a referral asks of the basis it rests on.
inline BasisQuestion QuestionOf(const storage::Referral& referral) {
  return {referral.person_id(), BasisOf(referral), referral.receiver_organisation_id()};
}

// Text of a referral that is about to be shown to its receiver.
struct TextRelease {
  std::string referral_id;
  BasisQuestion question;
  std::string source_organisation_id;  // whose text it is
};

// Whether a basis permits an organisation anything, and under which other ids the same person is known.
struct Permission {
  bool permits = false;
  std::vector<std::string> joined_person_ids;
};

// What sending a referral asks: who it is about, and whether the basis permits its receiver.
struct Prospect {
  ResolvedPerson person;
  bool basis_permits = false;
};

class ConsentPeer {
 public:
  virtual ~ConsentPeer() = default;
  // Whether an organisation holds the person its reference names is for the consent service to say: it deciphers the
  // reference, then looks whose person that is. PERMISSION_DENIED (status::Denied) where it is not the organisation's,
  // and where the reference is nobody's.
  virtual async::Task<absl::StatusOr<ResolvedPerson>> Resolve(const PersonQuestion& question,
                                                              const rpc::CallOptions& options) = 0;
  // Whether the basis permits the organisation anything at all about the person for purpose REFERRAL, once the
  // referral is accepted.
  virtual async::Task<absl::StatusOr<Permission>> Permits(const BasisQuestion& question,
                                                          const rpc::CallOptions& options) = 0;
  // Whether it is in force for the organisation and purpose REFERRAL, though its reads may be used up.
  virtual async::Task<absl::StatusOr<bool>> Stands(const BasisQuestion& question, const rpc::CallOptions& options) = 0;
  // Who it is about and Permits at once, for the other organisation of the question; denied as Resolve is.
  virtual async::Task<absl::StatusOr<Prospect>> ResolveAndPermits(const PersonQuestion& question, const Basis& basis,
                                                                  const rpc::CallOptions& options) = 0;
  // Whether text may be shown to the receiver now; that it was is kept before the answer.
  virtual async::Task<absl::StatusOr<bool>> ReleaseText(const TextRelease& release,
                                                        const rpc::CallOptions& options) = 0;
  virtual async::Task<absl::Status> OpenAccess(const storage::Grant& grant, const rpc::CallOptions& options) = 0;
  virtual async::Task<absl::Status> CloseAccess(const storage::Grant& grant, const rpc::CallOptions& options) = 0;
};

class OutcomePeer {
 public:
  virtual ~OutcomePeer() = default;
  virtual async::Task<absl::StatusOr<int>> CountOutcomes(const std::string& referral_id,
                                                         const rpc::CallOptions& options) = 0;
};

struct AlternativesQuestion {
  std::string service_id;       // the one that declined
  std::string organisation_id;  // its organisation
  std::vector<std::string> categories;
  std::string borough;
  std::optional<int> age;
};

class DirectoryPeer {
 public:
  virtual ~DirectoryPeer() = default;
  // A service as last known here; nothing where it is not known or was deleted.
  virtual absl::StatusOr<std::optional<common::v1::ServiceChange>> FindService(const store::Reader& reader,
                                                                               const std::string& service_id) = 0;
  // Asks the directory about a service that is not known here; afterwards FindService finds it, if it exists.
  virtual async::Task<absl::Status> AskService(const std::string& service_id) = 0;
  // Ids of services like the one that declined that take referrals and have room, best first; at most kAlternativesMax.
  virtual async::Task<absl::StatusOr<std::vector<std::string>>> Alternatives(const AlternativesQuestion& question,
                                                                             const rpc::CallOptions& options) = 0;
};

// The peers together, for those who need all.
struct Peers {
  ConsentPeer& consent;
  OutcomePeer& outcome;
  DirectoryPeer& directory;
};

}  // namespace nwd::referral
