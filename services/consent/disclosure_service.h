// RecordService's list of disclosures: to an organisation, of a person it holds, what it put in or read; to a resident
// channel, of a person who enrolled with it, all; to an auditor, by recipient and time. No content. And the proof that one
// of them is in the audit log.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class DisclosureService {
 public:
  explicit DisclosureService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListDisclosuresResponse>> ListDisclosures(rpc::Call& call,
                                                                           const v1::ListDisclosuresRequest& request);
  async::Task<absl::StatusOr<v1::GetDisclosureProofResponse>> GetDisclosureProof(
      rpc::Call& call, const v1::GetDisclosureProofRequest& request);

 private:
  async::Task<absl::StatusOr<v1::ListDisclosuresResponse>> ListForHolder(rpc::Call& call,
                                                                         const v1::ListDisclosuresRequest& request,
                                                                         const disclosures::Span& span);
  async::Task<absl::StatusOr<v1::ListDisclosuresResponse>> ListForAuditor(rpc::Call& call,
                                                                          const v1::ListDisclosuresRequest& request,
                                                                          const disclosures::Span& span);

  const Parts& parts_;
};

}  // namespace nwd::consent
