// A referral for one of its parties: who is neither referrer nor receiver, nor a resident channel that acts for the
// person, and the receiver of one that was never sent, gets status::Denied(), as where there is no referral. Other
// errors are the store's, and the consent service's where it had to be asked. Thread-safe.
//
// A resident channel is the person (P): of a referral that it made for them the referrer too, of any other that was sent
// P alone. Whether they are enrolled with it the consent service says, each time, before anything else is done:
// LoadForParty asks it, and alone proves a channel's tie, so that a method which forgets to ask answers nothing.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "services/referral/parts.h"

namespace nwd::referral {

struct Party {
  storage::Referral referral;
  Actors sides;            // who the caller is to it
  std::string person_ref;  // a channel's own; empty for others, whose the referral has
};

// Proves TIE_REFERRAL_PARTY.
async::Task<absl::StatusOr<Party>> LoadForParty(const Parts& parts, rpc::Call& call, const std::string& referral_id);
// The same within a body; for a channel only after LoadForParty.
absl::StatusOr<storage::Referral> GetForParty(const store::Reader& reader, rpc::Call& call,
                                              const std::string& referral_id);

// Who the caller is to the referral as far as it may know: empty for a stranger.
Actors SidesOf(const storage::Referral& referral, const rpc::Call& call);
// The caller is a resident channel, and nothing else.
bool IsChannel(const rpc::Call& call);
// Whose references of people the caller works with where not its own: a navigator has its sponsor's.
std::string SponsorOf(const rpc::Call& call);
// The ids of the person whom the caller knows by this reference: it holds them, or is a channel that they are enrolled with;
// else status::Denied(). Several where registrations were joined.
async::Task<absl::StatusOr<std::vector<std::string>>> IdsOf(const Parts& parts, const rpc::Call& call,
                                                            const std::string& person_ref);
// The references by which an organisation lists a person: the one given, then its others of registrations that were joined to
// that one. The one given alone where it is of somebody whom the caller does not hold (a receiver's, from ACCEPT), and
// while the consent service cannot be asked.
async::Task<std::vector<std::string>> RefsOf(const Parts& parts, const rpc::Call& call, const std::string& person_ref);

// Who calls, and when.
Doer DoerOf(const rpc::Call& call);

}  // namespace nwd::referral
