// The journey of a person: every step across organisations, in order of time.
//
// Who sees a step: the organisation that did it; of a referral, both parties, the receiver only once it has accepted
// (before, it does not know whom the referral is about); with a consent that permits it, everyone sees all but what was
// only ever a draft or a referral entered in error, which stay between their parties. A draft is its referrer's alone.
// Called within bodies of the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "services/outcome/months.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome {

// The type of the step with which a journey begins.
inline constexpr std::string_view kRegisteredStep = "person.registered";

struct Step {
  absl::Time time;
  int64_t sequence = 0;  // orders steps of the same instant
  ids::Uuid source;  // what it is a step of: referral, consent, appointment, outcome; for a person's, the organisation
  storage::StepRow row;
};

class Journeys {
 public:
  // False where the step was there already (changes may come twice), or the person is erased.
  static absl::StatusOr<bool> Add(store::Txn& txn, ids::Uuid person, const Step& step);

  // The month in which this id of a person was registered; nothing where that is not known here.
  static absl::StatusOr<std::optional<Month>> RegisteredIn(const store::Reader& reader, ids::Uuid person);

  // From now on nothing is kept of this person. The steps are taken out bit by bit with ForgetSome.
  static void MarkErased(store::Txn& txn, ids::Uuid person);
  static absl::StatusOr<bool> IsErased(const store::Reader& reader, ids::Uuid person);
  // When a step was, by its key; DATA_LOSS where it is none.
  static absl::StatusOr<absl::Time> TimeOf(std::string_view key);
  static absl::StatusOr<bool> HasSteps(const store::Reader& reader, ids::Uuid person);
  // Takes out up to `limit` steps, and with them outcomes and the person's id in referrals; false once there are none.
  static absl::StatusOr<bool> ForgetSome(store::Txn& txn, ids::Uuid person, int limit);

  // Takes out one step, whose key and row these are; with the last one of a referral the person's id in that.
  static absl::Status ForgetStep(store::Txn& txn, const std::string& key, const storage::StepRow& step);

  // How much of a journey is seen: what an organisation sees of itself; with a consent that permits all; or everything,
  // what was only ever a draft or an error too, which is for the person's own export alone.
  enum class Sight { kOwn, kPermitted, kEverything };

  // The steps an organisation sees, oldest first, from after `after` (a place met before; empty for the first on), of
  // all ids of one person.
  static absl::Status Visit(
      const store::Reader& reader, const std::vector<ids::Uuid>& person, std::string_view organisation_id, Sight sight,
      std::string_view after,
      absl::FunctionRef<store::Visit(std::string_view place, absl::Time, const storage::StepRow&)> visit);
  // As the API shows it.
  static v1::JourneyStep ToMessage(absl::Time time, const storage::StepRow& row);
};

}  // namespace nwd::outcome
