// Telling those who read on a basis that it no longer stands: a notice to each, which they must answer (UK GDPR,
// Article 19). Called within an Update; errors are the store's, or DATA_LOSS. Once it is durable, the bells of who was
// told are to be rung.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/cited_basis.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// What they are told.
struct Telling {
  v1::NoticeType type;
  Cited basis;
  ids::Uuid person_id;
  absl::Time now;
};

// Tells those of `recipients` that read on the basis and are not among `told`, and adds them.
absl::Status TellReaders(store::Txn& txn, const Telling& telling,
                         google::protobuf::RepeatedPtrField<storage::Recipient> recipients,
                         std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
