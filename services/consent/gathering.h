// What this service holds about a person, gathered for an export (person_export.proto): the person and the record, what they
// agreed to, who saw it and why, who was told, and their cases. What others hold is export_service's to add.
//
// One snapshot, so one moment. Called within a View; errors are the store's, or DATA_LOSS where something does not parse or
// open: an export is whole or not at all; ABORTED where one of the person's ids that was not erased has no key in `keys`:
// they were joined with another since those were looked for, or it is lost. No state.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/store.h"
#include "nwd/consent/v1/person_export.pb.h"
#include "services/consent/family_keys.h"
#include "services/consent/ties.h"

namespace nwd::consent {

struct Gathering {
  const Parts& parts;
  ids::Uuid person_id;
  FamilyKeys keys;
  // Who exports, and has the tie: a resident channel the whole, an agency what it answers for.
  ties::Asker asker;
  absl::Time now;
};

struct Gathered {
  std::vector<ids::Uuid> family;  // whose it is: to ask others for
  v1::PersonExport exported;
};
// FAILED_PRECONDITION where the person was erased.
absl::StatusOr<Gathered> GatherHere(const store::Reader& reader, const Gathering& gathering);

}  // namespace nwd::consent
