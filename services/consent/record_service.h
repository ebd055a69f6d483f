// RecordService's putting in and reading. A read is one transaction: the decision, the count of uses, the disclosure
// and the audit entry are durable before anything is answered; and of what does not open, none of it is.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <vector>

#include "common/rpc/router.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/basis.h"
#include "services/consent/family_keys.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class RecordService {
 public:
  explicit RecordService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::PutRecordResponse>> PutRecord(rpc::Call& call, const v1::PutRecordRequest& request);
  async::Task<absl::StatusOr<v1::GetRecordResponse>> GetRecord(rpc::Call& call, const v1::GetRecordRequest& request);

 private:
  // What is asked for.
  struct Asked {
    ids::Uuid person_id;
    Cited cited;
    Question question;
    FamilyKeys keys;
  };
  // What a transaction decided and took out.
  struct Released {
    bool permitted = false;
    Decision decision;
    v1::Obligations obligations;
    ids::Uuid disclosure_id;
    int64_t time_us = 0;  // of a first disclosure: part of where it is kept
    std::vector<v1::RecordEntry> entries;
  };
  // Within a body. A request id that was used before makes it the same use and the same disclosure, judged anew.
  absl::StatusOr<Released> Release(store::Txn& txn, rpc::Call& call, const v1::GetRecordRequest& request,
                                   const Asked& asked) const;
  // `before`: the read that this one repeats; null for a first one.
  absl::StatusOr<Released> ReleaseOnce(store::Txn& txn, rpc::Call& call, const Asked& asked,
                                       const storage::KeptRead* before) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
