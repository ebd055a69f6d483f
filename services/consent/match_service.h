// PersonService, what joins and splits people: ConfirmMatch, SplitPerson. Two registered people are joined by what the
// service checks (confirmation.h), never by likeness, and every join can be undone (joins.h).
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <string_view>
#include <vector>

#include "common/rpc/router.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "services/consent/confirmation.h"
#include "services/consent/parts.h"

namespace nwd::consent {

// Of the tokens that name a possible match: the id of who was registered, and the match's own. Whom each serves stands in
// its row.
inline constexpr std::string_view kMatchScope = "match";

class MatchService {
 public:
  explicit MatchService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ConfirmMatchResponse>> ConfirmMatch(rpc::Call& call,
                                                                     const v1::ConfirmMatchRequest& request);
  async::Task<absl::StatusOr<v1::SplitPersonResponse>> SplitPerson(rpc::Call& call,
                                                                   const v1::SplitPersonRequest& request);

 private:
  struct Asked {
    ids::Uuid registered, match_id;
    ids::Uuid matched;  // nil where there is nothing to confirm
    person_keys::PersonKey registered_key, matched_key;
    Confirmation said;
  };
  async::Task<absl::StatusOr<Asked>> Read(const v1::ConfirmMatchRequest& request);
  // Joins the two, or Denied with `refused` set where what was said is not theirs; `told` is filled with whom a notice was
  // sent to. Within a body.
  struct Confirmed {
    bool refused = false;
    std::vector<ids::Uuid> told;
  };
  absl::StatusOr<v1::ConfirmMatchResponse> Confirm(store::Txn& txn, const rpc::Call& call, const Asked& asked,
                                                   Confirmed& confirmed) const;
  // That the two are joined, to the others and in the audit log of each. Within a body.
  void Announce(store::Txn& txn, const rpc::Call& call, const Asked& asked) const;
  // What splitting `named` from `other` changes and whom it concerns; fills `told`. Within a body.
  absl::Status SettleBoth(store::Txn& txn, const ids::Uuid& named, const ids::Uuid& other, absl::Time now,
                          std::vector<ids::Uuid>& told) const;
  // What is left of a match that was refused. Within a body.
  absl::Status Refuse(store::Txn& txn, const rpc::Call& call, const Asked& asked) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
